"""The catalogue as versioned data: what was in force stays readable."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base, Instant, Json


class CatalogueVersion(Base):
    """`body` holds `groups`, `categories`, `purposes`, `needs` as docs/protocol.md section 4 shows them."""

    __tablename__ = "catalogue_versions"

    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[Any] = mapped_column(Json)
    since: Mapped[int] = mapped_column(Instant)
