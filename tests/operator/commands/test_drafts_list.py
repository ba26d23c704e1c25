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
