"""Tests of lib/job_kinds/draft_auto_send.py."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from lib.clock import Deadline, SystemClock
from lib.errors import SendDeferred, SendRefused
from lib.job_kinds.draft_auto_send import auto_send
from lib.jobs.drain import drain
from lib.jobs.kind import Uniqueness
from lib.jobs.outcomes import Permanent, Reschedule, RetryAfter
from lib.services import Services
from tests.conftest import Database
from tests.drafts.auto_sending import WILLING, AutoSending, auto_sending
from tests.drafts.conftest import Inbox
from tests.drafts.outbox import Crash, RecordingMailer, outbound, raising

SCHEDULED = ("scheduled", "clear")
RELEASED = ("released", "clear")


@pytest.fixture
def mailer() -> RecordingMailer:
    return RecordingMailer()


@pytest.fixture
def sending(services: Services, database: Database, mailer: RecordingMailer) -> AutoSending:
    return auto_sending(services, Inbox(database), mailer)


def test_its_declaration() -> None:
    """Domain §2, design §7."""
    assert (auto_send.name, auto_send.uniqueness, auto_send.max_attempts) == (
        "draft.auto_send", Uniqueness.WHILE_ACTIVE, 3,
    )  # fmt: skip


class TestItsJob:
    def test_is_enqueued_with_the_draft_for_its_time(self, database: Database, sending: AutoSending) -> None:
        """Domain §2 and §4: the key names workspace, message, kind and draft; 180 to 420 seconds from now."""
        ((kind, key, payload, workspace, status, delay, attempts),) = database.rows(
            "SELECT kind, dedupe_key, payload, workspace_id, status, run_at - created_at, max_attempts"
            " FROM jobs WHERE kind = 'draft.auto_send'"
        )
        assert (kind, workspace, status, attempts) == ("draft.auto_send", sending.workspace, "scheduled", 3)
        assert key == f"{sending.workspace}:{sending.message}:draft.auto_send:{sending.draft}"
        assert payload == {"draftId": str(sending.draft)}
        assert timedelta(seconds=179) < delay <= timedelta(seconds=420)
        assert sending.decisions() == [SCHEDULED]

    def test_is_found_when_its_time_has_come(
        self, database: Database, sending: AutoSending, mailer: RecordingMailer
    ) -> None:
        """Through the queue itself, by the database's clock."""

        def succeeded() -> int:
            return drain(sending.services, deadline=Deadline.after_ms(SystemClock(), 20_000)).succeeded

        assert (succeeded(), mailer.taken) == (0, [])
        database.shift_clock(timedelta(seconds=421))
        assert (succeeded(), len(mailer.taken)) == (1, 1)

    def test_sends_as_nobody(self, database: Database, sending: AutoSending, mailer: RecordingMailer) -> None:
        sending.run()
        assert (sending.state(), len(mailer.taken)) == (("approved", "AUTO_SENT", False), 1)
        assert [row[1] for row in outbound(database)] == ["ai"]
        assert sending.decisions() == [SCHEDULED, RELEASED]

    def test_a_second_time_sends_nothing(self, sending: AutoSending, mailer: RecordingMailer) -> None:
        sending.run()
        sending.run()
        assert len(mailer.taken) == 1
        assert sending.decisions() == [SCHEDULED, RELEASED, ("skipped", "not_pending")]

    def test_after_hours_it_comes_back(
        self, database: Database, sending: AutoSending, mailer: RecordingMailer
    ) -> None:
        """Hours are asked at run time as well: they may have changed, and the job may be late."""
        weekday = database.value("SELECT lower(to_char(everytick_now() + interval '1 day', 'FMday'))")
        database.run(
            "UPDATE workspaces SET settings = jsonb_set(settings, '{hours}', %s::jsonb)",
            f'{{"days": ["{weekday}"], "opens": "00:00", "closes": "00:00"}}',
        )
        for _ in range(2):
            with pytest.raises(Reschedule, match="outside_hours") as later:
                sending.run()
        assert later.value.when == database.value(
            "SELECT date_trunc('day', everytick_now(), 'UTC') + '1 day'"
        )
        assert sending.decisions() == [SCHEDULED, ("postponed", "outside_hours")]
        database.shift_clock(timedelta(days=1))
        sending.run()
        assert len(mailer.taken) == 1


