"""Passwords as hashes."""

from argon2 import PasswordHasher

from server.people import passwords


def test_the_right_password_matches_its_hash_and_another_does_not() -> None:
    kept = passwords.hashed("门前三包")
    assert passwords.matches(kept, "门前三包")
    assert not passwords.matches(kept, "门前三宝")


def test_nobody_has_no_password_not_even_the_empty_one() -> None:
    assert not passwords.matches(None, "")
    assert not passwords.matches(None, "doorstep")


def test_a_broken_hash_matches_nothing() -> None:
    assert not passwords.matches("not a hash", "doorstep")


def test_a_hash_with_other_parameters_is_outdated() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.outdated(passwords.hashed("x"))
