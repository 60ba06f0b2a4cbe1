"""Visit records: kept as the fold has them, listed for the back office, reviewed, and answered to the phone that made them."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from server.ledger import shelf
from server.ledger.upsert import keep_rows
from server.notices import service as notices
from server.people import service as people
from server.photos import service as photos
from server.photos.views import shown
from server.places import service as places
from server.places.service import PlaceRow
from server.visits.models import Visit
from sync.domain.documents import Reason, read_instant
from sync.domain.judge import Entry, Record

_visits = Visit.__table__
# What a new version of the record changes; the verdict is not among it.
_FOLDED = (
    "place",
    "path",
    "place_name",
    "purpose",
    "outcome",
    "note",
    "needs",
    "photos",
    "started_at",
    "ended_at",
    "location",
    "version",
    "withdrawn",
    "contested",
)


def keep(connection: sa.Connection, records: Sequence[Record], now: int) -> None:
    """Write the rows of these visits. A record that was sent back and then changed waits for review again."""
    if not records:
        return
    there = dict(connection.execute(sa.select(_visits.c.id, _visits.c.version).where(_visits.c.id.in_([record.id for record in records]))).all())
    where = places.paths_of(connection, {record.folded.fields["place"] for record in records})
    keep_rows(connection, _visits, [_row(record, where[record.folded.fields["place"]]) for record in records], ["id"], _FOLDED)
    changed = [record.id for record in records if record.id in there and there[record.id] != record.writes]
    if changed:
        connection.execute(sa.update(_visits).where(_visits.c.id.in_(changed), _visits.c.review == "returned").values(review="pending", review_words=""))


def _row(record: Record, place: PlaceRow) -> dict[str, Any]:
    fields = record.folded.fields
    return {
        "id": record.id,
        "author_id": record.author,
        "mailbox": record.mailbox,
        "place": fields["place"],
        "path": place.path,
        "place_name": place.full_name,
        "purpose": fields.get("purpose"),
        "outcome": fields["outcome"],
        "note": fields.get("note") or "",
        "needs": fields.get("needs") or [],
        "photos": fields.get("photos") or [],
        "started_at": read_instant(fields.get("started_at")),
        "ended_at": read_instant(fields.get("ended_at")),
        "location": fields.get("location"),
        "recorded_at": record.recorded,
        "received_at": record.received,
        "version": record.writes,
        "withdrawn": fields.get("withdrawn", False),
        "contested": [{"field": lost.field, "write": lost.write, "value": lost.value} for lost in record.folded.contested],
        "review": "pending",
        "review_words": "",
    }


def review(connection: sa.Connection, entries: Sequence[Entry], now: int) -> list[Entry]:
    """Enter the back office's verdicts. The last one given stands; one on a version that has changed since is late. Each entry with its final verdict."""
    judged = []
    for entry in entries:
        said = entry.form.said
        version = connection.scalar(sa.select(_visits.c.version).where(_visits.c.id == said["visit"]).with_for_update())
        if version is None or said.get("saw") not in (None, version):
            judged.append(entry.judged("late", Reason("changed_since", "saw")))
            continue
        judged.append(entry)
        row = connection.execute(
            sa.update(_visits)
            .where(_visits.c.id == said["visit"])
            .values(review=said["verdict"], review_words=said.get("words") or "", reviewed_by=entry.arrival.author, reviewed_at=entry.arrival.received)
            .returning(_visits.c.author_id, _visits.c.place_name)
        ).one()
        if said["verdict"] == "returned":
            notices.announce(connection, entry.form.id, "visit_returned", [row.author_id], {"visit": said["visit"], "place": row.place_name}, now)
    return judged


def publish(connection: sa.Connection, ids: Collection[str]) -> None:
    """Shelve the reply to each of these visits, as its row now stands."""
    columns = (_visits.c[name] for name in ("id", "mailbox", "received_at", "review", "review_words", "reviewed_by", "reviewed_at"))
    rows = connection.execute(sa.select(*columns).where(_visits.c.id.in_(ids))).mappings().all() if ids else []
    names = people.names(connection, {row["reviewed_by"] for row in rows if row["reviewed_by"]})
    shelf.put(connection, [(row["mailbox"], f"reply:{row['id']}", _reply(row, names)) for row in rows])


def _reply(row: Any, names: dict[str, str]) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "_id": f"reply:{row['id']}",
        "type": "reply",
        "v": 1,
        "document": row["id"],
        "received_at": row["received_at"],
        "state": "merged" if row["review"] == "pending" else row["review"],
    }
    if row["review"] != "pending":
        reply |= {"words": row["review_words"], "by": {"id": row["reviewed_by"], "name": names[row["reviewed_by"]]}, "at": row["reviewed_at"]}
    return reply


def page(
    connection: sa.Connection, paths: Collection[str], *, review: str | None, q: str, before: tuple[int, str] | None, limit: int
) -> tuple[list[dict[str, Any]], tuple[int, str] | None]:
    """Visits under these paths, newest first, and where the next page starts."""
    query = sa.select(_visits).where(sa.or_(*(_visits.c.path.startswith(path, autoescape=True) for path in paths)))
    if review:
        query = query.where(_visits.c.review == review)
    if q:
        query = query.where(
            sa.or_(_visits.c.note.contains(q, autoescape=True), _visits.c.place.contains(q, autoescape=True), _visits.c.place_name.contains(q, autoescape=True))
        )
    if before:
        query = query.where(sa.tuple_(_visits.c.received_at, _visits.c.id) < before)
    rows = connection.execute(query.order_by(_visits.c.received_at.desc(), _visits.c.id.desc()).limit(limit + 1)).mappings().all()
    last = (rows[limit - 1]["received_at"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return views(connection, rows[:limit]), last


def one(connection: sa.Connection, id: str) -> tuple[dict[str, Any], str] | None:
    """One visit and its path, or None."""
    row = connection.execute(sa.select(_visits).where(_visits.c.id == id)).mappings().one_or_none()
    return (views(connection, [row])[0], row["path"]) if row else None


def paths(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Where these visits were made, as paths."""
    return {id: path for id, path in connection.execute(sa.select(_visits.c.id, _visits.c.path).where(_visits.c.id.in_(ids)))} if ids else {}


def views(connection: sa.Connection, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Visits as docs/protocol.md shows them to the back office."""
    names = people.names(connection, {row["author_id"] for row in rows} | {row["reviewed_by"] for row in rows if row["reviewed_by"]})
    pictures = photos.of_records(connection, [row["id"] for row in rows])
    return [
        {
            "id": row["id"],
            "author": {"id": row["author_id"], "name": names[row["author_id"]]},
            "place": row["place"],
            "place_name": row["place_name"],
            **{
                key: row[key]
                for key in ("purpose", "outcome", "note", "needs", "started_at", "ended_at", "location", "recorded_at", "received_at", "version", "withdrawn")
            },
            "photos": shown(row["photos"], pictures.get(row["id"], [])),
            "contested": row["contested"],
            "review": row["review"],
            "review_words": row["review_words"],
            "reviewed_by": {"id": row["reviewed_by"], "name": names[row["reviewed_by"]]} if row["reviewed_by"] else None,
            "reviewed_at": row["reviewed_at"],
        }
        for row in rows
    ]
