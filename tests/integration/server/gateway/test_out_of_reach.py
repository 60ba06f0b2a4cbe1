"""The door when nobody is behind it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def couchdb_address() -> str:
    return "http://admin:secret@127.0.0.1:1"


@pytest.mark.parametrize("path", ["/sync/mailbox", "/sync/mailbox/_changes"])
def test_a_couchdb_out_of_reach_is_wait_and_try_again(signed_in: Callable[[str], FlaskClient], path: str) -> None:
    answer = signed_in("grid").get(path)
    assert (answer.status_code, answer.json["error"]) == (503, "service_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
