import json
from pathlib import Path

import pytest

from lib.errors import UsageProblem
from lib.inbox.destination import SETTINGS_NAME, Destination, settings_beside, settings_from
from lib.inbox.workspace_settings import WorkspaceSettings, parse_settings, read_workspace_settings
from lib.services import Services

BERLIN = parse_settings({"timezone": "Europe/Berlin"})
PARIS = parse_settings({"timezone": "Europe/Paris"})


class TestDestination:
    @pytest.mark.parametrize(
        ("overwrite", "expected"),
        [pytest.param(False, BERLIN, id="kept"), pytest.param(True, PARIS, id="replaced")],
    )
    def test_settings_that_are_there(
        self, services: Services, *, overwrite: bool, expected: WorkspaceSettings
    ) -> None:
        with services.store.transaction() as connection:
            Destination(workspace="w", settings=BERLIN).open(connection)
            Destination(workspace="w").open(connection)
            opened = Destination(workspace="w", settings=PARIS, overwrite=overwrite).open(connection)
            assert read_workspace_settings(connection, opened) == expected


class TestSettingsFrom:
    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            pytest.param(None, "cannot be read", id="missing"),
            pytest.param(b"{", "is not JSON", id="cut off"),
            pytest.param(b"[" * 60_000, "is not JSON", id="too deep"),
            pytest.param(b"\xff", "is not JSON", id="not text"),
            pytest.param(b'{"colour": 1}', "colour", id="an unknown name"),
        ],
    )
    def test_what_does_not_fit_is_named_with_its_file(
        self, tmp_path: Path, content: bytes | None, problem: str
    ) -> None:
        file = tmp_path / "told.json"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(UsageProblem, match=problem) as refusal:
            settings_from(file)
        assert str(file) in refusal.value.message


class TestSettingsBeside:
    def test_a_folder_of_mail_decides_nothing_that_acts_by_itself(self, tmp_path: Path) -> None:
        """Mail may come from anywhere: what is sent or remembered without a person stays off."""
        told = {
            "timezone": "Europe/Berlin",
            "autoSend": {"enabled": True},
            "memory": {"allowedCategories": ["preference"]},
        }
        (tmp_path / SETTINGS_NAME).write_text(json.dumps(told))
        assert settings_beside(["-", str(tmp_path / "a.eml"), str(tmp_path)]) == (
            tmp_path / SETTINGS_NAME,
            BERLIN,
        )

    def test_none_is_none(self, tmp_path: Path) -> None:
        assert settings_beside([str(tmp_path), "-"]) is None


def test_a_path_that_cannot_be_looked_into_has_no_settings_beside_it() -> None:
    """The search for mail names it; it is no crash (a name too long for the file system)."""
    assert settings_beside(["x" * 300]) is None
