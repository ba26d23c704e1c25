"""A released draft goes out through a real queue and a real mail server, once."""

import json
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from app import create_app
from lib.composition import Composition
from tests.conftest import Database
from tests.drafts.conftest import Inbox
from tests.drafts.mail_servers import real_server
from tests.drafts.test_outgoing_mail import plain_of


def test_from_the_inbound_to_the_servers_yes(
    composed: Callable[..., Composition], database: Database
) -> None:
    """Domain §2 to §4: post-processing drafts, a person releases, `draft.send` sends, once."""
    inbox = Inbox(database)
    workspace = inbox.workspace()
    message = inbox.message(
        workspace, inbox.lead(workspace, email="ada@lead.example"), "Können Sie mir sagen, was das kostet?"
    )
    with real_server() as (port, received):
        runner = create_app(composed(SMTP_URL=f"smtp://127.0.0.1:{port}")).test_cli_runner()

        def work(kind: str, payload: dict[str, str]) -> int:
            arguments = ["--kind", kind, "--payload", json.dumps(payload), "--workspace", str(workspace)]
            enqueued = runner.invoke(args=["jobs", "enqueue", *arguments])
            assert enqueued.exit_code == 0, enqueued.output
            drained = runner.invoke(args=["jobs", "drain", "--json"])
            return int(json.loads(drained.stdout.splitlines()[-1])["succeeded"])

        assert work("inbound.post_process", {"messageId": str(message)}) == 1
        draft = str(database.value("SELECT id FROM drafts WHERE status = 'pending'"))
        assert [work("draft.send", {"draftId": draft}) for _ in range(2)] == [1, 1]
    (envelope,) = received.envelopes
    content = envelope.content
    assert isinstance(content, bytes)
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert (mail["To"], "Die Kosten hängen davon ab" in plain_of(mail)) == (
        "Ada Lovelace <ada@lead.example>",
        True,
    )
    assert database.rows("SELECT status, response_disposition, send_unconfirmed FROM drafts") == [
        ("approved", "APPROVED", False)
    ]
    assert database.value("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 1
