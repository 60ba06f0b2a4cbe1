"""What is done to the product and to the phones while they work: a seeded list, one after the other as the writes go on."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.link import Link
from tests.chaos.phones import Pocket
from tests.stack import Stack

KILLED = ("web", "merge", "couch", "phones")


@dataclass(frozen=True)
class Fault:
    """`what`: a part of the Procfile, `phones` or `air`. `seconds`: how long it stays away. `which`: dice for a pocket."""

    what: str
    seconds: float
    which: float


def plan(kills: int, cuts: int, dice: random.Random) -> list[Fault]:
    """As many SIGKILLs, every kind in turn and in a drawn order, and as many cuts of the link, one after the other."""
    kinds = [KILLED[n % len(KILLED)] for n in range(kills)] + ["air"] * cuts
    dice.shuffle(kinds)
    return [Fault(kind, dice.uniform(0.05, 1.0), dice.random()) for kind in kinds]


def inflict(fault: Fault, stack: Stack, link: Link, pockets: list[Pocket]) -> None:
    """Take it away, wait, and bring it back. Returns when it answers again."""
    take, give = _pair(fault, stack, link, pockets)
    take()
    time.sleep(fault.seconds)
    give()


def _pair(fault: Fault, stack: Stack, link: Link, pockets: list[Pocket]) -> tuple[Callable[[], None], Callable[[], None]]:
    if fault.what == "air":
        return link.cut, link.mend
    if fault.what == "phones":
        pocket = pockets[int(fault.which * len(pockets))]
        return pocket.kill, pocket.start
    return lambda: stack.kill(fault.what), lambda: stack.restart(fault.what)
