import threading
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from lib.clock import Deadline
from lib.drafts.outgoing_mail import message_id_of
from lib.maintenance.stale_drafts import STALE_DRAFTS
from lib.services import Services
from tests import seed
from tests.conftest import Database

SETTLED = "SELECT status, response_disposition, send_unconfirmed FROM drafts"


def settle(services: Services) -> dict[str, Any]:
    result = STALE_DRAFTS.run(services, Deadline.after_ms(services.clock, 5_000))
    return {**result.counts, "remaining": result.remaining}


@pytest.fixture
def message(database: Database) -> UUID:
    workspace = seed.workspace(database)
    return seed.inbound(database, workspace, seed.lead(database, workspace))


class TestSent:
    @pytest.mark.parametrize(
        ("body", "sent_by", "disposition"),
        [
            pytest.param("Thank you.", "setter", "APPROVED", id="sent as drafted by a person"),
            pytest.param("Thank you.", "ai", "AUTO_SENT", id="sent as drafted by itself"),
            pytest.param("Thank you so much.", "setter", "EDITED", id="sent with changes"),
            pytest.param("Thank you. \r\n", "setter", "APPROVED", id="mail does not keep line ends"),
        ],
    )
    def test_the_stored_body_decides(
        self,
        services: Services,
        database: Database,
        message: UUID,
        body: str,
        sent_by: str,
        disposition: str,
    ) -> None:
        """Failure D6: the disposition comes from what was stored as sent."""
        draft = seed.draft(database, message, status="sending", minutes_ago=11)
        seed.sent(database, draft, body=body, sent_by=sent_by)
        assert settle(services) == {"recovered": 1, "unconfirmed": 0, "remaining": 0}
        assert database.rows(SETTLED) == [("approved", disposition, False)]

    def test_a_copy_imported_from_the_mailbox_counts(
        self, services: Services, database: Database, message: UUID
    ) -> None:
        """Failure D7: the mail's Message-ID is made from the draft, so a copy of it is known again."""
        draft = seed.draft(database, message, status="sending", minutes_ago=11)
        copy = seed.sent(database, draft, body="Thank you.")
        database.run(
            "UPDATE messages SET draft_id = NULL, sent_by = NULL, rfc_message_id = %s WHERE id = %s",
            message_id_of(draft, services.settings.mail_from),
            copy,
        )
        assert settle(services)["unconfirmed"] == 0
        assert database.rows(SETTLED) == [("approved", "APPROVED", False)]


class TestCertainlyNotSent:
    def test_is_pending_again_and_told(self, services: Services, database: Database, message: UUID) -> None:
        """Its sender ended before the mail server can have taken the mail, and no job's attempt came by."""
        draft = seed.draft(database, message, status="sending", minutes_ago=11)
        database.run("UPDATE drafts SET unsent_as_of = updated_at")
        with capture_logs() as logs:
            assert settle(services) == {"recovered": 1, "unconfirmed": 0, "remaining": 0}
        assert database.rows(SETTLED) == [("pending", None, False)]
        assert "interrupted" in str(database.value("SELECT send_error FROM drafts"))
        assert [(entry["event"], entry.get("draft_id")) for entry in logs] == [
            ("draft.send_failed", str(draft))
        ]


class TestUnknown:
    def test_is_flagged_and_told_never_called_sent(
        self, services: Services, database: Database, message: UUID
    ) -> None:
        """Failure L12: approved for parity, but flagged, counted and logged at error."""
        draft = seed.draft(database, message, status="sending", minutes_ago=11)
        with capture_logs() as logs:
            assert settle(services) == {"recovered": 1, "unconfirmed": 1, "remaining": 0}
        assert database.rows(SETTLED) == [("approved", None, True)]
        (told,) = [entry for entry in logs if entry["event"] == "draft.send_unconfirmed"]
        assert (told["log_level"], told["drafts"]) == ("error", [str(draft)])


class TestNotStale:
    @pytest.mark.parametrize(("status", "minutes"), [("sending", 9), ("pending", 99), ("rejected", 99)])
    def test_is_left_alone(
        self, services: Services, database: Database, message: UUID, status: str, minutes: int
    ) -> None:
        seed.draft(database, message, status=status, minutes_ago=minutes)
        assert settle(services) == {"recovered": 0, "unconfirmed": 0, "remaining": 0}
        assert database.value("SELECT status FROM drafts") == status


class TestTwoAtOnce:
    def test_count_each_draft_once(self, services: Services, database: Database) -> None:
        """Failure D6: recovered is counted by affected rows."""
        workspace = seed.workspace(database)
        lead = seed.lead(database, workspace)
        for _ in range(120):
            seed.draft(database, seed.inbound(database, workspace, lead), status="sending", minutes_ago=11)
        counts: list[int] = []
        threads = [
            threading.Thread(target=lambda: counts.append(settle(services)["recovered"])) for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert sum(counts) == 120
