"""Tests of lib/drafts/reported_leads.py: from a report's mail to the tag of the lead that it is about."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from lib.clock import Deadline
from lib.drafts.pipeline import Pipeline
from lib.inbox.parse import parse_mail
from lib.inbox.receive import receive
from lib.services import Services
from tests.drafts.conftest import START, Inbox
from tests.drafts.processing import process, tag
from tests.inbox.test_report import FINAL, delivery, report, returned

GONE = f"{FINAL}\nAction: failed\nStatus: 5.1.1"
OURS = "<kch-9@team.example>"


@dataclass
class Told:
    """A workspace that wrote to one lead, and hears of it."""

    inbox: Inbox
    services: Services
    pipeline: Pipeline
    deadline: Deadline
    workspace: UUID
    lead: UUID

    def hear(self, raw: str) -> str | None:
        """Take the report in and process it; why it got no draft."""
        mail = parse_mail(raw.encode(), received_at=START + timedelta(hours=1))
        with self.services.store.transaction() as connection:
            taken = receive(connection, self.services.kinds, workspace_id=self.workspace, mail=mail)
        return process(self.pipeline, taken.message_id, self.deadline).reason

    @property
    def tag(self) -> object:
        return tag(self.inbox.database, self.lead)


@pytest.fixture
def told(inbox: Inbox, services: Services, pipeline: Pipeline, deadline: Deadline) -> Told:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace, email="old-box@gone.example", tag="Interested")
    inbox.message(workspace, lead, "Still looking?", direction="outbound", rfc_message_id=OURS)
    return Told(inbox, services, pipeline, deadline, workspace, lead)


class TestBounce:
    def test_a_permanent_one_marks_the_lead_undeliverable_and_says_why(self, told: Told) -> None:
        assert told.hear(delivery(GONE, quoted=returned(OURS))) == "bounce"
        assert told.tag == "Undeliverable"
        assert told.inbox.database.value("SELECT evidence ->> 'header' FROM draft_pipeline_runs") == (
            "Content-Type: multipart/report; report-type=delivery-status; Action: failed; Status: 5.1.1"
        )

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            pytest.param(
                delivery(f"{FINAL}\nAction: delayed\nStatus: 4.4.1", quoted=returned(OURS)),
                "delivery_delayed",
                id="a delay",
            ),
            pytest.param(
                delivery(f"{FINAL}\nAction: failed\nStatus: 5.7.1", quoted=returned(OURS)),
                "bounce",
                id="refused as spam",
            ),
            pytest.param(delivery(GONE), "bounce", id="of no mail in particular"),
            pytest.param(delivery(GONE, quoted=returned("<x@y.example>")), "bounce", id="of another's mail"),
            pytest.param(
                delivery(GONE.replace("Old-Box", "other"), quoted=returned(OURS)), "bounce", id="of another"
            ),
        ],
    )
    def test_others_only_note(self, told: Told, raw: str, reason: str) -> None:
        """A report can be forged: it counts for whom we sent the mail that it returns."""
        assert told.hear(raw) == reason
        assert told.tag == "Interested"

    def test_a_lead_that_wrote_afterwards_is_reached(self, told: Told) -> None:
        told.inbox.message(told.workspace, told.lead, "Hello again", sent_at=START + timedelta(hours=2))
        told.hear(delivery(GONE, quoted=returned(OURS)))
        assert told.tag == "Interested"

    def test_an_opt_out_stands(self, told: Told) -> None:
        told.inbox.database.run("UPDATE leads SET tag = 'Opt Out'")
        told.hear(delivery(GONE, quoted=returned(OURS)))
        assert told.tag == "Opt Out"

    def test_another_workspaces_lead_is_not_touched(self, told: Told) -> None:
        other = told.inbox.lead(told.inbox.workspace(), email="old-box@gone.example", tag="Interested")
        told.hear(delivery(GONE, quoted=returned(OURS)))
        assert tag(told.inbox.database, other) == "Interested"


class TestComplaint:
    def test_it_is_an_opt_out_of_whoever_got_the_mail(self, told: Told) -> None:
        """Providers take the address out: the Message-ID tells whose it is."""
        raw = report("feedback-report", "Feedback-Type: abuse", quoted=returned(OURS))
        assert told.hear(raw) == "complaint"
        assert told.tag == "Opt Out"

    def test_of_another_mail_it_changes_nothing(self, told: Told) -> None:
        told.hear(report("feedback-report", "Feedback-Type: abuse", quoted=returned("<x@y.example>")))
        assert told.tag == "Interested"
