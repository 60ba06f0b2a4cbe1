"""How fast one user may ask."""

from server.gateway.rate import Buckets, Seldom


def test_a_burst_passes_and_what_is_beyond_it_waits() -> None:
    buckets = Buckets(rate=50, burst=3)
    assert [buckets.take("a", 0) for _ in range(4)] == [0, 0, 0, 1]


def test_a_second_gives_as_many_as_the_rate() -> None:
    buckets = Buckets(rate=2, burst=4)
    for _ in range(4):
        buckets.take("a", 0)
    assert [buckets.take("a", 1000) for _ in range(3)] == [0, 0, 1]


def test_one_user_does_not_use_up_what_is_another_s() -> None:
    buckets = Buckets(rate=1, burst=1)
    assert (buckets.take("a", 0), buckets.take("b", 0), buckets.take("a", 0)) == (0, 0, 1)


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    buckets = Buckets(rate=1, burst=2)
    assert [buckets.take("a", at) for at in (10_000, 0, 0)] == [0, 0, 1]


def test_of_many_users_the_longest_unheard_of_is_forgotten() -> None:
    buckets = Buckets(rate=1, burst=1, users=2)
    for user in ("a", "b", "c"):
        buckets.take(user, 0)
    assert buckets.take("a", 0) == 0


def test_something_seldom_is_due_once_and_again_when_its_time_is_up() -> None:
    seldom = Seldom(60_000)
    assert [seldom.due("a", at) for at in (0, 59_999, 60_000, 60_001)] == [True, False, True, False]


def test_of_many_keys_the_longest_undue_is_forgotten() -> None:
    seldom = Seldom(60_000, keys=1)
    assert [seldom.due(key, 0) for key in ("a", "b", "a")] == [True, True, True]
