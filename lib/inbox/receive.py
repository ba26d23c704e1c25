"""Take a mail in: its lead, its message, its thread and its job, all or nothing."""

from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from lib.drafts.outgoing_mail import draft_of
from lib.errors import MailWithoutLead, NotFound
from lib.inbox.mail import MachineSign, MailAddress, ParsedMail
from lib.inbox.offered_slots import remember_offer
from lib.inbox.threads import join_thread
from lib.inbox.workspace_settings import WorkspaceSettings, parse_settings
from lib.jobs.enqueue import NewJob, enqueue
from lib.jobs.kind import JobKinds
from lib.store.store import Connection

POST_PROCESS: Final = "inbound.post_process"

LOCK_WORKSPACE: Final = "SELECT settings FROM workspaces WHERE id = %s FOR NO KEY UPDATE"
"""Mail of one workspace is taken in one at a time, so that two mails of a thread see one another."""
KNOWN: Final = "SELECT id FROM messages WHERE workspace_id = %s AND rfc_message_id = %s"
UPSERT_LEAD: Final = """
INSERT INTO leads (workspace_id, email, name) VALUES (%(workspace)s, lower(%(email)s), %(name)s)
ON CONFLICT (workspace_id, email) DO UPDATE SET name = coalesce(leads.name, excluded.name)
RETURNING id
"""
LEAD_IN_THREAD: Final = """
SELECT l.id FROM leads l
WHERE l.workspace_id = %(workspace)s AND l.email = ANY(%(emails)s) AND EXISTS (
    SELECT FROM messages m WHERE m.workspace_id = l.workspace_id AND m.lead_id = l.id
    AND m.rfc_message_id = ANY(%(references)s))
LIMIT 1
"""
LEAD_OF_DRAFT: Final = "SELECT lead_id FROM drafts WHERE id = %s AND workspace_id = %s"
WRITTEN_BY_US: Final = """
SELECT EXISTS (
    SELECT FROM messages WHERE workspace_id = %s AND rfc_message_id = ANY(%s) AND direction = 'outbound')
"""
INSERT_MESSAGE: Final = """
INSERT INTO messages (id, workspace_id, lead_id, channel, direction, subject, body, quoted, rfc_message_id,
    in_reply_to, reference_ids, thread_id, reply_to, automation,
    automation_facts, attachments, sent_at, sent_by, raw)
VALUES (%(id)s, %(workspace)s, %(lead)s, 'email', %(direction)s, %(subject)s, %(body)s, %(quoted)s,
    %(rfc_message_id)s, %(in_reply_to)s, %(reference_ids)s, %(thread)s, %(reply_to)s, %(automation)s,
    %(automation_facts)s, %(attachments)s, %(sent_at)s, %(sent_by)s, %(raw)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a mail."""

    message_id: UUID
    job_id: int | None
    """None for a duplicate and for the team's own mail."""
    duplicate: bool
    """Whether the workspace had this mail already; then nothing was changed."""
    outbound: bool = False
    """Whether it is the team's own."""


def receive(connection: Connection, kinds: JobKinds, *, workspace_id: UUID, mail: ParsedMail) -> Received:
    """Store `mail` in the workspace and enqueue its processing, inside the caller's transaction.

    A mail from one of the workspace's `own_addresses` is outbound: filed under the lead it went to, without
    a job. So is a copy of a mail that one of the workspace's drafts became, whatever address it came from
    (failure D7: it must not be taken for a lead's).

    Raises NotFound for an unknown workspace, MailWithoutLead for the team's mail to itself,
    UsageProblem for settings that do not fit; then nothing was changed.
    """
    settings = _locked_settings(connection, workspace_id)
    known = connection.execute(KNOWN, (workspace_id, mail.rfc_message_id)).fetchone()
    drafted_for = _drafted_for(connection, workspace_id, mail)
    outbound = drafted_for is not None or mail.sender.address in settings.own_addresses
    if known is not None:
        return Received(message_id=known[0], job_id=None, duplicate=True, outbound=outbound)
    if drafted_for is not None:
        lead_id = drafted_for
    elif outbound:
        lead_id = _addressed_lead(connection, workspace_id, mail, settings)
    else:
        lead_id = _upsert_lead(connection, workspace_id, mail.sender)
    message_id = uuid4()
    connection.execute(
        INSERT_MESSAGE,
        {
            **_facts(mail),
            **_machine_facts(_machine(connection, workspace_id, mail, settings)),
            "id": message_id,
            "workspace": workspace_id,
            "lead": lead_id,
            "direction": "outbound" if outbound else "inbound",
            "sent_by": "setter" if outbound else None,
            "thread": join_thread(connection, workspace_id=workspace_id, mail=mail),
        },
    )
    if outbound:
        remember_offer(connection, workspace_id=workspace_id, lead_id=lead_id)
        return Received(message_id=message_id, job_id=None, duplicate=False, outbound=True)
    job = enqueue(
        connection,
        kinds,
        NewJob(
            kind=POST_PROCESS,
            payload={"messageId": str(message_id)},
            workspace_id=workspace_id,
            dedupe_key=f"{workspace_id}:{message_id}:{POST_PROCESS}",
        ),
    )
    return Received(message_id=message_id, job_id=job.job_id, duplicate=False)


