"""A span of time as an operator types it: 90s, 30m, 2h, 1d."""

import re
from datetime import timedelta
from typing import Final

import click

UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
AT_MOST: Final = timedelta(days=365)


class Duration(click.ParamType[timedelta]):
    """An option's value that is a timedelta, from one second to a year."""

    name = "duration"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """`value` as a timedelta; ends the command with exit code 2 where it is none."""
        if isinstance(value, timedelta):
            return value
        written = re.fullmatch(r"([1-9][0-9]{0,7})([smhd])", value.strip().lower())
        span = timedelta(**{UNITS[written[2]]: int(written[1])}) if written else None
        if span is None or span > AT_MOST:
            self.fail(f"{value!r} is no duration: write 90s, 30m, 2h or 1d, a year at most.", param, ctx)
        return span
