"""A function's configuration as the SDK registers it, read strictly."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dev.engine import duration
from dev.engine.errors import NotPlayed, RegistrationRefused
from dev.engine.retries import most_attempts

ROOT_STEP = "step"
OWN_EVENTS = "inngest/"
FAILED_EVENT = "inngest/function.failed"


class Wire(BaseModel):
    """A part of the configuration; unknown names are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True, frozen=True)


class Trigger(Wire):
    """An event that starts the function, where the expression holds."""

    event: str
    expression: str | None = None


class Cancel(Wire):
    """An event that cancels the function's runs, where the expression holds."""

    event: str
    if_: str | None = Field(default=None, alias="if")
    timeout: str | None = None


class Concurrency(Wire):
    """How many steps may execute at once; with a key, for each of its values."""

    limit: Annotated[int, Field(ge=0)]
    key: str | None = None
    scope: Literal["account", "env", "fn"] | None = None


class Timeouts(Wire):
    """How long a run may wait to start, and take from its first request."""

    start: str | None = None
    finish: str | None = None


class Retries(Wire):
    """How often a failed request is tried again."""

    attempts: Annotated[int, Field(ge=0)]


class Runtime(Wire):
    """Where the function is called."""

    type: Literal["http"]
    url: str


class Step(Wire):
    """The one step that an HTTP function has in its configuration."""

    id: Literal["step"]
    name: str
    retries: Retries | None = None
    runtime: Runtime


class Steps(Wire):
    """The steps by id."""

    step: Step


class WireFunction(Wire):
    """The whole configuration of one function."""

    id: str
    name: str | None = None
    triggers: Annotated[list[dict[str, Any]], Field(min_length=1)]
    steps: Steps
    batchEvents: None = None  # noqa: N815  the wire's name
    cancel: Annotated[list[Cancel], Field(max_length=5)] | None = None
    concurrency: Annotated[list[Concurrency], Field(max_length=2)] | None = None
    debounce: None = None
    idempotency: str | None = None
    priority: None = None
    rateLimit: None = None  # noqa: N815  the wire's name
    singleton: None = None
    throttle: None = None
    timeouts: Timeouts | None = None


NOT_PLAYED = ("batchEvents", "debounce", "priority", "rateLimit", "singleton", "throttle")


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionConfiguration:
    """What the executor goes by."""

    id: str
    """With the app's id in front: `{app}-{function}`."""
    triggers: tuple[Trigger, ...]
    max_attempts: int
    path: str
    """Of the URL at which the function is called."""
    idempotency: str | None
    cancels: tuple[Cancel, ...]
    concurrency: tuple[Concurrency, ...]
    start_seconds: float | None
    """The longest wait for the first request."""
    finish_seconds: float | None
    """The longest time from the first request to the end."""

    @property
    def is_failure_handler(self) -> bool:
        """Whether it runs for other functions' failures; its own cause no event."""
        return any(trigger.event == FAILED_EVENT for trigger in self.triggers)


def read_configuration(raw: dict[str, Any]) -> FunctionConfiguration:
    """The configuration in `raw`.

    Raises:
        RegistrationRefused: it is not what an SDK registers.
        NotPlayed: it asks for flow control or a trigger that this executor does not play.

    """
    asked = [name for name in NOT_PLAYED if raw.get(name) is not None]
    if asked:
        raise NotPlayed(f"{', '.join(asked)} of function {raw.get('id')!r}")
    try:
        wire = WireFunction.model_validate(raw)
    except ValidationError as problem:
        raise RegistrationRefused(str(problem)) from problem
    runtime = urlsplit(wire.steps.step.runtime.url)
    if parse_qs(runtime.query) != {"fnId": [wire.id], "stepId": [ROOT_STEP]}:
        raise RegistrationRefused(f"the URL of {wire.id} names another function or step")
    timeouts = wire.timeouts or Timeouts()
    retries = wire.steps.step.retries
    return FunctionConfiguration(
        id=wire.id,
        triggers=tuple(_trigger(trigger) for trigger in wire.triggers),
        max_attempts=most_attempts(None if retries is None else retries.attempts),
        path=runtime.path,
        idempotency=wire.idempotency,
        cancels=tuple(wire.cancel or ()),
        concurrency=tuple(wire.concurrency or ()),
        start_seconds=None if timeouts.start is None else duration.seconds(timeouts.start),
        finish_seconds=None if timeouts.finish is None else duration.seconds(timeouts.finish),
    )


def _trigger(raw: dict[str, Any]) -> Trigger:
    if "cron" in raw:
        raise NotPlayed("a cron trigger")
    try:
        trigger = Trigger.model_validate(raw)
    except ValidationError as problem:
        raise RegistrationRefused(str(problem)) from problem
    if "*" in trigger.event or (trigger.event.startswith(OWN_EVENTS) and trigger.event != FAILED_EVENT):
        raise NotPlayed(f"a trigger on {trigger.event}")
    return trigger
