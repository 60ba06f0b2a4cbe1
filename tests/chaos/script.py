"""What one phone does, write by write, drawn from its own seeded dice: the same seed asks for the same things, whatever dies in between."""

import base64
import hashlib
import io
import random
import time
from collections.abc import Callable
from typing import Any

from PIL import Image

from tests.chaos.cast import DOORS
from tests.chaos.gate import Gate
from tests.chaos.phones import Died, Document, Failed, Installation, Pocket

PIECE = 64 * 1024
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CATEGORIES = ("water.leak", "power.light", "fire.stairs", "waste.overflow")
VERBS = ("accept", "assign", "sign", "resolve", "verify", "reopen", "close", "answer", "note", "rate", "decline")
MEDDLING = ("change theirs", "change theirs", "delete theirs", "change own", "delete own", "forge")
NEEDS = ("repair", "care", "medical")


class Player:
    """One phone in the hands of its owner. `place`: where it believes its owner works, `sent_to`: where its owner works since a move it has not
    heard of; `responders`: whom a secretary may assign."""

    def __init__(self, phone: Installation, pocket: Pocket, place: str, responders: list[str], seed: str, log: Callable[[str], None]) -> None:
        self.phone = phone
        self.place = place
        self.sent_to = place
        self.written: dict[str, list[Document]] = {"mailbox": [], "photos": []}
        self.originals: dict[str, str] = {}
        self._pocket = pocket
        self._responders = responders
        self._dice = random.Random(seed)
        # How long it idles is the scheduler's affair and must not change what it writes.
        self._idle = random.Random(seed)
        self._log = log

    @property
    def count(self) -> int:
        return len(self.written["mailbox"])

    def play(self, writes: int, photos: int, gate: Gate) -> None:
        """So many writes and photos, with syncs of every kind in between and while the gate is shut."""
        with_photo = set(self._dice.sample(range(1, max(photos, writes) + 1), photos))
        while self.count < writes and not gate.ended:
            if not gate.open:
                time.sleep(self._idle.uniform(0.1, 0.5))
                if self._idle.random() < 0.3:
                    self.sync()
                continue
            self.one_write(photo=self.count + 1 in with_photo)
            if self._dice.random() < 0.3:
                self._sync_somehow()
            if self._dice.random() < 0.03:
                how, pick = self._dice.choice(MEDDLING), self._dice.random()
                self._log(f"{self.phone.name} will {how}: {self._try('meddle', how=how, pick=pick, id=f'job:{self._ulid()}')}")

    def report(self) -> None:
        """A problem."""
        self._problem(photo=False)

    def one_write(self, photo: bool) -> None:
        """One of everything a phone writes; nothing when it has nothing to edit or to act upon."""
        kind = self._dice.choices(("visit", "problem", "edit", "action"), (5, 4, 0, 0) if photo else (5, 3, 7, 5))[0]
        if self.phone.role == "responder" and kind == "visit":
            kind = "problem"
        {"visit": self._visit, "problem": self._problem, "edit": self._edit, "action": self._action}[kind](photo)

    def sync(self, replay: bool = False) -> int | None:
        """How many documents moved; None when it did not go through."""
        moved: int | None = self._try("sync", replay=replay)
        if moved is not None and self._idle.random() < 0.3:  # people are slow to notice
            self.place = self.sent_to
        return moved

    def do(self, command: str, **parameters: Any) -> Any:
        """The phone's answer, however often it dies over it: the same document under the same id is once."""
        while True:
            try:
                return self._pocket.do(self.phone, command, **parameters)
            except Died:
                time.sleep(0.05)

    def _try(self, command: str, **parameters: Any) -> Any:
        """The phone's answer, or None when the network, the server or the phone was away."""
        try:
            return self._pocket.do(self.phone, command, **parameters)
        except (Died, Failed) as error:
            self._log(f"{self.phone.name}: {type(error).__name__} {error}")
            return None

    def _sync_somehow(self) -> None:
        kind = self._dice.random()
        db = self._dice.choice(("mailbox", "mailbox", "photos"))
        shuffle = [self._dice.random() for _ in range(7)]
        if kind < 0.6:
            self.sync()
        elif kind < 0.75:
            self.sync(replay=True)
        else:
            self._try("blurt", db=db, count=6, shuffle=shuffle, twice=kind > 0.87)

    def _visit(self, photo: bool) -> None:
        id = f"visit:{self._ulid()}"
        photos = [self._photograph(id)] if photo else []
        fields = {"place": self._door(), "outcome": self._dice.choice(("met", "absent", "refused")), "note": self._words(), "photos": photos}
        self._write({"_id": id, "type": "visit", "purpose": "routine", "needs": self._dice.sample(NEEDS, 1), **fields})

    def _problem(self, photo: bool) -> None:
        id = f"problem:{self._ulid()}"
        photos = [self._photograph(id)] if photo else []
        fields = {"place": self._door(), "category": self._dice.choice(CATEGORIES), "note": self._words(), "photos": photos}
        self._write({"_id": id, "type": "problem", "severity": "normal", "contact": {"name": "住户", "phone": "13800000000"}, **fields})

    def edit(self, record: str | None = None, **fields: Any) -> None:
        id, pick, careless = f"edit:{self._ulid()}", self._early(), self._dice.random() < 0.1
        self._note("mailbox", self.do("edit", id=id, pick=pick, record=record, set=fields, careless=careless and record is None))

    def _edit(self, _photo: bool) -> None:
        choices: list[dict[str, Any]] = [
            {"note": self._words()},
            {"note": self._words(), "place": self._door()},
            {"needs+": self._dice.sample(NEEDS, 2)},
            {"needs-": self._dice.sample(NEEDS, 1)},
            {"severity": self._dice.choice(("low", "high")), "note": self._words()},
            {"withdrawn": self._dice.random() < 0.5},
        ]
        self.edit(**self._dice.choices(choices, (6, 3, 3, 2, 3, 1))[0])

    def _action(self, _photo: bool) -> None:
        words = {"words": self._words()}
        assign = {"to": self._dice.choice(self._responders)} if self._responders else {}
        fields: dict[str, Document] = {verb: words for verb in VERBS} | {
            "assign": assign,
            "decline": {"reason": self._words()},
            "reopen": {"reason": self._words()},
        }
        fields["rate"] = {"score": self._dice.randint(1, 5)}
        verbs = VERBS if self._dice.random() < 0.2 else ()
        self._note("mailbox", self.do("act", id=f"action:{self._ulid()}", pick=self._early(), step=self._dice.random(), verbs=verbs, fields=fields))

    def _photograph(self, record: str) -> str:
        """A JPEG of 40 to 80 KB, stored as a manifest and its pieces. Its id."""
        width, height = self._dice.randint(280, 400), 220
        file = io.BytesIO()
        Image.frombytes("RGB", (width, height), self._dice.randbytes(width * height * 3)).save(file, "JPEG", quality=85)
        image = file.getvalue()
        ulid = self._ulid()
        id = f"photo:{ulid}"
        parts = [image[start : start + PIECE] for start in range(0, len(image), PIECE)]
        digest = hashlib.sha256(image).hexdigest()
        pieces = [
            {
                "_id": f"piece:{ulid}:{number:03}",
                "sha256": hashlib.sha256(part).hexdigest(),
                "_attachments": {"bytes": {"content_type": "application/octet-stream", "data": base64.b64encode(part).decode()}},
            }
            for number, part in enumerate(parts)
        ]
        manifest = {"_id": id, "type": "photo", "record": record, "role": "near", "media_type": "image/jpeg", "sha256": digest}
        self._note("photos", self.do("photograph", manifest={**manifest, "bytes": len(image), "pieces": len(pieces)}, pieces=pieces))
        self.originals[id] = digest
        return id

    def _write(self, document: Document) -> None:
        self._note("mailbox", self.do("write", document=document))

    def _note(self, db: str, stored: Document | None) -> None:
        """What the phone has acknowledged is never to be lost from here on."""
        if stored is not None:
            self.written[db].append({key: value for key, value in stored.items() if key != "_rev"})

    def _early(self) -> float:
        """Which of the records or jobs it holds, 0 the oldest: those that many hands are on at the same time."""
        return self._dice.random() ** 3

    def _door(self) -> str:
        return self._dice.choice(DOORS[self.place])

    def _words(self) -> str:
        return f"{self.phone.name} {self._dice.randrange(10**6)} 楼道灯不亮"

    def _ulid(self) -> str:
        """Of this moment, so that the newest sort last; its randomness is the seed's."""
        at, letters = time.time_ns() // 1_000_000, ""
        for _ in range(10):
            at, digit = divmod(at, 32)
            letters = CROCKFORD[digit] + letters
        return letters + "".join(self._dice.choices(CROCKFORD, k=16))
