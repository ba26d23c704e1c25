"""Tests of lib/drafts/pipeline.py: the messages that get no draft, and why."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lib.clock import Deadline
from lib.drafts.pipeline import Pipeline
from lib.drafts.run_store import RunStatus
from tests.conftest import Database
from tests.drafts.conftest import Inbox
from tests.drafts.processing import Interrupting, process, runs, tag


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A message that gets no draft."""

    name: str
    body: str
    reason: str
    tag: str
    """The lead's tag afterwards."""
    lead: dict[str, Any] = field(default_factory=dict)
    message: dict[str, Any] = field(default_factory=dict)


EXPLAINED = (
    Explained(name="opt-out", body="Please unsubscribe me.", reason="opt_out", tag="Opt Out"),
    Explained(
        name="auto-reply by its headers",
        body="I am away.",
        message={"automation": "auto_reply"},
        reason="automated_reply",
        tag="Automated Reply",
    ),
    Explained(
        name="auto-reply by its subject",
        body="I am away.",
        message={"subject": "Automatic reply: Your offer"},
        reason="automated_reply",
        tag="Automated Reply",
    ),
    Explained(
        name="blacklisted lead",
        body="Hello?",
        lead={"status": "blacklisted"},
        reason="lead_blacklisted",
        tag="Blacklisted",
    ),
    Explained(
        name="lead that opted out before",
        body="ok.",
        lead={"tag": "Opt Out"},
        reason="lead_opted_out",
        tag="Opt Out",
    ),
    Explained(
        name="auto-reply of a lead that opted out",
        body="Away.",
        lead={"tag": "Opt Out"},
        message={"automation": "auto_reply"},
        reason="automated_reply",
        tag="Opt Out",
    ),
    Explained(
        name="blank", body=" \n ", lead={"tag": "Interested"}, reason="empty_message", tag="Interested"
    ),
)


class TestNoDraft:
    """Domain §2: every intentional no-op leaves a reason row (failure D4)."""

    @pytest.mark.parametrize("case", EXPLAINED, ids=lambda case: str(case.name))
    def test_is_explained(
        self, case: Explained, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        lead = inbox.lead(workspace, **case.lead)
        outcome = process(pipeline, inbox.message(workspace, lead, case.body, **case.message), deadline)
        assert (outcome.status, outcome.reason, outcome.draft_id) == (RunStatus.ABORTED, case.reason, None)
        assert runs(inbox.database) == [("ABORTED", case.reason, False)]
        assert tag(inbox.database, lead) == case.tag
        assert inbox.database.value("SELECT count(*) FROM drafts") == 0

    def test_for_a_message_that_was_followed_by_another(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        """A machine's later message does not count as one."""
        workspace = inbox.workspace()
        lead = inbox.lead(workspace)
        older = inbox.message(workspace, lead, "What does it cost?")
        newer = inbox.message(workspace, lead, "And can we meet?")
        away = inbox.message(workspace, lead, "Away.", automation="auto_reply")
        assert [process(pipeline, one, deadline).reason for one in (older, newer, away)] == [
            "newer_inbound", None, "automated_reply",
        ]  # fmt: skip
        assert tag(database, lead) == "Automated Reply"

    def test_for_a_message_that_was_answered(
        self, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        lead = inbox.lead(workspace)
        message = inbox.message(workspace, lead, "What does it cost?")
        inbox.message(workspace, lead, "Ten a month.", direction="outbound")
        assert process(pipeline, message, deadline).reason == "already_answered"

    def test_when_the_thread_went_on_while_it_was_composed(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        lead = inbox.lead(workspace)
        message = inbox.message(workspace, lead, "What does it cost?")
        overtaken = Interrupting(lambda: inbox.message(workspace, lead, "Never mind, found it."))
        outcome = process(replace(pipeline, composer=overtaken), message, deadline)
        assert (outcome.status, outcome.reason) == (RunStatus.ABORTED, "newer_inbound")
        assert database.value("SELECT count(*) FROM drafts") == 0

    def test_a_lead_that_opted_out_is_answered_when_it_asks_for_something(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        lead = inbox.lead(workspace, tag="Opt Out")
        message = inbox.message(workspace, lead, "I changed my mind: can we schedule a call?")
        assert process(pipeline, message, deadline).status is RunStatus.COMPLETED
        assert tag(database, lead) == "Call Requested"
