import json
import mailbox
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from lib.inbox import refused
from tests.conftest import Database

SAMPLES = Path(__file__).parents[3] / "samples" / "mail"
GOOD = b"From: Ada <ada@x.example>\nSubject: hello\nMessage-ID: <%d@x.example>\n\nbody\n"


@pytest.fixture
def runner(flask_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FlaskCliRunner:
    monkeypatch.setattr(refused, "FOLDER", tmp_path / "kept" / "refused")
    return flask_app.test_cli_runner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mail"
    made.mkdir()
    return made


class TestSamples:
    def test_all_but_the_malformed_one_are_imported_and_a_second_run_finds_them(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        """`samples/mail` ends with exit 7, one line for its malformed message, and is imported once."""
        first = runner.invoke(args=["inbox", "import", str(SAMPLES)])
        assert first.exit_code == 7, first.output
        assert first.stdout.startswith(
            "Mail: 21 imported into default (3 of the team's own), 0 known already, 1 refused, 18 jobs"
        )
        assert "99-malformed.eml: This is not a mail" in first.stderr
        second = runner.invoke(args=["inbox", "import", str(SAMPLES), "--json"])
        assert second.exit_code == 7
        shape = json.loads(second.stdout)
        assert (shape["imported"], shape["duplicates"], shape["refused"], shape["jobs"]) == (0, 21, 1, 0)
        assert database.value("SELECT count(*) FROM messages") == 21
        assert database.value("SELECT count(*) FROM jobs WHERE kind = 'inbound.post_process'") == 18

    def test_the_settings_beside_the_mail_reach_a_workspace_that_has_none(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        runner.invoke(args=["inbox", "import", str(SAMPLES)])
        assert database.value("SELECT settings ->> 'timezone' FROM workspaces") == "Europe/London"
        database.run('UPDATE workspaces SET settings = \'{"timezone": "Asia/Tokyo"}\'')
        runner.invoke(args=["inbox", "import", str(SAMPLES)])
        assert database.value("SELECT settings::text FROM workspaces") == '{"timezone": "Asia/Tokyo"}'

    def test_the_teams_latest_offer_is_known_of_the_lead(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        runner.invoke(args=["inbox", "import", str(SAMPLES)])
        assert database.value(
            "SELECT offered_slots FROM leads WHERE email = 'ada@whitcombe-bakery.example'"
        ) == [
            "Tuesday, March 3 at 2:00 PM",
            "Wednesday, March 4 at 10:30 AM",
            "Thursday, March 5 at 4:00 PM",
        ]

    def test_threads_of_the_samples_hold_together(self, runner: FlaskCliRunner, database: Database) -> None:
        runner.invoke(args=["inbox", "import", str(SAMPLES)])
        sizes = database.rows(
            "SELECT count(*) FROM messages GROUP BY thread_id HAVING count(*) > 1 ORDER BY 1"
        )
        assert [count for (count,) in sizes] == [2, 2, 3, 3]


class TestBadFiles:
    def test_each_is_named_in_one_line_and_none_stops_the_rest(
        self, runner: FlaskCliRunner, folder: Path, database: Database
    ) -> None:
        """An `.eml` that is no mail, an empty file, a 30 MB file, a folder without mail, a missing path."""
        (folder / "good.eml").write_bytes(GOOD % 1)
        (folder / "list.eml").write_bytes(b"Shopping\n\n- milk\n")
        (folder / "empty.eml").write_bytes(b"")
        (folder / "huge.eml").write_bytes(b"From: a@b.example\n\n" + b"x" * 30_000_000)
        (folder / "gone.eml").symlink_to(folder / "nowhere")
        (folder / "notes.txt").write_text("no mail")
        empty = folder.parent / "nothing"
        empty.mkdir()
        done = runner.invoke(args=["inbox", "import", str(folder), str(empty), "missing.eml"])
        assert done.exit_code == 7
        lines = sorted(line.removeprefix("Refused ") for line in done.stderr.splitlines())
        ends = {Path(line.split(": ")[0]).name: line.split(": ", 1)[1] for line in lines}
        assert {name: words.split(":")[0] for name, words in ends.items()} == {
            "list.eml": "This is not a mail",
            "empty.eml": "The file is empty",
            "huge.eml": "The mail has 28.6 MiB and Everytick takes at most 25 MiB",
            "gone.eml": "There is no file or folder of this name.",
            "nothing": "The folder holds no mail",
            "missing.eml": "There is no file or folder of this name.",
        }
        assert "1 other files" in done.stdout
        assert database.value("SELECT count(*) FROM messages") == 1
        assert (folder / "list.eml").exists()

    def test_nothing_readable_is_exit_4_and_makes_no_workspace(
        self, runner: FlaskCliRunner, folder: Path, database: Database
    ) -> None:
        done = runner.invoke(args=["inbox", "import", str(folder), "--workspace", "new"])
        assert done.exit_code == 4
        assert done.stdout == "No mail was found that could be imported.\n"
        assert database.value("SELECT count(*) FROM workspaces") == 0

    def test_a_file_name_cannot_drive_the_terminal(self, runner: FlaskCliRunner, folder: Path) -> None:
        (folder / "\x1b[31mred\n.eml").write_bytes(b"no mail")
        done = runner.invoke(args=["inbox", "import", str(folder)])
        assert "\x1b" not in done.stderr
        assert len(done.stderr.splitlines()) == 1


class TestStandardInput:
    def test_a_single_mail(self, runner: FlaskCliRunner, database: Database) -> None:
        done = runner.invoke(args=["inbox", "import", "-"], input=GOOD % 1)
        assert done.exit_code == 0, done.output
        assert database.value("SELECT body FROM messages") == "body"

    def test_an_mbox(self, runner: FlaskCliRunner, tmp_path: Path, database: Database) -> None:
        box = mailbox.mbox(tmp_path / "box")
        for number in range(3):
            box.add(GOOD % number)
        box.close()
        done = runner.invoke(args=["inbox", "import", "-"], input=(tmp_path / "box").read_bytes())
        assert done.exit_code == 0, done.output
        assert database.value("SELECT count(*) FROM messages") == 3

    def test_a_refused_mail_is_kept(self, runner: FlaskCliRunner, tmp_path: Path) -> None:
        """What comes through a pipe cannot be read again, so a copy is kept, for its owner alone."""
        done = runner.invoke(args=["inbox", "import", "-", "--json"], input=b"not a mail\n")
        assert done.exit_code == 4
        (refusal,) = json.loads(done.stdout)["refusals"]
        kept = Path(refusal["keptAs"])
        assert kept.read_bytes() == b"not a mail\n"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert kept.parent == tmp_path / "kept" / "refused"

    def test_a_refused_mail_that_cannot_be_kept_is_still_named(
        self, runner: FlaskCliRunner, tmp_path: Path
    ) -> None:
        (tmp_path / "kept").write_text("a file where the folder would be")
        done = runner.invoke(args=["inbox", "import", "-"], input=b"not a mail\n")
        assert done.exit_code == 4
        assert done.stderr.startswith("Refused -: This is not a mail")


class TestOptions:
    def test_a_dry_run_counts_and_changes_nothing(
        self, runner: FlaskCliRunner, folder: Path, database: Database
    ) -> None:
        (folder / "a.eml").write_bytes(GOOD % 1)
        (folder / "b.eml").write_bytes(GOOD % 1)
        done = runner.invoke(args=["inbox", "import", str(folder), "--dry-run"])
        assert done.exit_code == 0
        assert "1 would be imported into default" in done.stdout
        assert "1 known already" in done.stdout
        for table in ("workspaces", "leads", "messages", "jobs"):
            assert database.value(f"SELECT count(*) FROM {table}") == 0

    def test_a_workspace_is_named_or_made(
        self, runner: FlaskCliRunner, folder: Path, database: Database
    ) -> None:
        (folder / "a.eml").write_bytes(GOOD % 1)
        runner.invoke(args=["inbox", "import", str(folder), "--workspace", "North"])
        made = database.value("SELECT id FROM workspaces WHERE name = 'North'")
        again = runner.invoke(args=["inbox", "import", str(folder), "--workspace", str(made), "--json"])
        assert json.loads(again.stdout)["duplicates"] == 1

    def test_settings_are_replaced_when_a_file_is_named(
        self, runner: FlaskCliRunner, folder: Path, database: Database
    ) -> None:
        (folder / "a.eml").write_bytes(GOOD % 1)
        told = folder / "settings.json"
        for zone in ("Europe/Berlin", "Europe/Paris"):
            told.write_text(json.dumps({"timezone": zone, "autoSend": {"enabled": True}}))
            runner.invoke(args=["inbox", "import", str(folder), "--settings", str(told)])
            assert database.value("SELECT settings ->> 'timezone' FROM workspaces") == zone
        assert database.value("SELECT settings -> 'auto_send' ->> 'enabled' FROM workspaces") == "true"

    def test_no_path_is_a_usage_error(self, runner: FlaskCliRunner) -> None:
        assert runner.invoke(args=["inbox", "import"]).exit_code == 2

    def test_a_bad_settings_file_is_a_usage_error(self, runner: FlaskCliRunner, folder: Path) -> None:
        done = runner.invoke(args=["inbox", "import", str(folder), "--settings", "none.json"])
        assert done.exit_code == 2
        assert "none.json" in done.stderr

    def test_without_a_database_it_is_exit_1(
        self, flask_app: Flask, folder: Path, database: Database
    ) -> None:
        """Infrastructure away is exit 1 (design §3), whatever was read before."""
        (folder / "a.eml").write_bytes(GOOD % 1)
        database.run("ALTER TABLE messages RENAME TO messages_away")
        try:
            done = flask_app.test_cli_runner().invoke(args=["inbox", "import", str(folder)])
        finally:
            database.run("ALTER TABLE messages_away RENAME TO messages")
        assert done.exit_code == 1
