"""The watermark covers what has arrived without a gap, in whatever order it came."""

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.receipts import Watermark, advance


@given(st.lists(st.lists(st.integers(1, 40), max_size=12), max_size=6))
def test_the_watermark_is_the_longest_unbroken_run_from_one(batches: list[list[int]]) -> None:
    mark = Watermark()
    arrived: set[int] = set()
    for batch in batches:
        mark = advance(mark, batch)
        arrived |= set(batch)
        unbroken = next(n for n in range(42) if n + 1 not in arrived)
        assert mark.received == unbroken
        assert {seq for first, last in mark.ahead for seq in range(first, last + 1)} == {seq for seq in arrived if seq > unbroken}


@given(st.permutations(range(1, 200)))
def test_a_complete_set_ends_without_anything_ahead(order: list[int]) -> None:
    assert advance(Watermark(), order) == Watermark(199, ())
