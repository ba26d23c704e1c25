from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lib.errors import StoreUnavailable
from lib.inbox import refused
from lib.inbox.destination import Destination
from lib.inbox.intake import BATCH_MAILS, Intake, IntakeSummary, Refusal
from lib.inbox.mail_files import SourceProblem
from lib.inbox.sources import RawMail
from lib.inbox.structure import SIZE_LIMIT
from lib.inbox.workspace_settings import parse_settings
from lib.services import Services
from tests.conftest import Database

TEAM = parse_settings({"ownAddresses": ["hello@team.example"]})


class Heard:
    """Keeps what an intake reports."""

    def __init__(self) -> None:
        self.bytes = 0
        self.refusals: list[Refusal] = []

    def mail_done(self, size_bytes: int) -> None:
        self.bytes += size_bytes

    def refused(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def intake(services: Services, heard: Heard, *, dry_run: bool = False) -> Intake:
    return Intake(
        services, destination=Destination(workspace="w", settings=TEAM), report=heard, dry_run=dry_run
    )


def raw_mail(raw: bytes, label: str = "x.eml", *, replayable: bool = True) -> RawMail:
    return RawMail(label=label, raw=raw, size_bytes=len(raw), replayable=replayable)


def mail(number: int, sender: str = "ada@x.example") -> RawMail:
    return raw_mail(f"From: {sender}\nMessage-ID: <{number}@x>\n\nhello".encode(), f"{number}.eml")


class TestTake:
    def test_counts_what_became_of_each(self, services: Services, heard: Heard) -> None:
        summary = intake(services, heard).take(
            [
                mail(1),
                mail(1),
                SourceProblem(label="gone", code="path_missing", message="gone"),
                raw_mail(b"no mail", "bad.eml"),
                raw_mail(b"From: hello@team.example\nTo: ada@x.example\n\nhi", "own.eml"),
                raw_mail(b"From: hello@team.example\n\nnote to self", "note.eml"),
                mail(2),
            ]
        )
        assert replace(summary, refusals=[]) == IntakeSummary(
            imported=3, outbound=1, duplicates=1, jobs=2, refused=3
        )
        assert [(one.label, one.code) for one in heard.refusals] == [
            ("gone", "path_missing"),
            ("bad.eml", "mail_unreadable"),
            ("note.eml", "mail_without_lead"),
        ]
        assert summary.refusals == heard.refusals

    def test_batches_are_committed_one_after_another(
        self, services: Services, heard: Heard, database: Database
    ) -> None:
        """What breaks off later leaves what was taken, and the same again finds it as known."""

        def breaking() -> Iterator[RawMail]:
            yield from map(mail, range(BATCH_MAILS))
            raise StoreUnavailable

        with pytest.raises(StoreUnavailable):
            intake(services, heard).take(breaking())
        assert database.value("SELECT count(*) FROM messages") == BATCH_MAILS
        again = intake(services, heard).take(map(mail, range(BATCH_MAILS + 1)))
        assert (again.duplicates, again.imported) == (BATCH_MAILS, 1)

    def test_a_mail_that_says_it_is_larger_is_refused_unread(self, services: Services, heard: Heard) -> None:
        big = RawMail(label="big", raw=b"From: a@b.example\n\nx", size_bytes=SIZE_LIMIT + 1, replayable=False)
        summary = intake(services, heard).take([big])
        assert (summary.refusals[0].code, summary.refusals[0].kept_as) == ("mail_too_large", None)

    def test_what_the_database_will_not_store_is_refused_alone(
        self, services: Services, heard: Heard, database: Database
    ) -> None:
        database.run("ALTER TABLE messages ALTER body TYPE varchar(10)")
        try:
            summary = intake(services, heard).take(
                [mail(1), raw_mail(b"From: a@b.example\n\n" + b"x" * 20), mail(2)]
            )
        finally:
            database.run("ALTER TABLE messages ALTER body TYPE text")
        assert (summary.imported, summary.refused) == (2, 1)
        assert "cannot be stored" in summary.refusals[0].message

    def test_a_dry_run_counts_alike_and_changes_nothing(
        self, services: Services, heard: Heard, database: Database
    ) -> None:
        mails = [mail(1), *map(mail, range(2, BATCH_MAILS + 2)), mail(1)]
        dry = intake(services, heard, dry_run=True).take(mails)
        assert database.value("SELECT count(*) FROM workspaces") == 0
        assert dry == intake(services, heard).take(mails)
        assert dry.duplicates == 1

    def test_of_a_pipe_a_refused_mail_is_kept_but_not_by_a_dry_run(
        self, services: Services, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refused, "FOLDER", tmp_path / "kept")
        piped = raw_mail(b"no mail", "-", replayable=False)
        assert intake(services, heard, dry_run=True).take([piped]).refusals[0].kept_as is None
        kept = intake(services, heard).take([piped]).refusals[0].kept_as
        assert kept is not None
        assert Path(kept).read_bytes() == b"no mail"
