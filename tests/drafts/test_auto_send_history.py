"""Whatever happens, in whatever order: no mail that policy forbids at its moment, never two (domain §4)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.errors import SendDeferred, SendOutcomeUnknown, SendRefused
from lib.jobs.outcomes import Outcome
from lib.services import Services
from tests.conftest import Database
from tests.drafts.auto_sending import ALWAYS, AutoSending, auto_sending
from tests.drafts.conftest import Inbox
from tests.drafts.outbox import Crash, RecordingMailer, raising

BLOCKING: Final = ("Blacklist", "Automated Reply", "Opt Out")
WEEKDAY: Final = "SELECT lower(to_char(everytick_now() AT TIME ZONE 'UTC', 'FMday'))"
FAULTS: Final = ("", "crash before", "crash at", "crash after", "refused", "deferred", "unknown", "the other")


@dataclass
class History:
    """One draft's life, and what a careful reader of the policy would say of it at each moment."""

    held: AutoSending
    mailer: RecordingMailer
    switched_off: bool = False
    allowed: bool = True
    days: list[str] = field(default_factory=lambda: list(ALWAYS["days"]))
    tag: str = "Meeting Requested"
    active: bool = True
    untouched: bool = True
    """Whether nobody edited the draft or wrote to or for the lead."""
    shifted: timedelta = timedelta()
    sender: str = ""

    @property
    def database(self) -> Database:
        return self.held.database

    def may_go(self) -> bool:
        return (
            self.allowed
            and not self.switched_off
            and self.tag not in BLOCKING
            and self.active
            and self.untouched
            and self.shifted < timedelta(hours=72)
            and self.database.value(WEEKDAY) in self.days
        )

    def happen(self, event: str) -> None:
        name, _, detail = event.partition(": ")
        getattr(self, name.replace(" ", "_"))(*([detail] if detail else []))

    def policy(self, value: str) -> None:
        self.allowed = value == "on"
        self._settings('{"auto_send": {"enabled": %s}}' % str(self.allowed).lower())  # noqa: UP031

    def kill_switch(self, value: str) -> None:
        self.switched_off = value == "on"

    def hours(self, value: str) -> None:
        self.days = list(ALWAYS["days"])
        if value == "not today":
            self.days.remove(self.database.value(WEEKDAY))
        days = ", ".join(f'"{day}"' for day in self.days)
        self._settings(f'{{"hours": {{"days": [{days}], "opens": "00:00", "closes": "00:00"}}}}')

    def tagged(self, tag: str) -> None:
        self.tag = tag
        self.database.run("UPDATE leads SET tag = %s WHERE id = %s", tag, self.held.lead)

    def lead(self, status: str) -> None:
        self.active = status == "active"
        self.database.run("UPDATE leads SET status = %s WHERE id = %s", status, self.held.lead)

    def wrote(self, direction: str) -> None:
        self.held.reply(direction=direction)
        self.untouched = False

    def edited(self) -> None:
        changed = self.database.run(
            "UPDATE drafts SET edited_content = 'Dear Ada' WHERE id = %s AND status = 'pending'",
            self.held.draft,
        )
        self.untouched = self.untouched and not changed

    def rejected(self) -> None:
        self.database.run(
            "UPDATE drafts SET status = 'rejected' WHERE id = %s AND status = 'pending'", self.held.draft
        )

    def wait(self, hours: str) -> None:
        self.shifted += timedelta(hours=float(hours))
        self.database.shift_clock(self.shifted)

    def person(self, fault: str = "") -> None:
        self._run("person", fault, self.held.by_a_person)

    def job(self, fault: str = "") -> None:
        held = self.held.with_settings(auto_send_disabled=self.switched_off)
        pending, may_go = held.state()[0] == "pending", self.may_go()
        self._run("job", fault, held.run)
        if pending and not may_go:
            assert held.decisions()[-1][0] in ("skipped", "postponed")
            assert held.state()[0] == "pending"
        elif pending and fault in ("", "the other"):
            assert held.state() == ("approved", "AUTO_SENT", False)

    def _settings(self, changes: str) -> None:
        self.database.run(
            "UPDATE workspaces SET settings = settings || %s::jsonb WHERE id = %s",
            changes,
            self.held.workspace,
        )

    def _run(self, sender: str, fault: str, run: Callable[[], None]) -> None:
        other = self.person if sender == "job" else self.job
        hooks: dict[str, tuple[str, Callable[[], None]]] = {
            "crash before": ("before", raising(Crash())),
            "crash at": ("instead", raising(Crash())),
            "crash after": ("then", raising(Crash())),
            "refused": ("before", raising(SendRefused("no such mailbox"))),
            "deferred": ("instead", raising(SendDeferred())),
            "unknown": ("instead", raising(SendOutcomeUnknown())),
            "the other": ("before", other),
        }
        point, happens = hooks.get(fault, ("", lambda: None))
        before, self.sender = self.sender, sender
        mails = len(self.mailer.taken)
        for hook in ("before", "instead", "then"):
            setattr(self.mailer, hook, happens if hook == point and not before else lambda: None)
        with suppress(Outcome, SendDeferred, Crash):
            run()
        self.sender = before
        if sender == "job" and len(self.mailer.taken) > mails:
            assert self.may_go()
        assert len(self.mailer.taken) <= 1


