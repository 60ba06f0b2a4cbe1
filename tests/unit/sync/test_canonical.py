"""What one language may hand the other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.canonical import canonical, carriable, digest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=4),
)


@given(VALUES)
def test_a_value_is_carriable_exactly_when_it_has_a_canonical_form(value: Any) -> None:
    try:
        canonical(value)
        spelled = True
    except ValueError:
        spelled = False
    assert carriable(value) == spelled


@pytest.mark.parametrize("value", [2**53, -(2**53), float("inf"), float("nan"), "\ud800", {"\udfff": 1}, [["\ud800"]]])
def test_what_two_languages_read_differently_is_not_carriable(value: Any) -> None:
    assert not carriable(value)


def test_a_value_nested_beyond_all_reading_is_not_carriable() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert not carriable(deep)


def test_the_digest_tells_bodies_apart_and_not_revisions() -> None:
    body = {"_id": "visit:1", "note": "a", "_rev": "1-a"}
    assert digest(body) == digest({**body, "_rev": "2-b"}) == digest(dict(reversed(body.items())))
    assert digest(body) != digest({**body, "note": "b"})
