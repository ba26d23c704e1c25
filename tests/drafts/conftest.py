"""A small inbox to draft for: a workspace, leads and their messages, written as rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from lib.clock import Deadline, SystemClock
from lib.drafts.conversation import (
    Channel,
    Conversation,
    ConversationMessage,
    Direction,
    LeadStatus,
    LeadView,
    WorkspaceView,
)
from lib.drafts.pipeline import Pipeline
from lib.drafts.sending import Sending
from lib.drafts.template_composer import TemplateComposer
from lib.services import Services
from tests.conftest import Database
from tests.drafts.outbox import FROM, RecordingMailer

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SLOTS = ("Tuesday, March 3 at 2:00 PM", "Wednesday, March 4 at 10:00 AM")


@dataclass
class Inbox:
    """Writes rows as an import would."""

    database: Database
    minutes: int = 0

    def workspace(self, **settings: Any) -> UUID:
        return UUID(
            str(
                self.database.value(
                    "INSERT INTO workspaces (name, settings) VALUES (%s, %s) RETURNING id",
                    f"team {uuid4()}",
                    Jsonb(settings),
                )
            )
        )

    def lead(self, workspace: UUID, **fields: Any) -> UUID:
        held = {"email": f"{uuid4().hex[:8]}@lead.example", "name": "Ada Lovelace", **fields}
        held["offered_slots"] = Jsonb(list(held.get("offered_slots", ())))
        names = ", ".join(held)
        marks = ", ".join(["%s"] * len(held))
        return UUID(
            str(
                self.database.value(
                    f"INSERT INTO leads (workspace_id, {names}) VALUES (%s, {marks}) RETURNING id",
                    workspace,
                    *held.values(),
                )
            )
        )

    def message(self, workspace: UUID, lead: UUID, body: str, **fields: Any) -> UUID:
        self.minutes += 1
        held: dict[str, Any] = {
            "channel": "email",
            "direction": "inbound",
            "subject": "Your offer",
            "rfc_message_id": f"<{uuid4()}@lead.example>",
            "thread_id": lead,
            "sent_at": START + timedelta(minutes=self.minutes),
            **fields,
        }
        names = ", ".join(held)
        marks = ", ".join(["%s"] * len(held))
        return UUID(
            str(
                self.database.value(
                    f"INSERT INTO messages (workspace_id, lead_id, body, {names})"
                    f" VALUES (%s, %s, %s, {marks}) RETURNING id",
                    workspace,
                    lead,
                    body,
                    *held.values(),
                )
            )
        )


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


@pytest.fixture
def pipeline(services: Services) -> Pipeline:
    return Pipeline(store=services.store, composer=TemplateComposer(), kinds=services.kinds)


@pytest.fixture
def deadline() -> Deadline:
    return Deadline.after_ms(SystemClock(), 30_000)


@pytest.fixture
def mailer() -> RecordingMailer:
    return RecordingMailer()


@pytest.fixture
def sending(services: Services, mailer: RecordingMailer) -> Sending:
    return Sending(store=services.store, mailer=mailer, mail_from=FROM, longest_send_ms=10_000)


@pytest.fixture
def draft(inbox: Inbox) -> UUID:
    """A pending draft."""
    workspace = inbox.workspace()
    lead = inbox.lead(workspace, email="ada@lead.example")
    return new_draft(inbox, workspace, lead)


def new_draft(inbox: Inbox, workspace: UUID, lead: UUID, *, channel: str = "email", **message: Any) -> UUID:
    held = {"rfc_message_id": f"<q{uuid4().hex[:4]}@lead.example>", "reference_ids": ["<q1@lead.example>"]}
    trigger = inbox.message(workspace, lead, "What now?", channel=channel, **{**held, **message})
    return UUID(
        str(
            inbox.database.value(
                "INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content)"
                " VALUES (%s, %s, %s, %s, 'Hello Ada') RETURNING id",
                workspace,
                lead,
                trigger,
                channel,
            )
        )
    )


def conversation(
    body: str,
    *,
    before: tuple[tuple[Direction, str], ...] = (),
    slots: tuple[str, ...] = (),
    booking_link: str | None = None,
    service_description: str | None = None,
    **lead: Any,
) -> Conversation:
    """A conversation in memory; `before` are earlier messages, oldest first."""
    said = [
        ConversationMessage(
            id=uuid4(),
            direction=direction,
            subject="Your offer",
            body=text,
            sent_at=START + timedelta(minutes=minute),
            automation=None,
        )
        for minute, (direction, text) in enumerate((*before, (Direction.INBOUND, body)))
    ]
    facts: dict[str, Any] = {
        "id": uuid4(),
        "email": "ada@lead.example",
        "name": "Ada Lovelace",
        "timezone": None,
        "status": LeadStatus.ACTIVE,
        "tag": None,
        "scheduler_link": None,
    }
    return Conversation(
        workspace=WorkspaceView(
            id=uuid4(),
            booking_link=booking_link,
            timezone="UTC",
            service_description=service_description,
        ),
        lead=LeadView(**{**facts, **lead}),
        channel=Channel.EMAIL,
        messages=tuple(said),
        trigger=said[-1],
        offered_slots=slots,
        newer_inbound=False,
        answered=False,
    )
