"""What a 206 may say: one strict model for each op that the SDK sends."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dev.engine.errors import ForbiddenAnswer, NotPlayed, Rule


class Op(StrEnum):
    """Every op of the specification."""

    STEP_RUN = "StepRun"
    """A step ran and has an outcome."""
    STEP_ERROR = "StepError"
    """A step failed and may be tried again."""
    STEP_FAILED = "StepFailed"
    """A step failed for good."""
    STEP_PLANNED = "StepPlanned"
    """A step is to be called by a request of its own."""
    SLEEP = "Sleep"
    """Go on at a time."""
    WAIT_FOR_EVENT = "WaitForEvent"
    """Go on with an event, or after a while without."""
    INVOKE_FUNCTION = "InvokeFunction"
    """Go on with another function's result."""
    AI_GATEWAY = "AIGateway"
    """Go on with a provider's answer."""


class Strict(BaseModel):
    """A part of an op; unknown names are refused and nothing is coerced."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True, frozen=True)


class Userland(Strict):
    """The step's name in the app's code."""

    id: str
    index: int | None
    """Counts the further uses of the same name, from 1."""


class StepFault(Strict):
    """What a step raised."""

    code: str
    message: str
    name: str
    stack: str | None

    def memo(self) -> dict[str, Any]:
        """How later requests carry it: without the code (recorded from the engine)."""
        return {"error": {"message": self.message, "name": self.name, "stack": self.stack}}


class Options(Strict):
    """Options that any op may have."""

    parallelMode: Literal["race"] | None = None  # noqa: N815  the wire's name


class WaitOptions(Options):
    """What ends a wait."""

    timeout: str
    if_: str | None = Field(default=None, alias="if")


class Operation(Strict):
    """What every op has."""

    op: Op
    id: str
    display_name: str = Field(alias="displayName")
    name: str
    userland: Userland
    opts: Options | None
    data: None

    @property
    def races(self) -> bool:
        """Whether its group is looked at after each step, not only when all are done."""
        return self.opts is not None and self.opts.parallelMode == "race"


class StepRun(Operation):
    """A step's outcome."""

    data: Any


class StepErrored(Operation):
    """A step's failure."""

    error: StepFault


class Planned(Operation):
    """A step to call."""


class Sleep(Operation):
    """A pause; `name` is its end."""


class WaitForEvent(Operation):
    """A wait; `name` is the event's."""

    opts: WaitOptions


MODELS: Final[Mapping[Op, type[Operation]]] = {
    Op.STEP_RUN: StepRun,
    Op.STEP_ERROR: StepErrored,
    Op.STEP_FAILED: StepErrored,
    Op.STEP_PLANNED: Planned,
    Op.SLEEP: Sleep,
    Op.WAIT_FOR_EVENT: WaitForEvent,
}
BROKEN: Final = {"missing": Rule.MISSING_FIELD, "extra_forbidden": Rule.EXTRA_FIELD}


def read_operations(body: Any) -> tuple[Operation, ...]:
    """The ops of a 206.

    Raises:
        ForbiddenAnswer: one is not as the specification has it, or two have one id.
        NotPlayed: one is legal, but not played here.

    """
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        raise ForbiddenAnswer(Rule.NOT_A_LIST, "a 206 carries an array of objects")
    operations = tuple(_operation(item) for item in body)
    ids = [operation.id for operation in operations]
    if len(set(ids)) != len(ids):
        raise ForbiddenAnswer(Rule.DUPLICATE_ID, f"{ids}")
    return operations


def _operation(raw: dict[str, Any]) -> Operation:
    if "op" not in raw:
        raise ForbiddenAnswer(Rule.MISSING_FIELD, "op")
    try:
        op = Op(raw["op"])
    except ValueError:
        raise ForbiddenAnswer(Rule.UNKNOWN_OP, repr(raw["op"])) from None
    if op not in MODELS:
        raise NotPlayed(f"the op {op}")
    if raw.get("data") is not None and raw.get("error") is not None:
        raise ForbiddenAnswer(Rule.DATA_AND_ERROR, f"{op} {raw.get('id')}")
    try:
        operation = MODELS[op].model_validate({**raw, "op": op})
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ForbiddenAnswer(BROKEN.get(first["type"], Rule.FIELD_TYPE), f"{op} {field}") from problem
    if operation.id != step_id(operation.userland):
        raise ForbiddenAnswer(Rule.STEP_ID, f"{operation.id} is not {operation.userland}")
    return operation


def step_id(userland: Userland) -> str:
    """The SHA-1 of a step's name; further uses of it have their index after a colon."""
    name = userland.id if userland.index is None else f"{userland.id}:{userland.index}"
    return hashlib.sha1(name.encode()).hexdigest()  # noqa: S324  the specification's choice
