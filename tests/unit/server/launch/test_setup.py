"""A step of the setup is done once, and again when what it depends on has changed."""

import sys
from pathlib import Path

import pytest

from server.launch import setup
from server.launch.complaint import Complaint
from server.launch.setup import Step


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / ".make")
    (tmp_path / ".make").mkdir()
    (tmp_path / "app/src").mkdir(parents=True)
    (tmp_path / "app/src/main.ts").write_text("1")
    return tmp_path


def build(tree: Path, code: str = "import pathlib; pathlib.Path('made').write_text('x')", tools: str = "v20") -> Step:
    return Step("build", "Building", (sys.executable, "-c", code), tree, (tree / "app",), tree / "made", tools)


def test_a_step_that_was_done_is_not_done_again(tree: Path) -> None:
    assert not build(tree).is_done()
    build(tree).do()
    assert build(tree).is_done()


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "app/src/main.ts").write_text("2"),
        lambda tree: (tree / "app/src/more.ts").write_text(""),
        lambda tree: (tree / "app/src/main.ts").rename(tree / "app/src/other.ts"),
        lambda tree: (tree / "app/src/main.ts").unlink(),
        lambda tree: (tree / "made").unlink(),
    ],
    ids=["changed", "added", "renamed", "removed", "result removed"],
)
def test_it_is_done_again_when_a_file_it_depends_on_or_its_result_changed(tree: Path, change) -> None:  # type: ignore[no-untyped-def]
    build(tree).do()
    change(tree)
    assert not build(tree).is_done()


def test_it_is_done_again_with_another_version_of_the_tools(tree: Path) -> None:
    build(tree).do()
    assert not build(tree, tools="v22").is_done()


@pytest.mark.parametrize("name", ["node_modules/x/index.js", "dist/index.html", ".vite/cache", "src/app.tsbuildinfo"])
def test_what_is_made_and_not_written_does_not_count(tree: Path, name: str) -> None:
    build(tree).do()
    made = tree / "app" / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text("made")
    assert build(tree).is_done()


def test_a_step_that_failed_is_not_taken_for_done_and_shows_what_the_tool_said(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(tree).do()
    (tree / "app/src/main.ts").write_text("2")
    failing = build(tree, "print('no network'); raise SystemExit(3)")
    with pytest.raises(Complaint, match="exit code 3"):
        failing.do()
    assert "no network" in capsys.readouterr().out
    assert not failing.is_done()
    assert not build(tree).is_done()