EVENTS = st.sampled_from(
    [
        "policy: on", "policy: off", "kill switch: on", "kill switch: off", "hours: not today", "hours: any",
        *(f"tagged: {tag}" for tag in (*BLOCKING, "Interested")), "lead: unqualified", "lead: active",
        "wrote: inbound", "wrote: outbound", "edited", "rejected", "wait: 0.1", "wait: 24", "wait: 72",
    ]
)  # fmt: skip
SENDS = st.sampled_from(
    [f"{who}: {fault}" if fault else who for who in ("job", "person") for fault in FAULTS]
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(turns=st.lists(st.tuples(EVENTS, st.one_of(SENDS, st.just("job"))), max_size=4))
def test_no_history_leads_to_a_forbidden_mail_or_to_two(
    services: Services, database: Database, turns: list[tuple[str, str]]
) -> None:
    database.shift_clock(timedelta())
    mailer = RecordingMailer()
    history = History(auto_sending(services, Inbox(database), mailer), mailer)
    for event in (*chain.from_iterable(turns), "wait: 0.1", "job", "wait: 0.1", "job"):
        history.happen(event)
    assert history.held.state()[0] != "sending"


@pytest.mark.parametrize(
    ("events", "state", "mails"),
    [
        pytest.param(["job"], ("approved", "AUTO_SENT", False), 1, id="nothing"),
        pytest.param(["wait: 72", "job"], ("pending", None, False), 0, id="three days"),
        pytest.param(["wrote: inbound", "job", "job"], ("pending", None, False), 0, id="another question"),
        pytest.param(["job: the other"], ("approved", "AUTO_SENT", False), 1, id="a person in the middle"),
        pytest.param(["person: the other"], ("approved", "APPROVED", False), 1, id="the job in the middle"),
        pytest.param(
            ["job: crash before", "wait: 0.1", "job", "edited", "job"], ("pending", None, False), 0,
            id="an edit after a crash",
        ),
        pytest.param(
            ["job: deferred", "policy: off", "job", "policy: on", "job"], ("approved", "AUTO_SENT", False), 1,
            id="off and on again",
        ),
        pytest.param(
            ["job: crash after", "wait: 0.1", "person", "job"], ("approved", None, True), 1,
            id="a person after a lost answer",
        ),
    ],
)  # fmt: skip
def test_some_histories(
    services: Services, database: Database, events: list[str], state: tuple[object, ...], mails: int
) -> None:
    mailer = RecordingMailer()
    history = History(auto_sending(services, Inbox(database), mailer), mailer)
    for event in events:
        history.happen(event)
    assert (history.held.state(), len(mailer.taken)) == (state, mails)
