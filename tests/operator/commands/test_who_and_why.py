import pytest

from lib.operator.commands.who_and_why import actor


def test_an_account_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user may be a bare number."""
    monkeypatch.setattr("os.getuid", lambda: 3_999_999_999)
    assert actor() == "cli:uid 3999999999"
