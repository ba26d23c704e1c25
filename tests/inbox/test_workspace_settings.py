from datetime import time
from uuid import uuid4

import pytest

from lib.errors import NotFound, UsageProblem
from lib.inbox.workspace import workspace_called
from lib.inbox.workspace_settings import (
    Weekday,
    WorkspaceSettings,
    parse_settings,
    read_workspace_settings,
    write_workspace_settings,
)
from lib.services import Services


class TestParse:
    def test_an_empty_object_is_the_cautious_default(self) -> None:
        """A workspace nobody configured sends nothing by itself and remembers nothing (domain.md §4, §5)."""
        settings = parse_settings({})
        assert settings == WorkspaceSettings()
        assert settings.auto_send.enabled is False
        assert settings.memory.allowed_categories == ()
        assert settings.hours.days[0] is Weekday.MONDAY
        assert (settings.hours.opens, settings.hours.closes) == (time(9), time(17))

    def test_camel_case_is_read_and_addresses_are_lowered(self) -> None:
        settings = parse_settings(
            {"ownAddresses": [" Hello@Example.COM "], "bookingLink": "https://x.example/a"}
        )
        assert settings.own_addresses == ("hello@example.com",)
        assert settings.booking_link == "https://x.example/a"

    @pytest.mark.parametrize(
        ("opens", "closes"), [("22:00", "06:00"), ("00:00", "00:00")], ids=["overnight", "the whole day"]
    )
    def test_hours_may_last_into_the_next_day(self, opens: str, closes: str) -> None:
        hours = parse_settings({"hours": {"opens": opens, "closes": closes}}).hours
        assert (hours.opens, hours.closes) == (time.fromisoformat(opens), time.fromisoformat(closes))

    @pytest.mark.parametrize(
        ("stored", "named"),
        [
            pytest.param({"timezone": "Mars/Olympus"}, "timezone", id="no such zone"),
            pytest.param({"timezone": "../etc/passwd"}, "timezone", id="a path is no zone"),
            pytest.param({"booking_link": "javascript:alert(1)"}, "booking_link", id="no web link"),
            pytest.param({"own_addresses": ["everyone"]}, "own_addresses.0", id="no address"),
            pytest.param({"autosend": True}, "autosend", id="an unknown name"),
            pytest.param({"hours": {"opens": "09:00", "closes": "09:00"}}, "hours", id="closes as it opens"),
            pytest.param({"hours": {"days": []}}, "hours", id="never open"),
            pytest.param([], "the whole", id="not an object"),
        ],
    )
    def test_what_does_not_fit_is_named(self, stored: object, named: str) -> None:
        with pytest.raises(UsageProblem, match=named):
            parse_settings(stored)


class TestStored:
    def test_written_and_read_back(self, services: Services) -> None:
        settings = parse_settings({"timezone": "Europe/Berlin", "autoSend": {"enabled": True}})
        with services.store.transaction() as connection:
            workspace = workspace_called(connection, "default")
            write_workspace_settings(connection, workspace, settings)
            assert read_workspace_settings(connection, workspace) == settings

    def test_an_unknown_workspace_is_said(self, services: Services) -> None:
        with services.store.transaction() as connection:
            with pytest.raises(NotFound):
                read_workspace_settings(connection, uuid4())
            with pytest.raises(NotFound):
                write_workspace_settings(connection, uuid4(), WorkspaceSettings())