def _tag(tag: str) -> Callable[[AutoSending], object]:
    return lambda held: held.database.run("UPDATE leads SET tag = %s", tag)


def _policy(changes: str) -> Callable[[AutoSending], object]:
    return lambda held: held.database.run("UPDATE workspaces SET settings = settings || %s::jsonb", changes)


def _other(state: str) -> Callable[[AutoSending], object]:
    def add(held: AutoSending) -> None:
        other = held.reply(direction="inbound", sent_at="2026-03-01", created_at="2026-03-01")
        held.database.run(
            "INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content, status,"
            " send_unconfirmed) VALUES (%s, %s, %s, 'email', 'Hello', %s, %s)",
            held.workspace,
            held.lead,
            other,
            state,
            state == "approved",
        )

    return add


def _released(held: AutoSending) -> None:
    held.database.run(
        "INSERT INTO jobs (workspace_id, kind, payload, status)"
        " VALUES (%s, 'draft.send', %s::jsonb, 'pending')",
        held.workspace,
        f'{{"draftId": "{held.draft}"}}',
    )


BETWEEN = [
    pytest.param(lambda held: held.reply(), "newer_inbound", id="a newer inbound"),
    pytest.param(
        lambda held: held.reply(automation="auto_reply"), "newer_inbound", id="a machine's newer inbound"
    ),
    pytest.param(
        lambda held: held.reply(thread_id=held.workspace), "newer_inbound", id="an inbound of another thread"
    ),
    pytest.param(lambda held: held.reply(sent_at="2020-01-01"), "newer_inbound", id="an inbound dated back"),
    pytest.param(
        lambda held: held.reply(direction="outbound", sent_by="setter"), "outbound_since", id="an outbound"
    ),
    pytest.param(
        lambda held: held.database.run("UPDATE drafts SET edited_content = content"), "edited", id="an edit"
    ),
    pytest.param(_released, "released_by_person", id="a person's send under way"),
    pytest.param(_other("sending"), "other_send_open", id="another draft being sent"),
    pytest.param(_other("approved"), "other_send_open", id="another draft that may have been sent"),
    pytest.param(_policy('{"auto_send": {}}'), "workspace_policy_off", id="the policy off"),
    pytest.param(
        _policy('{"auto_send": {"enabled": true, "min_confidence": 0.99}}'),
        "low_confidence",
        id="a stricter policy",
    ),
    pytest.param(_policy('{"timezone": "Asia/Tokyo"}'), None, id="another zone, open all day"),
    pytest.param(_tag("Blacklist"), "blocking_tag", id="the tag Blacklist"),
    pytest.param(_tag("Opt Out"), "blocking_tag", id="the tag Opt Out"),
    pytest.param(_tag("Automated Reply"), "blocking_tag", id="the tag Automated Reply"),
    pytest.param(_tag("Interested"), None, id="another tag"),
    pytest.param(
        lambda held: held.database.run("UPDATE leads SET status = 'unqualified'"),
        "lead_not_active",
        id="the lead no longer active",
    ),
    pytest.param(
        lambda held: held.database.run("UPDATE leads SET offered_slots = '[\"Friday, March 6 at 9:00 AM\"]'"),
        None,
        id="another offer, but the time is in the inbound",
    ),
    pytest.param(
        lambda held: held.database.run("UPDATE drafts SET content = 'Book here: https://calendly.com/x'"),
        "invariant",
        id="a text that breaks an invariant",
    ),
    pytest.param(
        lambda held: held.database.run("UPDATE drafts SET content = '  '"), "empty_draft", id="a blank text"
    ),
    pytest.param(
        lambda held: held.database.run("UPDATE drafts SET decision = NULL"), "gate_failed", id="no judgement"
    ),
    pytest.param(
        lambda held: held.database.run("UPDATE drafts SET decision = decision || '{\"confidence\": true}'"),
        "low_confidence",
        id="a confidence that is none",
    ),
    pytest.param(
        lambda held: held.database.shift_clock(timedelta(hours=73)), "too_old", id="three days of silence"
    ),
    pytest.param(
        lambda held: held.database.run("UPDATE drafts SET status = 'rejected'"), "not_pending", id="a no"
    ),
]


