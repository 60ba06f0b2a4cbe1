"""`make chaos`: phones, faults, quiet, and what the checker says. Figures on standard output, the log on standard error.

`SEED` repeats a run as far as scheduling lets it, `ONLY` prints one figure alone, `SIZE=short` is the run that `make test` does, `POSTGRESQL=1` runs on a
throwaway PostgreSQL, `KEEP` names a folder for the data, which then stays.
"""

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.launch.settings import ROOT
from tests.chaos import cast, faults
from tests.chaos.checker import check, figures
from tests.chaos.collect import Books, collect
from tests.chaos.gate import Gate
from tests.chaos.link import Link
from tests.chaos.phones import Pocket
from tests.chaos.script import Player
from tests.chaos.world import World
from tests.databases import Cluster
from tests.stack import Stack

Log = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How large a run is. `pockets`: Node processes the phones are spread over; `quiet_s`: how long it may take until nothing moves any more."""

    people: int
    writes: int
    photos: int
    kills: int
    cuts: int
    pockets: int
    quiet_s: float


FULL = Size(people=12, writes=2_000, photos=200, kills=50, cuts=12, pockets=4, quiet_s=300)
SHORT = Size(people=6, writes=150, photos=15, kills=4, cuts=1, pockets=2, quiet_s=150)


def run(folder: Path, size: Size, seed: int, log: Log, **environ: str) -> World:
    """One run in an empty folder: the world when all is quiet. Raises `NotQuiet`."""
    dice = random.Random(seed)
    with Stack(folder / "data", **environ) as stack:
        link = Link(stack.base_url)
        people = cast.enter(stack.environ, size.people, time.time_ns() // 1_000_000)
        installations = cast.equip(stack.base_url, people, dice)
        # Both phones of one person in different pockets: one may lie dead while the other writes on.
        pockets = [Pocket(link.base_url, folder / "phones", installations[n :: size.pockets]) for n in range(size.pockets)]
        for pocket in pockets:
            pocket.start()
        try:
            responders = [one.id for one in people if one.role == "responder"]
            places = {one.id: one.place for one in people}
            players = [Player(phone, pocket, places[phone.user], responders, f"{seed}-{phone.name}", log) for pocket in pockets for phone in pocket.phones]
            players.sort(key=lambda player: player.phone.name)
            _first_day(players)
            _days_of_trouble(players, size, faults.plan(size.kills, size.cuts, dice), stack, link, pockets, log)
            books = Books(stack.environ)
            _wait_until_quiet(players, books, size.quiet_s, log)
            return collect(stack, books, people, players)
        finally:
            for pocket in pockets:
                pocket.stop()
            link.close()


class NotQuiet(Exception):
    """Something still moves or waits after the time it was given."""


def _first_day(players: list[Player]) -> None:
    """Everybody syncs and reports a problem; one person contradicts himself on two phones that have not met, so that no run goes without."""
    with ThreadPoolExecutor(len(players)) as pool:
        for act in (Player.sync, Player.report, Player.sync):
            list(pool.map(act, players))
    here, there = players[:2]
    there.sync()
    record = here.written["mailbox"][0]["_id"]
    for player in (here, there):
        player.edit(record, **{"note": f"{player.phone.name} 说", "needs+": ["care"]})


def _days_of_trouble(players: list[Player], size: Size, troubles: list[faults.Fault], stack: Stack, link: Link, pockets: list[Pocket], log: Log) -> None:
    """The writes and, as they go on, the faults; half-way one person is moved."""
    gate = Gate(lambda: sum(player.count for player in players), size.writes)
    step = 1 / len(troubles)

    def play(n: int) -> None:
        writes, photos = (total * (n + 1) // len(players) - total * n // len(players) for total in (size.writes, size.photos))
        try:
            players[n].play(writes, photos, gate)
        except BaseException:
            gate.end()
            raise

    with ThreadPoolExecutor(len(players)) as pool:
        playing = [pool.submit(play, n) for n in range(len(players))]
        try:
            for n, fault in enumerate(troubles):
                if n == len(troubles) // 2:
                    _move(players, stack)
                gate.open_to(n * step)
                gate.wait_for(n * step, 10)
                log(f"{gate.written()} writes; {fault.what} for {fault.seconds:.2f} s")
                gate.open_to((n + 0.5) * step)
                faults.inflict(fault, stack, link, pockets)
            gate.open_to(2)
        except BaseException:
            gate.end()
            raise
        for one in playing:
            one.result()


def _move(players: list[Player], stack: Stack) -> None:
    """An operator moves one person to another building; the phones hear of it when they sync."""
    subprocess.run([sys.executable, "-m", "flask", "--app", "server.app", "people", "move", cast.MOVED, cast.MOVED_TO], cwd=ROOT, env=stack.environ, check=True)
    for player in players:
        if player.phone.login == cast.MOVED:
            player.sent_to = cast.MOVED_TO.partition("@")[2]


def _wait_until_quiet(players: list[Player], books: Books, seconds: float, log: Log) -> None:
    """Sync until nothing moves on any phone while the worker has nothing before it."""
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(len(players)) as pool:
        while True:
            before = books.unfinished()
            moved = list(pool.map(Player.sync, players))
            unfinished = books.unfinished()
            if not any(before) and not any(unfinished) and all(one == 0 for one in moved):
                return
            log(f"not quiet: mailboxes, refills, deliveries, photos {unfinished}; moved {moved}")
            if time.monotonic() > deadline:
                raise NotQuiet(f"after {seconds:.0f} s: mailboxes, refills, deliveries, photos {unfinished}; documents moved {moved}")
            time.sleep(0.3)


@contextmanager
def _database(folder: Path, postgresql: bool) -> Iterator[dict[str, str]]:
    if not postgresql:
        yield {}
        return
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="doorstep-chaos-postgresql-")))
    try:
        yield {"DATABASE_URL": cluster.create("chaos")}
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder)


def report(world: World, size: Size, seed: int, seconds: float, only: str | None) -> Iterator[dict[str, Any]]:
    """One figure for each law."""
    made_of = {"seed": seed, "seconds": round(seconds, 1), "kills": size.kills, "cuts": size.cuts, **figures(world)}
    for name, wrong in check(world).items():
        if only in (None, name):
            yield {"name": name, "value": len(wrong), "unit": "count", "bar": 0, "ok": not wrong, **made_of, "wrong": wrong[:20]}


def main() -> int:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    size = SHORT if os.environ.get("SIZE") == "short" else FULL
    kept = os.environ.get("KEEP")
    folder = Path(kept or tempfile.mkdtemp(prefix="doorstep-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()

    def log(line: str) -> None:
        print(f"{time.monotonic() - started:7.1f} {line}", file=sys.stderr, flush=True)

    log(f"SEED={seed}")
    try:
        with _database(folder, os.environ.get("POSTGRESQL") == "1") as environ:
            world = run(folder, size, seed, log, **environ)
        lines = list(report(world, size, seed, time.monotonic() - started, os.environ.get("ONLY") or None))
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    for line in lines:
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0 if lines and all(line["ok"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
