"""Tests of lib/drafts/pipeline.py."""

import threading
from dataclasses import replace
from uuid import uuid4

import pytest

from lib.clock import Deadline
from lib.drafts.composer import Composition
from lib.drafts.conversation import Conversation
from lib.drafts.gate import GateVerdict
from lib.drafts.pipeline import Pipeline, PipelineOutcome
from lib.drafts.run_store import RunStatus
from lib.drafts.template_composer import TemplateComposer
from lib.errors import NotFound
from tests.conftest import Database
from tests.drafts.conftest import SLOTS, Inbox
from tests.drafts.processing import Interrupting, process, runs


class Failing:
    """A composer that fails."""

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        del conversation, deadline
        raise ValueError("no idea")


class TestADraft:
    def test_is_stored_pending_with_an_artifact_for_each_stage(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        """Domain §3: each stage leaves its artifact, in the order of the work; the draft waits."""
        workspace = inbox.workspace()
        lead = inbox.lead(workspace, offered_slots=SLOTS)
        message = inbox.message(
            workspace, lead, "Tuesday, March 3 at 2:00 PM works for me. I am in New York time."
        )
        outcome = process(pipeline, message, deadline)
        ((draft, status, content),) = database.rows("SELECT id, status, content FROM drafts")
        assert outcome == PipelineOutcome(run_id=outcome.run_id, status=RunStatus.COMPLETED, draft_id=draft)
        assert status == "pending"
        assert "Tuesday, March 3 at 2:00 PM works for us" in content
        stages = database.rows("SELECT stage FROM draft_pipeline_artifacts ORDER BY id")
        assert [stage for (stage,) in stages] == [
            "meeting_overseer_extract", "draft_strategy", "draft_generation", "draft_verifier",
            "meeting_overseer_gate", "memory_proposal", "auto_send_evaluation", "final_draft",
        ]  # fmt: skip
        assert database.value(
            "SELECT prompt_key FROM draft_pipeline_artifacts WHERE prompt_key IS NOT NULL"
        ) == ("meeting.overseer.gate.v1")
        assert database.rows("SELECT tag, timezone FROM leads") == [("Meeting Requested", "America/New_York")]

    def test_says_why_it_waits_for_a_person(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        for number, (held, settings) in enumerate(
            (
                (pipeline, {}),
                (pipeline, {"auto_send": {"enabled": True}}),
                (replace(pipeline, auto_send_disabled=True), {"auto_send": {"enabled": True}}),
            )
        ):
            workspace = inbox.workspace(**settings)
            process(held, inbox.message(workspace, inbox.lead(workspace), f"Hello {number}"), deadline)
        assert database.rows(
            "SELECT payload->>'decision', payload->>'reason' FROM draft_pipeline_artifacts"
            " WHERE stage = 'auto_send_evaluation' ORDER BY id"
        ) == [
            ("off", "workspace_policy_off"),
            ("blocked", "low_confidence"),
            ("off", "kill_switch"),
        ]
        assert database.value("SELECT count(*) FROM jobs") == 0


class TestTwice:
    def test_a_repeat_changes_nothing(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        """Design §1.6: everything may happen twice, every effect happens once."""
        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        first = process(pipeline, message, deadline)
        second = process(pipeline, message, deadline)
        assert (first.run_id, RunStatus.COMPLETED) == (second.run_id, second.status)
        assert database.value("SELECT count(*) FROM drafts") == 1
        assert runs(database) == [("COMPLETED", None, True)]

    def test_a_run_left_by_a_crash_is_resumed(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        with pytest.raises(ValueError, match="no idea"):
            process(replace(pipeline, composer=Failing()), message, deadline)
        assert runs(database) == [("RUNNING", None, False)]
        process(pipeline, message, deadline)
        assert runs(database) == [("COMPLETED", None, True)]

    def test_an_execution_that_finds_the_run_closed_stores_no_second_draft(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        slow = replace(pipeline, composer=Interrupting(lambda: process(pipeline, message, deadline)))
        assert process(slow, message, deadline).status is RunStatus.COMPLETED
        assert database.value("SELECT count(*) FROM drafts") == 1
        assert (
            database.value("SELECT count(*) FROM draft_pipeline_artifacts WHERE stage = 'final_draft'") == 1
        )

    def test_at_once_makes_one_draft(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        together = threading.Barrier(3)
        held = replace(pipeline, composer=Interrupting(lambda: together.wait(10)))
        threads = [threading.Thread(target=process, args=(held, message, deadline)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert runs(database) == [("COMPLETED", None, True)]
        assert database.value("SELECT count(*) FROM drafts") == 1

    def test_a_live_draft_from_before_is_kept(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        """One live draft per (message, channel), also after the run that made it was pruned."""
        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        first = process(pipeline, message, deadline)
        database.run("DELETE FROM draft_pipeline_runs")
        assert process(pipeline, message, deadline).draft_id == first.draft_id
        assert database.value("SELECT count(*) FROM drafts") == 1

    def test_a_deleted_run_ends_the_execution(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        gone = Interrupting(lambda: database.run("DELETE FROM draft_pipeline_runs"))
        outcome = process(replace(pipeline, composer=gone), message, deadline)
        assert outcome.status is RunStatus.ABORTED
        assert database.value("SELECT count(*) FROM drafts") == 0


class TestFailure:
    def test_of_the_composer_fails_the_run_on_the_last_attempt(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        with pytest.raises(ValueError, match="no idea"):
            process(replace(pipeline, composer=Failing()), message, deadline, last_attempt=True)
        assert runs(database) == [("FAILED", "composer_failed: ValueError", False)]
        process(pipeline, message, deadline)
        assert runs(database) == [("COMPLETED", None, True)]

    def test_of_the_gate_blocks_nothing(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        """Domain §3: a gate failure or time-out never blocks drafting; it is recorded."""

        def broken_gate(*_: object, **__: object) -> GateVerdict:
            raise TimeoutError

        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
        process(replace(pipeline, gate=broken_gate), message, deadline)
        assert runs(database) == [("COMPLETED", None, True)]
        assert database.rows("SELECT decision->'issues', decision->>'confidence' FROM drafts") == [
            (["gate_failed: TimeoutError"], "0.0")
        ]

    def test_a_draft_that_breaks_an_invariant_is_replaced(
        self, database: Database, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        class Promising(TemplateComposer):
            def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
                composed = super().compose(conversation, deadline=deadline)
                return replace(composed, text="You are booked for March 9 at 5pm.")

        workspace = inbox.workspace()
        message = inbox.message(workspace, inbox.lead(workspace, offered_slots=SLOTS), "Can we meet?")
        process(replace(pipeline, composer=Promising()), message, deadline)
        ((content, decision),) = database.rows("SELECT content, decision FROM drafts")
        assert "5pm" not in content
        assert decision["gate"] == "revise"
        assert [issue.split(":")[0] for issue in decision["issues"]] == ["slot_mismatch", "date_mismatch"]
        assert database.rows(
            "SELECT payload->'invariants'->0->>'code', (SELECT text FROM draft_pipeline_artifacts"
            " WHERE stage = 'draft_generation') FROM draft_pipeline_artifacts WHERE stage = 'draft_verifier'"
        ) == [("slot_mismatch", "You are booked for March 9 at 5pm.")]


class TestNotThere:
    def test_an_unknown_outbound_or_foreign_message_is_refused(
        self, inbox: Inbox, pipeline: Pipeline, deadline: Deadline
    ) -> None:
        """Domain §1: a workspace never sees another's rows."""
        workspace, other = inbox.workspace(), inbox.workspace()
        lead = inbox.lead(workspace)
        ours = inbox.message(workspace, lead, "Hello", direction="outbound")
        theirs = inbox.message(workspace, lead, "Hello")
        for message, claimed in ((uuid4(), workspace), (ours, workspace), (theirs, other)):
            with pytest.raises(NotFound):
                process(pipeline, message, deadline, workspace=claimed)