@pytest.mark.parametrize(("happens", "reason"), BETWEEN)
def test_what_came_in_between(
    sending: AutoSending,
    mailer: RecordingMailer,
    happens: Callable[[AutoSending], object],
    reason: str | None,
) -> None:
    """All checks again at run time (domain §4); what is not sent says why, once."""
    happens(sending)
    sending.run()
    if reason is None:
        assert (len(mailer.taken), sending.decisions()[-1]) == (1, RELEASED)
        return
    sending.run()
    assert (mailer.taken, sending.decisions()) == ([], [SCHEDULED, ("skipped", reason)])
    assert sending.state()[0] == ("rejected" if reason == "not_pending" else "pending")


def test_nobody_is_written_to_on_somebody_elses_word(
    database: Database, sending: AutoSending, mailer: RecordingMailer
) -> None:
    """A `Reply-To` may name anybody: a lead that opted out, or a stranger whose mails nobody counts."""
    sending.inbox.lead(sending.workspace, email="gone@elsewhere.example", tag="Opt Out")
    database.run("UPDATE messages SET reply_to = 'gone@elsewhere.example' WHERE id = %s", sending.message)
    sending.run()
    assert (mailer.taken, sending.decisions()[-1]) == ([], ("skipped", "reply_to"))


def test_the_kill_switch_counts_at_run_time(sending: AutoSending, mailer: RecordingMailer) -> None:
    sending.with_settings(auto_send_disabled=True).run()
    assert (mailer.taken, sending.decisions()[-1]) == ([], ("skipped", "kill_switch"))


def test_a_loop_of_two_assistants_ends(
    database: Database, services: Services, mailer: RecordingMailer
) -> None:
    """Five mails a day to one lead: the sixth waits for a person."""
    sending = auto_sending(services, Inbox(database), mailer)
    for minutes in range(5):
        sending.reply(
            direction="outbound",
            sent_by="ai",
            sent_at=database.value("SELECT everytick_now() - make_interval(hours => 1, mins => %s)", minutes),
            created_at="2026-03-01",
        )
    sending.run()
    assert (mailer.taken, sending.decisions()[-1]) == ([], ("skipped", "sends_used"))


def test_a_mail_that_may_have_gone_counts_as_one_that_went(
    database: Database, services: Services, mailer: RecordingMailer
) -> None:
    """A server that takes mail and never says so would else let two assistants go on for ever."""
    sending = auto_sending(services, Inbox(database), mailer)
    for _ in range(5):
        before = sending.reply("Earlier.", sent_at="2026-03-01", created_at="2026-03-01")
        database.run(
            "INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content, status,"
            " send_unconfirmed, updated_at)"
            " VALUES (%s, %s, %s, 'email', 'x', 'approved', true, everytick_now() - interval '1 hour')",
            sending.workspace, sending.lead, before,
        )  # fmt: skip
    sending.run()
    assert (mailer.taken, sending.decisions()[-1]) == ([], ("skipped", "sends_used"))


