import json
from uuid import uuid4

from flask import Flask

from tests import seed
from tests.conftest import Database


def run(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["drafts", *args])
    return result.exit_code, result.stdout


def drafted(database: Database) -> str:
    workspace = seed.workspace(database)
    message = seed.inbound(database, workspace, seed.lead(database, workspace))
    return str(seed.draft(database, message, content="It costs what it costs."))


def decided(database: Database, decision: dict[str, str]) -> None:
    """One more decision on sending the only draft without a person."""
    database.run(
        "INSERT INTO draft_pipeline_runs (workspace_id, lead_id, trigger_message_id, draft_id, channel,"
        " status, finished_at) SELECT workspace_id, lead_id, trigger_message_id, id, 'email', 'COMPLETED',"
        " everytick_now() FROM drafts ON CONFLICT DO NOTHING"
    )
    database.run(
        "INSERT INTO draft_pipeline_artifacts (run_id, stage, iteration, payload)"
        " SELECT r.id, 'auto_send_evaluation', (SELECT count(*) FROM draft_pipeline_artifacts), %s::jsonb"
        " FROM draft_pipeline_runs r",
        json.dumps(decision),
    )


class TestList:
    def test_shows_whom_each_is_for(self, flask_app: Flask, database: Database) -> None:
        draft = drafted(database)
        assert run(flask_app, "list") == (0, f"{draft}  pending  lea@example.com  (no subject)\n")

    def test_one_status_only(self, flask_app: Flask, database: Database) -> None:
        drafted(database)
        assert run(flask_app, "list", "--status", "approved") == (4, "No draft fits.\n")

    def test_as_json(self, flask_app: Flask, database: Database) -> None:
        draft = drafted(database)
        code, out = run(flask_app, "list", "--json")
        (shown,) = json.loads(out)["drafts"]
        assert code == 0
        assert (shown["id"], shown["status"], shown["text"]) == (draft, "pending", "It costs what it costs.")


class TestShow:
    def test_the_draft_under_its_mail(self, flask_app: Flask, database: Database) -> None:
        draft = drafted(database)
        assert run(flask_app, "show", draft) == (
            0,
            (
                "From lea@example.com: (no subject)\n\n> What does it cost?\n\n"
                "It costs what it costs.\n\n(pending)\n"
            ),
        )

    def test_what_its_leads_score_rests_on(self, flask_app: Flask, database: Database) -> None:
        draft = drafted(database)
        for score, basis, told in (
            (
                60,
                '{"signals": {"wrote": 20, "wants_to_meet": 40}}',
                "lead scored 60: wrote +20, wants_to_meet +40",
            ),
            (None, '{"signals": {}, "reason": "no_person_wrote"}', "lead without a score: no_person_wrote"),
        ):
            database.run("UPDATE leads SET score = %s, score_basis = %s::jsonb", score, basis)
            assert told in run(flask_app, "show", draft)[1].splitlines()

    def test_why_it_goes_out_by_itself_or_not(self, flask_app: Flask, database: Database) -> None:
        """Domain §2: what was not done is explained, in the order in which it was decided."""
        draft = drafted(database)
        decided(database, {"decision": "scheduled", "reason": "clear", "at": "12:00", "runAt": "12:05"})
        waits = f"{draft}  pending, goes out by itself at 12:05  lea@example.com  (no subject)\n"
        assert run(flask_app, "list") == (0, waits)
        decided(database, {"decision": "skipped", "reason": "edited", "at": "13:00"})
        assert run(flask_app, "show", draft)[1].splitlines()[-3:] == [
            "(pending)",
            "auto-send scheduled: clear, due 12:05 (12:00)",
            "auto-send skipped: edited (13:00)",
        ]
        told = json.loads(run(flask_app, "show", draft, "--json")[1])["autoSend"]
        assert [one["reason"] for one in told] == ["clear", "edited"]

    def test_what_cannot_be_known_is_said(self, flask_app: Flask, database: Database) -> None:
        draft = drafted(database)
        database.run("UPDATE drafts SET status = 'approved', send_unconfirmed = true")
        assert "(approved, send unconfirmed)" in run(flask_app, "show", draft)[1]

    def test_as_json(self, flask_app: Flask, database: Database) -> None:
        draft = drafted(database)
        assert json.loads(run(flask_app, "show", draft, "--json")[1])["inbound"] == "What does it cost?"

    def test_an_unknown_one(self, flask_app: Flask, database: Database) -> None:
        del database
        assert run(flask_app, "show", str(uuid4())) == (4, "")
        assert run(flask_app, "show", str(uuid4()), "--json") == (4, "null\n")
