"""The project's .env file: names and values, nothing executed, nothing expanded."""

import re
from collections.abc import Mapping
from pathlib import Path

from dev.problem import Problem

_NAME = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*")
_DOUBLE_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_SINGLE_QUOTED = re.compile(r"'([^']*)'\s*(?:#.*)?")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def parse(text: str, *, source: str = ".env") -> dict[str, str]:
    r"""Give the variables of `text`, later lines over earlier ones.

    A line is `NAME=value`, with `export` before it if you like. Double quotes allow `\n`, `\t`,
    `\"` and `\\`; single quotes keep everything as written; without quotes, white space before
    `#` starts a comment. Raises Problem with the line's number (never its value).
    """
    variables: dict[str, str] = {}
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        name = _NAME.match(line)
        value = None if name is None else _value(line[name.end() :])
        if name is None or value is None:
            raise Problem(
                f"{source}, line {number}, cannot be read. Write NAME=value on one line, "
                "and close every quote that is opened."
            )
        variables[name[1]] = value
    return variables


def _value(text: str) -> str | None:
    if text.startswith('"'):
        quoted = _DOUBLE_QUOTED.fullmatch(text)
        return quoted and _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1]), quoted[1])
    if text.startswith("'"):
        quoted = _SINGLE_QUOTED.fullmatch(text)
        return quoted and quoted[1]
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()


def with_file(environment: Mapping[str, str], file: Path) -> dict[str, str]:
    """Give `environment` completed by the variables of `file`; what is already set wins."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return dict(environment)
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file} cannot be read: {error}") from error
    return {**parse(text, source=str(file)), **environment}