class TestFailure:
    def test_of_the_server_for_good_is_permanent(self, sending: AutoSending, mailer: RecordingMailer) -> None:
        mailer.instead = raising(SendRefused("no such mailbox"))
        with pytest.raises(Permanent, match="no such mailbox"):
            sending.run()
        assert sending.state()[0] == "pending"

    def test_of_the_server_for_now_asks_again_and_checks_again(
        self, sending: AutoSending, mailer: RecordingMailer
    ) -> None:
        mailer.instead = raising(SendDeferred())
        with pytest.raises(RetryAfter) as later:
            sending.run()
        assert later.value.delay == timedelta(minutes=5)
        mailer.instead = lambda: None
        sending.reply()
        sending.run(attempt=1)
        assert (mailer.taken, sending.decisions()[-1]) == ([], ("skipped", "newer_inbound"))

    @pytest.mark.parametrize("crash", ["instead", "then"], ids=["before the mail", "after the mail"])
    def test_of_the_process_leads_to_no_second_mail(
        self, database: Database, sending: AutoSending, mailer: RecordingMailer, crash: str
    ) -> None:
        """Whoever comes next waits until the crashed one must have ended, and then sends nothing."""
        setattr(mailer, crash, raising(Crash()))
        with pytest.raises(Crash):
            sending.run()
        setattr(mailer, crash, lambda: None)
        with pytest.raises(Reschedule):
            sending.run(crashes=1)
        database.shift_clock(timedelta(minutes=5))
        sending.run(crashes=1)
        assert sending.state() == ("approved", None, True)
        assert len(mailer.taken) == (crash == "then")

    def test_of_the_process_before_the_mail_can_be_taken_is_made_up_for(
        self, database: Database, sending: AutoSending, mailer: RecordingMailer
    ) -> None:
        mailer.before = raising(Crash())
        with pytest.raises(Crash):
            sending.run()
        mailer.before = lambda: None
        with pytest.raises(Reschedule):
            sending.run(crashes=1)
        database.shift_clock(timedelta(minutes=5))
        with pytest.raises(RetryAfter):
            sending.run(crashes=1)
        sending.run(attempt=1, crashes=1)
        assert (sending.state(), len(mailer.taken)) == (("approved", "AUTO_SENT", False), 1)

    def test_a_draft_that_is_gone_is_permanent(self, database: Database, sending: AutoSending) -> None:
        database.run("DELETE FROM draft_pipeline_runs")
        database.run("DELETE FROM drafts")
        with pytest.raises(Permanent):
            sending.run()

    def test_another_workspaces_draft_is_not_there(self, database: Database, sending: AutoSending) -> None:
        """Domain §1: a workspace never sees another's rows."""
        other = AutoSending(
            services=sending.services,
            inbox=sending.inbox,
            workspace=sending.inbox.workspace(**WILLING),
            lead=sending.lead,
            message=sending.message,
            draft=sending.draft,
        )
        with pytest.raises(Permanent):
            other.run()
        assert database.value("SELECT status FROM drafts") == "pending"


class TestAtOnce:
    def test_with_a_person_and_itself_is_one_mail(
        self, database: Database, sending: AutoSending, mailer: RecordingMailer
    ) -> None:
        """Domain §4: exactly one mail, whoever wins."""
        together = threading.Barrier(4)

        def begin(run: Callable[[], None]) -> None:
            together.wait(10)
            with suppress(Reschedule):
                run()

        runs = (sending.run, sending.by_a_person, sending.run, sending.by_a_person)
        threads = [threading.Thread(target=begin, args=(run,)) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(mailer.taken) == 1
        status, disposition, unconfirmed = sending.state()
        assert (status, unconfirmed) == ("approved", False)
        assert disposition in ("AUTO_SENT", "APPROVED")
        assert database.value("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 1

    def test_mail_that_comes_in_is_before_or_after_but_not_between(
        self, sending: AutoSending, mailer: RecordingMailer
    ) -> None:
        """What holds the workspace, as receiving does, is waited for and seen."""
        with sending.services.store.transaction() as connection:
            connection.execute("SELECT FROM workspaces FOR NO KEY UPDATE")
            runs = threading.Thread(target=sending.run)
            runs.start()
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'SHARE'"
            )
            for _ in range(1_000):
                if sending.database.value(waiting):
                    break
                runs.join(0.01)
            connection.execute(
                "INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at)"
                " VALUES (%s, %s, 'email', 'inbound', 'Please wait', %s, everytick_now())",
                (sending.workspace, sending.lead, sending.lead),
            )
        runs.join(10)
        assert (mailer.taken, sending.decisions()[-1]) == ([], ("skipped", "newer_inbound"))

    def test_two_drafts_of_a_lead_do_not_cross(
        self, database: Database, sending: AutoSending, mailer: RecordingMailer
    ) -> None:
        """While a person's answer to the same lead is on its way, nothing goes out by itself."""
        _other("pending")(sending)
        (other,) = (
            AutoSending(
                services=sending.services,
                inbox=sending.inbox,
                workspace=sending.workspace,
                lead=sending.lead,
                message=sending.message,
                draft=row[0],
            )
            for row in database.rows("SELECT id FROM drafts WHERE id <> %s", sending.draft)
        )
        mailer.instead = lambda: sending.run() if not mailer.taken else None
        other.by_a_person()
        assert len(mailer.taken) == 1
        assert sending.decisions()[-1] == ("skipped", "other_send_open")
