"""Tests of lib/drafts/unsubscribing.py."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from lib.drafts.unsubscribing import is_due, unsubscribe_target
from lib.inbox.workspace_settings import ListUnsubscribe, parse_settings

ADDRESS = "team+sales@acme.example"


@pytest.mark.parametrize(
    ("setting", "automatic", "due"),
    [
        (ListUnsubscribe.AUTOMATIC, True, True),
        (ListUnsubscribe.AUTOMATIC, False, False),
        (ListUnsubscribe.ALWAYS, True, True),
        (ListUnsubscribe.ALWAYS, False, True),
    ],
    ids=["by itself", "by a person", "always, by itself", "always, by a person"],
)
def test_where_it_is_due(setting: ListUnsubscribe, automatic: bool, due: bool) -> None:  # noqa: FBT001
    assert is_due(setting, automatic=automatic) is due


def test_the_cautious_setting_is_the_default() -> None:
    assert parse_settings({}).list_unsubscribe is ListUnsubscribe.AUTOMATIC
    assert parse_settings({"listUnsubscribe": "always"}).list_unsubscribe is ListUnsubscribe.ALWAYS


def test_the_target_is_where_the_mail_came_from() -> None:
    """RFC 2369 and RFC 6068: one address, one subject, and a plus stays one."""
    target = urlsplit(unsubscribe_target(ADDRESS).strip("<>"))
    assert (target.scheme, unquote(target.path)) == ("mailto", ADDRESS)
    assert parse_qs(target.query) == {"subject": ["unsubscribe"]}
