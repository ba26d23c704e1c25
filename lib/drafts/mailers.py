"""Which mailer the settings ask for (domain §4)."""

from pathlib import Path

from lib.drafts.maildir_mailer import MaildirMailer
from lib.drafts.mailer import Mailer
from lib.drafts.refusing_mailer import RefusingMailer
from lib.drafts.smtp_address import SmtpServer, smtp_server
from lib.drafts.smtp_mailer import SmtpMailer
from lib.environment.decision import DeploymentKind
from lib.errors import SendRefused
from lib.settings import Settings


def mailer(settings: Settings, kind: DeploymentKind, *, outbox: Path) -> Mailer:
    """SMTP when SMTP_URL is set; in development without it the Maildir `outbox`; else one that refuses."""
    if settings.smtp_url is not None:
        try:
            server: SmtpServer = smtp_server(settings.smtp_url.get_secret_value())
        except SendRefused as error:
            return RefusingMailer(error.message)
        return SmtpMailer(server, timeout_ms=settings.smtp_timeout_ms)
    if kind is DeploymentKind.DEVELOPMENT:
        return MaildirMailer(outbox)
    return RefusingMailer("No mail server is configured: set SMTP_URL, then retry the job.")
