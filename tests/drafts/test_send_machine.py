"""The law of a send, whatever happens to whoever sends, in whatever order (domain §4)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from lib.clock import Deadline, SystemClock
from lib.drafts.sending import Sending
from lib.errors import SendDeferred, SendError, SendOutcomeUnknown, SendRefused, StoreUnavailable
from lib.maintenance.stale_drafts import STALE_DRAFTS
from lib.services import Services
from tests.conftest import Database
from tests.drafts.conftest import Inbox, new_draft
from tests.drafts.outbox import FROM, Crash, RecordingMailer, outbound, raising, send, state, willing

STALE = timedelta(minutes=11)
Step = Callable[[], None]


class SendMachine(RuleBasedStateMachine):
    """One draft, and everybody who may come to send it."""

    services: Services
    database: Database

    def __init__(self) -> None:
        super().__init__()
        services, database = self.services, self.database
        database.reset()
        inbox = Inbox(database)
        workspace = inbox.workspace()
        self.lead = inbox.lead(workspace)
        self.draft = new_draft(inbox, workspace, self.lead)
        self.mailer = RecordingMailer()
        self.sending = Sending(
            store=services.store, mailer=self.mailer, mail_from=FROM, longest_send_ms=10_000
        )
        self.shift = timedelta()

    @rule(ours=st.booleans())
    def goes_well(self, ours: bool) -> None:  # noqa: FBT001 - drawn
        self._attempt(ours=ours)

    @rule(
        error=st.sampled_from([Crash(), SendDeferred("no"), SendRefused("no"), StoreUnavailable()]),
        ours=st.booleans(),
    )
    def ends_before_the_mark(self, error: BaseException, ours: bool) -> None:  # noqa: FBT001 - drawn
        self._attempt(before=raising(error), ours=ours)

    @rule(
        error=st.sampled_from([Crash(), SendDeferred("no"), SendRefused("no"), SendOutcomeUnknown()]),
        ours=st.booleans(),
    )
    def ends_after_the_mark(self, error: BaseException, ours: bool) -> None:  # noqa: FBT001 - drawn
        self._attempt(instead=raising(error), ours=ours)

    @rule(error=st.sampled_from([Crash(), SendOutcomeUnknown()]), ours=st.booleans())
    def ends_after_it_was_taken(self, error: BaseException, ours: bool) -> None:  # noqa: FBT001 - drawn
        self._attempt(then=raising(error), ours=ours)

    @rule(after=st.booleans())
    def sleeps_while_others_come(self, after: bool) -> None:  # noqa: FBT001 - drawn
        """A sender that is frozen before or after its mark, past its time, and goes on."""
        others = replace(self.mailer, before=willing, instead=willing, then=willing)

        def meanwhile() -> None:
            self.time_passes()
            for _ in range(2):  # the first may only give the draft back
                self._attempt(mailer=others, ours=True)

        if after:
            self._attempt(instead=meanwhile)
        else:
            self._attempt(before=meanwhile)

    @rule()
    def time_passes(self) -> None:
        self.shift += STALE
        self.database.shift_clock(self.shift)

    @rule()
    def maintenance_comes(self) -> None:
        STALE_DRAFTS.run(self.services, Deadline.after_ms(SystemClock(), 5_000))

    @invariant()
    def no_mail_goes_twice(self) -> None:
        assert len(self.mailer.taken) <= 1

    @invariant()
    def what_is_called_sent_was_sent_and_what_was_sent_is_known_or_listed(self) -> None:
        status, _, unconfirmed = state(self.database)
        mails, written = len(self.mailer.taken), len(outbound(self.database))
        if status == "approved" and not unconfirmed:
            assert (mails, written) == (1, 1)
        if status == "pending":
            assert (mails, written) == (0, 0)

    def _attempt(
        self,
        *,
        before: Step = willing,
        instead: Step = willing,
        then: Step = willing,
        mailer: RecordingMailer | None = None,
        ours: bool = False,
    ) -> None:
        made = replace(mailer or self.mailer, before=before, instead=instead, then=then)
        deadline = Deadline.after_ms(SystemClock(), 60_000)
        with suppress(Crash, SendError, StoreUnavailable):
            send(replace(self.sending, mailer=made), self.draft, deadline, may_be_ours=ours)


def test_send_machine(services: Services, database: Database) -> None:
    class Machine(SendMachine):
        pass

    Machine.services, Machine.database = services, database
    run_state_machine_as_test(
        Machine,
        settings=hypothesis_settings(max_examples=40, stateful_step_count=8, deadline=None),
    )