def _locked_settings(connection: Connection, workspace_id: UUID) -> WorkspaceSettings:
    row = connection.execute(LOCK_WORKSPACE, (workspace_id,)).fetchone()
    if row is None:
        raise NotFound("There is no workspace with this id.")
    return parse_settings(row[0])


def _upsert_lead(connection: Connection, workspace_id: UUID, person: MailAddress) -> UUID:
    row = connection.execute(
        UPSERT_LEAD, {"workspace": workspace_id, "email": person.address, "name": person.name}
    ).fetchone()
    if row is None or not isinstance(row[0], UUID):
        raise NotFound("The lead could not be made; try again.")
    return row[0]


def _drafted_for(connection: Connection, workspace_id: UUID, mail: ParsedMail) -> UUID | None:
    """The lead of the draft that became `mail`; None when it is no mail of ours."""
    draft_id = draft_of(mail.rfc_message_id)
    if draft_id is None:
        return None
    row = connection.execute(LEAD_OF_DRAFT, (draft_id, workspace_id)).fetchone()
    return row[0] if row else None


def _addressed_lead(
    connection: Connection, workspace_id: UUID, mail: ParsedMail, settings: WorkspaceSettings
) -> UUID:
    """The lead that the team's mail went to: of several the one it answers, else the first named."""
    others = [person for person in mail.recipients if person.address not in settings.own_addresses]
    if not others:
        raise MailWithoutLead
    if len(others) > 1 and mail.reference_ids:
        answered = connection.execute(
            LEAD_IN_THREAD,
            {
                "workspace": workspace_id,
                "emails": [person.address for person in others],
                "references": list(mail.reference_ids),
            },
        ).fetchone()
        if answered is not None and isinstance(answered[0], UUID):
            return answered[0]
    return _upsert_lead(connection, workspace_id, others[0])


def _facts(mail: ParsedMail) -> dict[str, Any]:
    return {
        "subject": mail.subject,
        "body": mail.text,
        "quoted": mail.quoted,
        "rfc_message_id": mail.rfc_message_id,
        "in_reply_to": mail.in_reply_to,
        "reference_ids": list(mail.reference_ids),
        "reply_to": mail.reply_to.address if mail.reply_to else None,
        "attachments": Jsonb([asdict(attachment) for attachment in mail.attachments]),
        "sent_at": mail.sent_at,
        "raw": mail.raw,
    }


def _machine(
    connection: Connection, workspace_id: UUID, mail: ParsedMail, settings: WorkspaceSettings
) -> MachineSign | None:
    """What told that no person wrote `mail`; a person's mail through a list that the team reads is none.

    Such a list is one of the team's own addresses, or one where the team wrote what this mail answers.
    """
    machine = mail.machine
    if machine is None or machine.list_address is None:
        return machine
    if machine.list_address in settings.own_addresses:
        return None
    row = connection.execute(WRITTEN_BY_US, (workspace_id, list(mail.reference_ids))).fetchone()
    return None if row is not None and row[0] else machine


def _machine_facts(machine: MachineSign | None) -> dict[str, Any]:
    if machine is None:
        return {"automation": None, "automation_facts": None}
    facts: dict[str, Any] = {"evidence": machine.evidence}
    if machine.report is not None:
        facts |= {
            "undeliverable": list(machine.report.undeliverable),
            "status": machine.report.status,
            "messageIds": list(machine.report.message_ids),
        }
    return {"automation": machine.automation, "automation_facts": Jsonb(facts)}
