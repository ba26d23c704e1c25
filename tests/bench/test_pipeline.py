"""The pipeline measured, in small: its sums come out, and each of its verdicts is able to fall."""

import json
from collections import Counter

import psycopg
import pytest

from bench.pipeline.command import as_text, exit_code, main
from bench.pipeline.measure import take_in
from bench.pipeline.reckoning import Reckoning, reckon
from bench.pipeline.stories import DRAFT, DUPLICATE, REFUSED, STORIES, made_mails
from lib.drafts.no_draft import NoDraftReason
from lib.inbox.intake import IntakeSummary
from lib.services import Services
from tests.conftest import Database

ABORTED = """
INSERT INTO draft_pipeline_runs
    (workspace_id, lead_id, trigger_message_id, channel, status, reason, finished_at)
SELECT workspace_id, lead_id, id, channel, 'ABORTED', %s, everytick_now() FROM messages
"""


class TestStories:
    def test_the_same_seed_tells_the_same(self) -> None:
        assert made_mails(200, 7) == made_mails(200, 7)
        assert made_mails(200, 7) != made_mails(200, 8)

    def test_a_thousand_hold_every_sort_and_every_reason_that_a_mail_alone_can_have(self) -> None:
        mails = made_mails(1000, 1)
        assert len(mails) == 1000
        assert {mail.story for mail in mails} == set(STORIES)
        of_the_lead = {"lead_blacklisted", "lead_opted_out"}
        wanted = {reason.value for reason in NoDraftReason} - of_the_lead
        assert wanted <= {mail.expected for mail in mails}

    def test_no_two_are_the_same_but_those_meant_so(self) -> None:
        mails = [mail for mail in made_mails(1000, 1) if mail.expected != REFUSED]
        again = Counter(mail.identity for mail in mails)
        doubled = sum(count - 1 for count in again.values())
        assert doubled == sum(mail.expected == DUPLICATE for mail in mails)


@pytest.fixture(scope="module")
def measured() -> dict[str, object]:
    """Sixty mails, all the way."""
    told: list[str] = []
    assert main(["--mails", "60", "--seed", "5", "--json"], show=told.append) == 0
    found: dict[str, object] = json.loads(told[0])
    return found


class TestSixtyMails:
    def test_all_are_accounted_for_with_a_reason_each(self, measured: dict[str, object]) -> None:
        """Issue 8: none lost, every no-op with a reason."""
        assert measured["failed"] == []
        assert measured["mails"] == measured["accounted"] == 60
        assert (measured["lost"], measured["unexplained"], measured["openJobs"]) == (0, 0, 0)
        assert measured["unexpected"] == 0

    def test_what_becomes_of_them_is_what_was_meant(self, measured: dict[str, object]) -> None:
        assert measured["outcomes"] == Counter(mail.expected for mail in made_mails(60, 5))

    def test_the_lines_say_so(self, measured: dict[str, object]) -> None:
        assert as_text(measured).startswith("60 mails = ")
        assert "0 lost, 0 without a reason" in as_text(measured)


class TestReckoning:
    @pytest.fixture
    def taken(self, services: Services, database: Database) -> IntakeSummary:
        """Mails that were taken in and not processed."""
        del database  # empty
        return take_in(services, self.MAILS)

    MAILS = tuple(mail for mail in made_mails(60, 5) if mail.expected == DRAFT)[:3]

    def account(self, database: Database, taken: IntakeSummary) -> Reckoning:
        with psycopg.connect(database.url) as connection:
            return reckon(connection, self.MAILS, taken)

    def test_what_was_not_processed_is_lost(self, database: Database, taken: IntakeSummary) -> None:
        found = self.account(database, taken)
        assert (len(found.lost), len(found.open_jobs), found.adds_up) == (3, 3, False)

    def test_what_was_not_stored_is_lost(self, database: Database, taken: IntakeSummary) -> None:
        database.run("DELETE FROM messages WHERE rfc_message_id = %s", self.MAILS[0].identity)
        found = self.account(database, taken)
        assert any(self.MAILS[0].identity in one for one in found.lost)

    def test_a_reason_that_nobody_knows_is_none(self, database: Database, taken: IntakeSummary) -> None:
        database.run(ABORTED, "because")
        assert len(self.account(database, taken).unexplained) == 3

    def test_another_outcome_than_was_meant_is_told(self, database: Database, taken: IntakeSummary) -> None:
        database.run(ABORTED, "opt_out")
        found = self.account(database, taken)
        assert (found.lost, found.unexplained, len(found.unexpected)) == ([], [], 3)


@pytest.mark.parametrize(
    ("failed", "unexpected", "code"), [([], 0, 0), (["lost"], 0, 1), (["lost"], 2, 1), ([], 2, 6)]
)
def test_the_exit_code(failed: list[str], unexpected: int, code: int) -> None:
    assert exit_code({"failed": failed, "unexpected": unexpected}) == code
