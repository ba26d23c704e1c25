"""Tests of lib/drafts/mailers.py: what the settings ask for."""

from pathlib import Path

import pytest

from lib.clock import Deadline
from lib.drafts.maildir_mailer import MaildirMailer
from lib.drafts.mailers import mailer
from lib.drafts.outgoing_mail import outgoing_mail
from lib.drafts.refusing_mailer import RefusingMailer
from lib.drafts.smtp_mailer import SmtpMailer
from lib.environment.decision import DeploymentKind
from lib.errors import SendRefused
from lib.settings import Settings, read_settings
from tests.drafts.outbox import willing
from tests.drafts.test_outgoing_mail import LETTER


def settings(**environ: str) -> Settings:
    held, problems = read_settings(environ)
    assert held is not None, problems
    return held


@pytest.mark.parametrize("kind", list(DeploymentKind))
def test_a_mail_server_that_is_named_is_used(kind: DeploymentKind, tmp_path: Path) -> None:
    held = settings(SMTP_URL="smtp://mail.example")
    assert isinstance(mailer(held, kind, outbox=tmp_path), SmtpMailer)


def test_development_without_one_has_a_local_outbox(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    assert isinstance(mailer(settings(), DeploymentKind.DEVELOPMENT, outbox=outbox), MaildirMailer)
    assert not outbox.exists()


@pytest.mark.parametrize("kind", [DeploymentKind.PREVIEW, DeploymentKind.PRODUCTION])
def test_elsewhere_without_one_mail_is_refused_with_the_cure(
    kind: DeploymentKind, tmp_path: Path, deadline: Deadline
) -> None:
    """Domain §4: elsewhere without one a send is dead with a clear cure."""
    refusing = mailer(settings(), kind, outbox=tmp_path)
    with pytest.raises(SendRefused, match="set SMTP_URL"):
        refusing.send(outgoing_mail(LETTER), deadline=deadline, commit=willing)


def test_an_address_that_cannot_be_used_refuses_rather_than_guesses(tmp_path: Path) -> None:
    held = settings(SMTP_URL="smtp://user@mail.example")
    assert isinstance(mailer(held, DeploymentKind.PRODUCTION, outbox=tmp_path), RefusingMailer)
