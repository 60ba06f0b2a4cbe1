"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_versions",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_catalogue_versions")),
    )
    op.create_table(
        "failed_logins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_logins")),
    )
    op.create_index(op.f("ix_failed_logins_key_at"), "failed_logins", ["key", "at"], unique=False)
    op.create_table(
        "photo_pieces",
        sa.Column("photo_id", sa.String(length=40), nullable=False),
        sa.Column("mailbox", sa.String(length=96), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attachment", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("photo_id", "mailbox", "number", name=op.f("pk_photo_pieces")),
    )
    op.create_table(
        "places",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("path", sa.String(length=512), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["places.code"], name=op.f("fk_places_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_places")),
    )
    op.create_index(op.f("ix_places_parent"), "places", ["parent"], unique=False)
    op.create_index(op.f("ix_places_path"), "places", ["path"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deactivated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "accesses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_accesses_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accesses")),
    )
    op.create_index(op.f("ix_accesses_subject"), "accesses", ["subject"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["place"], ["places.code"], name=op.f("fk_assignments_place")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_assignments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_place_role"), "assignments", ["place", "role"], unique=False)
    op.create_index(op.f("ix_assignments_user_id"), "assignments", ["user_id"], unique=False)
    op.create_table(
        "enrolment_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_enrolment_codes_user_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_codes")),
    )
    op.create_table(
        "inputs",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=True),
        sa.Column("mailbox", sa.String(length=96), nullable=True),
        sa.Column("document_id", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("replica", sa.String(length=64), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_inputs_author_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_inputs")),
        sa.UniqueConstraint("document_id", "digest", name=op.f("uq_inputs_document_id_digest")),
    )
    op.create_index(
        "ix_inputs_open", "inputs", ["verdict"], unique=False, sqlite_where=sa.text("verdict <> 'merged'"), postgresql_where=sa.text("verdict <> 'merged'")
    )
    op.create_index(op.f("ix_inputs_subject_n"), "inputs", ["subject", "n"], unique=False)
    op.create_table(
        "job_counters",
        sa.Column("compound", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["compound"], ["places.code"], name=op.f("fk_job_counters_compound")),
        sa.PrimaryKeyConstraint("compound", "year", name=op.f("pk_job_counters")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=96), nullable=False),
        sa.Column("compound", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=512), nullable=False),
        sa.Column("place_name", sa.String(length=256), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("assignee_id", sa.String(length=26), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_jobs_assignee_id")),
        sa.ForeignKeyConstraint(["compound"], ["places.code"], name=op.f("fk_jobs_compound")),
        sa.ForeignKeyConstraint(["place"], ["places.code"], name=op.f("fk_jobs_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("number", name=op.f("uq_jobs_number")),
    )
    op.create_index(op.f("ix_jobs_assignee_id"), "jobs", ["assignee_id"], unique=False)
    op.create_index(op.f("ix_jobs_compound_state_opened_at_id"), "jobs", ["compound", "state", "opened_at", "id"], unique=False)
    op.create_index(op.f("ix_jobs_opened_at_id"), "jobs", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_jobs_path"), "jobs", ["path"], unique=False)
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("merged", sa.BigInteger(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("last_push", sa.BigInteger(), nullable=True),
        sa.Column("last_pull", sa.BigInteger(), nullable=True),
        sa.Column("jobs_asked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mailboxes_user_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
    op.create_index(op.f("ix_mailboxes_user_id"), "mailboxes", ["user_id"], unique=False)
    op.create_index(
        "ix_mailboxes_waiting",
        "mailboxes",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("written > merged"),
        postgresql_where=sa.text("written > merged"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("event", "user_id", name=op.f("uq_notices_event_user_id")),
    )
    op.create_index(
        "ix_notices_due", "notices", ["retry_at"], unique=False, sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("mailbox", sa.String(length=96), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=True),
        sa.Column("media_type", sa.String(length=16), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.Column("thumb", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_photos_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_record"), "photos", ["record"], unique=False)
    op.create_index(op.f("ix_photos_sha256"), "photos", ["sha256"], unique=False)
    op.create_table(
        "push_subscriptions",
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("p256dh", sa.String(length=128), nullable=False),
        sa.Column("auth", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_push_subscriptions_user_id")),
        sa.PrimaryKeyConstraint("endpoint_hash", name=op.f("pk_push_subscriptions")),
    )
    op.create_index(op.f("ix_push_subscriptions_user_id"), "push_subscriptions", ["user_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_why", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("mailbox", sa.String(length=96), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=512), nullable=False),
        sa.Column("place_name", sa.String(length=256), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("photos", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("contested", sa.Text(), nullable=False),
        sa.Column("review", sa.String(length=16), nullable=False),
        sa.Column("review_words", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=26), nullable=True),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_visits_author_id")),
        sa.ForeignKeyConstraint(["place"], ["places.code"], name=op.f("fk_visits_place")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["users.id"], name=op.f("fk_visits_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_path"), "visits", ["path"], unique=False)
    op.create_index(op.f("ix_visits_received_at_id"), "visits", ["received_at", "id"], unique=False)
    op.create_index(op.f("ix_visits_review_received_at_id"), "visits", ["review", "received_at", "id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("notice_id", "channel", "target", name=op.f("uq_deliveries_notice_id_channel_target")),
    )
    op.create_table(
        "job_events",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("late", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_job_events_by_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_events_job_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_job_events")),
        sa.UniqueConstraint("id", name=op.f("uq_job_events_id")),
    )
    op.create_index(op.f("ix_job_events_job_id_n"), "job_events", ["job_id", "n"], unique=False)
    op.create_table(
        "photo_senders",
        sa.Column("photo_id", sa.String(length=40), nullable=False),
        sa.Column("mailbox", sa.String(length=96), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_photo_senders_photo_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_photo_senders_user_id")),
        sa.PrimaryKeyConstraint("photo_id", "mailbox", name=op.f("pk_photo_senders")),
    )
    op.create_index(
        "ix_photo_senders_whole",
        "photo_senders",
        ["retry_at"],
        unique=False,
        sqlite_where=sa.text("state = 'whole'"),
        postgresql_where=sa.text("state = 'whole'"),
    )
    op.create_table(
        "problems",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("mailbox", sa.String(length=96), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photos", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("visit", sa.String(length=40), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("contested", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_problems_author_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_problems_job_id")),
        sa.ForeignKeyConstraint(["place"], ["places.code"], name=op.f("fk_problems_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
    )
    op.create_index(op.f("ix_problems_job_id"), "problems", ["job_id"], unique=False)
    op.create_table(
        "replicas",
        sa.Column("mailbox", sa.String(length=96), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("ahead", sa.Text(), nullable=False),
        sa.Column("last_sync", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox"], ["mailboxes.name"], name=op.f("fk_replicas_mailbox")),
        sa.PrimaryKeyConstraint("mailbox", "id", name=op.f("pk_replicas")),
    )
    op.create_table(
        "shelf",
        sa.Column("mailbox", sa.String(length=96), nullable=False),
        sa.Column("document_id", sa.String(length=256), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.String(length=64), nullable=True),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox"], ["mailboxes.name"], name=op.f("fk_shelf_mailbox")),
        sa.PrimaryKeyConstraint("mailbox", "document_id", name=op.f("pk_shelf")),
    )
    op.create_index(op.f("ix_shelf_document_id"), "shelf", ["document_id"], unique=False)
    op.create_index("ix_shelf_due", "shelf", ["retry_at"], unique=False, sqlite_where=sa.text("version > sent"), postgresql_where=sa.text("version > sent"))


def downgrade() -> None:
    op.drop_index("ix_shelf_due", table_name="shelf", sqlite_where=sa.text("version > sent"), postgresql_where=sa.text("version > sent"))
    op.drop_index(op.f("ix_shelf_document_id"), table_name="shelf")
    op.drop_table("shelf")
    op.drop_table("replicas")
    op.drop_index(op.f("ix_problems_job_id"), table_name="problems")
    op.drop_table("problems")
    op.drop_index("ix_photo_senders_whole", table_name="photo_senders", sqlite_where=sa.text("state = 'whole'"), postgresql_where=sa.text("state = 'whole'"))
    op.drop_table("photo_senders")
    op.drop_index(op.f("ix_job_events_job_id_n"), table_name="job_events")
    op.drop_table("job_events")
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_visits_review_received_at_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_received_at_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_path"), table_name="visits")
    op.drop_table("visits")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_push_subscriptions_user_id"), table_name="push_subscriptions")
    op.drop_table("push_subscriptions")
    op.drop_index(op.f("ix_photos_sha256"), table_name="photos")
    op.drop_index(op.f("ix_photos_record"), table_name="photos")
    op.drop_table("photos")
    op.drop_index("ix_notices_due", table_name="notices", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL"))
    op.drop_table("notices")
    op.drop_index("ix_mailboxes_waiting", table_name="mailboxes", sqlite_where=sa.text("written > merged"), postgresql_where=sa.text("written > merged"))
    op.drop_index(op.f("ix_mailboxes_user_id"), table_name="mailboxes")
    op.drop_table("mailboxes")
    op.drop_index(op.f("ix_jobs_path"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_opened_at_id"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_compound_state_opened_at_id"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_assignee_id"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("job_counters")
    op.drop_index(op.f("ix_inputs_subject_n"), table_name="inputs")
    op.drop_index("ix_inputs_open", table_name="inputs", sqlite_where=sa.text("verdict <> 'merged'"), postgresql_where=sa.text("verdict <> 'merged'"))
    op.drop_table("inputs")
    op.drop_table("enrolment_codes")
    op.drop_index(op.f("ix_assignments_user_id"), table_name="assignments")
    op.drop_index(op.f("ix_assignments_place_role"), table_name="assignments")
    op.drop_table("assignments")
    op.drop_index(op.f("ix_accesses_subject"), table_name="accesses")
    op.drop_table("accesses")
    op.drop_table("users")
    op.drop_index(op.f("ix_places_path"), table_name="places")
    op.drop_index(op.f("ix_places_parent"), table_name="places")
    op.drop_table("places")
    op.drop_table("photo_pieces")
    op.drop_index(op.f("ix_failed_logins_key_at"), table_name="failed_logins")
    op.drop_table("failed_logins")
    op.drop_table("catalogue_versions")
