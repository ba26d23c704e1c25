from datetime import timedelta

import click
import pytest

from lib.operator.commands.duration import Duration


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30M", timedelta(minutes=30)),
        (" 2h ", timedelta(hours=2)),
        ("365d", timedelta(days=365)),
    ],
)
def test_is_read(written: str, span: timedelta) -> None:
    assert Duration().convert(written, None, None) == span


@pytest.mark.parametrize("written", ["", "0s", "-1h", "1", "h", "1.5h", "366d", "1 h", "99999999d"])
def test_is_refused(written: str) -> None:
    with pytest.raises(click.BadParameter, match="write 90s"):
        Duration().convert(written, None, None)
