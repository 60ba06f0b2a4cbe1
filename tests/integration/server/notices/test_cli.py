"""The operator's commands."""

import re
from pathlib import Path

import pytest
from flask import Flask

from server.config import Config
from server.notices import keys
from tests.integration.server.notices.conftest import ANN, BEN, KEY, Office, configured
from tests.push_service import Answer


def test_a_pair_of_keys_is_printed_for_the_environment(app: Flask, config: Config):
    output = app.test_cli_runner().invoke(args=["notices", "keys"]).output
    private = re.search(r"^VAPID_PRIVATE_KEY=([\w-]{43})$", output, re.MULTILINE)
    public = re.search(r"^# public key: ([\w-]{87})$", output, re.MULTILINE)
    assert private is not None
    assert public is not None
    configured(app, vapid_private_key=private[1])
    loaded = keys.load(app.extensions["doorstep"].config)
    assert loaded is not None
    assert keys.public_text(loaded) == public[1]


def test_due_notices_are_sent_once_and_the_command_ends(app: Flask, office: Office):
    device = office.device(ANN)
    office.announce(ANN)
    result = app.test_cli_runner().invoke(args=["notices", "work", "--once"])
    assert result.exit_code == 0, result.output
    assert len(office.push.sent_to(device)) == 1


def test_a_key_that_is_none_is_told_without_telling_it(app: Flask):
    configured(app, vapid_private_key="not-a-key-but-secret")
    result = app.test_cli_runner().invoke(args=["notices", "work", "--once"])
    assert result.exit_code == 1
    assert "VAPID_PRIVATE_KEY is not a VAPID private key" in result.output
    assert "secret" not in result.output


def test_a_subject_push_services_would_refuse_is_told_at_the_start(app: Flask):
    configured(app, vapid_subject="somebody")
    result = app.test_cli_runner().invoke(args=["notices", "work", "--once"])
    assert result.exit_code == 1
    assert "VAPID_SUBJECT" in result.output


def test_without_a_key_it_is_said_once_that_push_is_off(app: Flask, office: Office, caplog: pytest.LogCaptureFixture):
    configured(app, vapid_private_key="")
    office.announce(ANN, BEN)
    assert app.test_cli_runner().invoke(args=["notices", "work", "--once"]).exit_code == 0
    assert caplog.text.count("Web Push is off") == 1


def test_the_demo_makes_its_key_once_and_keeps_it_to_itself(app: Flask, tmp_path: Path):
    configured(app, vapid_private_key="", demo=True)
    settings = app.extensions["doorstep"].config
    first, again = keys.load(settings), keys.load(settings)
    assert first is not None
    assert again is not None
    assert keys.public_text(first) == keys.public_text(again)
    assert (tmp_path / "vapid.pem").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".vapid")] == []


def test_the_log_tells_what_became_of_each(app: Flask, office: Office):
    office.device(ANN)
    office.device(ANN, Answer(410))
    office.announce(ANN, BEN)
    office.work()
    office.announce(ANN, event="problem:2")
    lines = app.test_cli_runner().invoke(args=["notices", "log"]).output.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("2025-11-20T00:53:20Z  job_opened  problem:2")
    assert "on its way" in lines[0]
    assert any(BEN in line and "no device" in line for line in lines)
    assert any("sent  201" in line for line in lines)
    assert any("gone  410" in line for line in lines)


def test_a_key_of_ones_own_is_used(app: Flask):
    loaded = keys.load(app.extensions["doorstep"].config)
    assert loaded is not None
    assert keys.public_text(loaded) == keys.public_text(KEY)
