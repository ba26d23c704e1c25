"""Every error that the executor raises, as one tree. Each fails the test that meets it.

EngineError
├── ForbiddenAnswer       an answer that the wire format does not allow
├── NotPlayed             legal on the wire, but this executor does not play it
├── BadEvent              an event that the event API would refuse
├── RegistrationRefused   the app's answer to a sync registers nothing
└── TooManyRequests       a drive that does not come to rest
"""

from enum import StrEnum


class EngineError(Exception):
    """The executor cannot go on."""


class Rule(StrEnum):
    """The rules an answer is held to; the value names what was broken."""

    NOT_FROM_AN_SDK = "not_from_an_sdk"
    """A 2xx without `x-inngest-sdk`: something stands in front of the endpoint."""
    STATUS = "status"
    """Neither 200 nor 206 nor an error."""
    CONTENT_TYPE = "content_type"
    """Not `application/json`."""
    JSON = "json"
    """Not strict JSON: unreadable, a name twice in an object, NaN or an infinity."""
    UNSIGNED = "unsigned"
    """A signed request was answered without a signature."""
    SIGNATURE = "signature"
    """A signature that does not verify."""
    SDK = "sdk"
    """`x-inngest-sdk` is not `name:vN.N.N`."""
    REQUEST_VERSION = "request_version"
    """`x-inngest-req-version` is missing or no number."""
    NO_RETRY = "no_retry"
    """`x-inngest-no-retry` says something other than `true`, or stands on a success."""
    RETRY_AFTER = "retry_after"
    """`retry-after` is neither seconds nor a date, or stands on a success."""
    ERROR_SHAPE = "error_shape"
    """An error that is not `{code, message, name?, stack?}` of texts."""
    NOT_A_LIST = "not_a_list"
    """A 206 whose body is not an array of objects."""
    UNKNOWN_OP = "unknown_op"
    """An op that the specification does not know."""
    MISSING_FIELD = "missing_field"
    """An op without a field that its kind needs."""
    EXTRA_FIELD = "extra_field"
    """An op with a field that its kind does not have."""
    FIELD_TYPE = "field_type"
    """A field whose value has the wrong type."""
    DATA_AND_ERROR = "data_and_error"
    """An op with both an outcome and an error."""
    STEP_ID = "step_id"
    """An id that is not the SHA-1 of the step's name."""
    DUPLICATE_ID = "duplicate_id"
    """Two ops with one id in one answer."""
    ALREADY_KNOWN = "already_known"
    """A step reported anew although the request carried its memo."""
    NOT_THE_TARGET = "not_the_target"
    """A targeted request answered with other steps than the target."""


class ForbiddenAnswer(EngineError):
    """The app answered what the wire format does not allow."""

    def __init__(self, rule: Rule, detail: str) -> None:
        super().__init__(f"{rule.value}: {detail}")
        self.rule = rule


class NotPlayed(EngineError):
    """Legal for the real engine, but not played by this executor: extend it before you rely on it."""


class BadEvent(EngineError):
    """The event API would refuse this event."""


class RegistrationRefused(EngineError):
    """The answer to the sync registers nothing."""


class TooManyRequests(EngineError):
    """The drive made as many requests as it may and has not come to rest."""
