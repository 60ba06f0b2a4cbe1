"""The tree of places: district → street → community → compound → building → unit → door."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base

KINDS = ("district", "street", "community", "compound", "building", "unit", "door")


class Place(Base):
    """`path` names every ancestor and the place itself, each closed by a slash (`WH/WH-HS/…/CX01/`): a scope is one prefix."""

    __tablename__ = "places"

    code: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    name: Mapped[str] = mapped_column(sa.String(64))
    parent: Mapped[str | None] = mapped_column(sa.ForeignKey("places.code"), index=True)
    path: Mapped[str] = mapped_column(sa.String(512), index=True)
    floor: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
