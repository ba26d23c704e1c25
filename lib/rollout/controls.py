"""The controls: what an operator may set while the app runs, each with its values (design §10).

What nobody has set is as the environment says. lib/rollout/control_store.py reads and writes them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

import structlog

from lib.errors import EverytickError
from lib.exit_codes import ExitCode
from lib.log.events import LogEvent

PERCENT_AT_MOST: Final = 100
TOLD_AT_MOST: Final = 100
"""Characters of a value that a message repeats."""


class ControlName(StrEnum):
    """The stored names; each is the field of Controls that is called alike."""

    DISPATCH_MODE = "dispatch.mode"
    DISPATCH_PERCENT = "dispatch.percent"
    ROLLOUT_AUTO = "rollout.auto"
    JOBS_PAUSED = "jobs.paused"


STEERING: Final = frozenset({ControlName.DISPATCH_MODE, ControlName.DISPATCH_PERCENT})
"""Those that say where ticks go."""


class DispatchControl(StrEnum):
    """The values of the control `dispatch.mode`."""

    AUTO = "auto"
    INLINE = "inline"
    INNGEST = "inngest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """The value of `jobs.paused`: what no drain may claim.

    Due jobs of a paused kind are passed over one by one: see docs/queue.md.
    """

    kinds: frozenset[str] = frozenset()
    workspaces: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.kinds or self.workspaces)

    def with_(self, other: "Paused") -> Self:
        """Both."""
        return type(self)(kinds=self.kinds | other.kinds, workspaces=self.workspaces | other.workspaces)

    def without(self, other: "Paused") -> Self:
        """What is paused here and not in `other`."""
        return type(self)(kinds=self.kinds - other.kinds, workspaces=self.workspaces - other.workspaces)

    def as_json(self) -> dict[str, list[str]]:
        """The stored and public shape."""
        return {"kinds": sorted(self.kinds), "workspaces": sorted(map(str, self.workspaces))}


ControlValue = DispatchControl | int | bool | Paused
"""What a control can be set to, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """Every control as it counts now."""

    dispatch_mode: DispatchControl = DispatchControl.AUTO
    dispatch_percent: int | None = None
    """None where nobody has set it; BACKGROUND_JOBS_INNGEST_PERCENT caps it in any case."""
    rollout_auto: bool = False
    jobs_paused: Paused = Paused()
    unreadable: frozenset[ControlName] = frozenset()
    """Those that are set to what this version cannot read; above they stand as if they were not set."""

    def percent_within(self, ceiling: int) -> int:
        """The share of windows that may go to Inngest, `ceiling` (the environment's) at most."""
        return ceiling if self.dispatch_percent is None else min(ceiling, self.dispatch_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredControl:
    """A control's row as it counts now."""

    name: str
    value: Any
    """JSON, not yet parsed."""
    actor: str
    reason: str
    changed_at: datetime
    expires_at: datetime | None
    """None: until somebody changes it."""


class ControlUnreadable(EverytickError):
    """The control has a value that this version cannot read: set it anew."""

    code = "control_unreadable"
    http_status = 400
    exit_code = ExitCode.USAGE


def parsed(name: ControlName, raw: object) -> ControlValue:
    """`raw`, JSON, as `name`'s value. Raises ControlUnreadable."""
    try:
        return _PARSERS[name](raw)
    except (ValueError, TypeError, AttributeError) as error:
        raise ControlUnreadable(f"The control {name} cannot be {_told(raw)}: {MEANT[name]}.") from error


def _told(raw: object) -> str:
    """`raw` as a sentence may show it. Never a part of it: half a secret is not known for one any more."""
    try:
        told = repr(raw)
    except ValueError:  # a number with more digits than Python writes out
        return "so large"
    return told if len(told) <= TOLD_AT_MOST else "so long"


def stored_shape(value: ControlValue) -> object:
    """`value` as JSON."""
    return value.as_json() if isinstance(value, Paused) else value


def controls_from(rows: Iterable[StoredControl]) -> Controls:
    """What `rows` say, and which of them cannot be read, which is logged.

    A newer version may have written it, and no tick may end for it.
    """
    held: dict[str, Any] = {}
    unreadable: set[ControlName] = set()
    known = {name.value: name for name in ControlName}
    for row in rows:
        try:
            name = known[row.name]
            held[name.replace(".", "_")] = parsed(name, row.value)
        except (KeyError, ControlUnreadable):
            unreadable.update({known[row.name]} if row.name in known else ())
            structlog.get_logger().error(LogEvent.CONTROL_UNREADABLE, name=row.name, value=row.value)
    return Controls(**held, unreadable=frozenset(unreadable))


def _percent(raw: Any) -> int:  # noqa: ANN401 - JSON
    """Whole percents: what is asked for is never exceeded."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= PERCENT_AT_MOST:
        raise ValueError
    return int(raw)


def _flag(raw: Any) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _paused(raw: Any) -> Paused:  # noqa: ANN401 - JSON
    """What it does not know it does not read: a word misspelt would pause nothing without a word."""
    if not raw.keys() <= {"kinds", "workspaces"}:
        raise ValueError
    kinds, workspaces = raw.get("kinds", []), raw.get("workspaces", [])
    if not all(isinstance(given, list) for given in (kinds, workspaces)):
        raise TypeError
    if not all(isinstance(one, str) for one in (*kinds, *workspaces)):
        raise TypeError
    return Paused(kinds=frozenset(kinds), workspaces=frozenset(map(UUID, workspaces)))


MEANT: Final = {
    ControlName.DISPATCH_MODE: f"it is {', '.join(DispatchControl)}",
    ControlName.DISPATCH_PERCENT: f"it is a number from 0 to {PERCENT_AT_MOST}",
    ControlName.ROLLOUT_AUTO: "it is true or false",
    ControlName.JOBS_PAUSED: "it has kinds and workspaces, each a list, and workspaces are ids",
}
"""What each control may be, in words."""
_PARSERS: Final[dict[ControlName, Callable[[Any], ControlValue]]] = {
    ControlName.DISPATCH_MODE: DispatchControl,
    ControlName.DISPATCH_PERCENT: _percent,
    ControlName.ROLLOUT_AUTO: _flag,
    ControlName.JOBS_PAUSED: _paused,
}
