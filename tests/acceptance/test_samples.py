"""The inbox of samples/mail, imported and worked off: each mail a sensible draft or a stated reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Reply
from tests.conftest import Database

SAMPLES = Path(__file__).parents[2] / "samples" / "mail"
LINK = "https://calendar.kestrel-cold.example/intro"

NO_DRAFT = {
    "<ada-1@whitcombe-bakery.example>": "already_answered",
    "<a1b2c3@muellerhof.example>": "already_answered",
    "<auto-91@raman-events.example>": "automated_reply",
    "<x-13@whitlock-florist.example>": "opt_out",
    "<issue-212@chilled-times.example>": "bulk_mail",
    "<dsn-5@mx.kestrel-cold.example>": "bounce",
    "<fb-1@foodbank.example>": "newer_inbound",
}
DRAFTS = {
    "<ada-2@whitcombe-bakery.example>": (
        "confirm_slot",
        "Hi Ada,",
        "Tuesday, March 3 at 2:00 PM works for us",
    ),
    "<20260223.1345.ko@harbourfish.example>": ("answer_pricing", "Hi Kwame,", "What it costs depends"),
    "<d4e5f6@muellerhof.example>": ("check_proposal", "Guten Tag Jürgen,", "Vorschlag"),
    "<CAF-77@traiteur-lefevre.example>": ("answer_pricing", "Bonjour Hélène,", "Le coût dépend"),
    "<003@quesosibanez.example>": ("acknowledge", "Hola Begoña:", "Gracias por su mensaje"),
    "<20260226-0930@sato-suisan.example>": ("acknowledge", "Hello,", "come back to you"),
    "<html-1@quinton-catering.example>": ("check_proposal", "Hi María,", "Thank you for your suggestion"),
    "<att-1@abara-brewing.example>": ("acknowledge", "Hi Tom,", "come back to you"),
    "<film-1@novak-film.example>": ("check_proposal", "Hi Lena,", "Thank you for your suggestion"),
    "<no-1@petrov-market.example>": ("accept_decline", "Hi Ivo,", "not follow up any further"),
    "<fb-2@foodbank.example>": ("point_to_booking", "Hi Grace,", LINK),
}
TAGS = {
    "ada@whitcombe-bakery.example": "Call Requested",
    "dana@whitlock-florist.example": "Opt Out",
    "priya@raman-events.example": "Automated Reply",
    "kwame.osei@harbourfish.example": "Information Requested",
    "ivo@petrov-market.example": "Not Interested",
    "grace@foodbank.example": "Call Requested",
}


@pytest.fixture
def worked_off(flask_app: Flask, database: Database) -> Database:
    """The samples imported, and every job done."""
    runner = flask_app.test_cli_runner()
    imported = runner.invoke(args=["inbox", "import", str(SAMPLES), "--json"])
    assert imported.exit_code == 7, imported.output  # one is malformed on purpose
    drained = json.loads(runner.invoke(args=["jobs", "drain", "--json"]).stdout.splitlines()[-1])
    assert (drained["succeeded"], drained["remaining"]) == (18, 0)
    return database


def test_every_inbound_has_a_draft_or_a_stated_reason(worked_off: Database) -> None:
    """Domain §2: "nothing happened" is always explained (failure D4)."""
    outcomes = worked_off.rows(
        "SELECT m.rfc_message_id, r.status, r.reason, d.content, d.decision->>'move' FROM messages m"
        " LEFT JOIN draft_pipeline_runs r ON r.trigger_message_id = m.id"
        " LEFT JOIN drafts d ON d.trigger_message_id = m.id WHERE m.direction = 'inbound'"
    )
    reasons = {key: reason for key, status, reason, _, _ in outcomes if status == "ABORTED"}
    assert reasons == NO_DRAFT
    drafted = {key: (move, content) for key, status, _, content, move in outcomes if status == "COMPLETED"}
    assert {key: move for key, (move, _) in drafted.items()} == {key: held[0] for key, held in DRAFTS.items()}
    for key, (_, greeting, phrase) in DRAFTS.items():
        assert drafted[key][1].startswith(greeting), drafted[key][1]
        assert phrase in drafted[key][1]


def test_every_draft_holds_the_invariants(worked_off: Database) -> None:
    """Domain §3, asked again from the rows, not of the gate."""
    rows = worked_off.rows(
        "SELECT m.body, d.content, l.offered_slots FROM drafts d"
        " JOIN messages m ON m.id = d.trigger_message_id JOIN leads l ON l.id = d.lead_id"
        " WHERE d.status = 'pending'"
    )
    assert len(rows) == len(DRAFTS)
    for inbound, draft, slots in rows:
        reply = Reply(inbound=inbound, draft=draft, offered_slots=tuple(slots), booking_link=LINK)
        assert broken_invariants(reply) == ()


def test_leads_are_tagged(worked_off: Database) -> None:
    tags: dict[str, Any] = dict(worked_off.rows("SELECT email, tag FROM leads"))
    assert {email: tags[email] for email in TAGS} == TAGS


def test_a_second_import_and_drain_find_nothing_to_redo(worked_off: Database, flask_app: Flask) -> None:
    runner = flask_app.test_cli_runner()
    before = worked_off.rows("SELECT id, updated_at FROM drafts ORDER BY id")
    runner.invoke(args=["inbox", "import", str(SAMPLES), "--json"])
    drained = json.loads(runner.invoke(args=["jobs", "drain", "--json"]).stdout.splitlines()[-1])
    assert drained["claimed"] == 0
    assert worked_off.rows("SELECT id, updated_at FROM drafts ORDER BY id") == before
