"""What asking a model can come to, beside an answer; docs/drafts.md has the table.

LlmError
├── LlmNotInstalled           the extra `llm` is missing
├── LlmUnreachable            no connection, or it broke before anything was answered
├── LlmTimedOut               no whole answer by the deadline
├── LlmBusy                   429, or a 503 that names a time
├── LlmUnavailable            any other 5xx, 408, 409, 425
├── LlmKeyRefused             401, 403
├── LlmNotFound               404
├── LlmRequestRefused         any other 4xx, or a redirect
├── LlmAnswerCut              the answer ended before its end
├── LlmAnswerTooLarge         more bytes than an answer may have
├── LlmAnswerUnreadable       what answered is no chat completion
├── LlmAnswerInvalid          an answer that does not fit, twice
└── LlmDeclined               the model, or a content filter, would not

No message carries what an endpoint said: it may repeat the mail, or the key.
"""

from datetime import timedelta

from lib.errors import EverytickError


class LlmError(EverytickError):
    """The language model gave no usable answer."""

    code = "llm_error"
    http_status = 502

    def __init__(self, message: str | None = None, *, retry_after: timedelta | None = None) -> None:
        """`retry_after` is how long the endpoint asked us to wait; None when it named no time."""
        super().__init__(message)
        self.retry_after = retry_after


class LlmNotInstalled(LlmError):
    """The model's library is not installed: install requirements-llm.txt in place of requirements.txt."""

    code = "llm_not_installed"


class LlmUnreachable(LlmError):
    """The model's endpoint cannot be reached; it is tried again. If it stays so, check LLM_BASE_URL."""

    code = "llm_unreachable"
    retriable = True


class LlmTimedOut(LlmError):
    """The model gave no whole answer within LLM_TIMEOUT_MS; it is tried again."""

    code = "llm_timed_out"
    retriable = True


class LlmBusy(LlmError):
    """The model's endpoint takes no more requests now; it is tried again when it said, or later."""

    code = "llm_busy"
    retriable = True


class LlmUnavailable(LlmError):
    """The model's endpoint failed; it is tried again."""

    code = "llm_unavailable"
    retriable = True


class LlmKeyRefused(LlmError):
    """The model's endpoint refused the key: correct LLM_API_KEY, then retry the dead jobs."""

    code = "llm_key_refused"


class LlmNotFound(LlmError):
    """The model's endpoint knows no such path or model: correct LLM_BASE_URL or LLM_MODEL, then retry."""

    code = "llm_not_found"


class LlmRequestRefused(LlmError):
    """The model's endpoint refused the request: check LLM_BASE_URL, LLM_MODEL and LLM_MAX_OUTPUT_TOKENS."""

    code = "llm_request_refused"


class LlmAnswerCut(LlmError):
    """The answer ended before its end; it is tried again. If it stays so, raise LLM_MAX_OUTPUT_TOKENS."""

    code = "llm_answer_cut"
    retriable = True


class LlmAnswerTooLarge(LlmError):
    """The model's endpoint sent more than an answer may have; it is tried again."""

    code = "llm_answer_too_large"
    retriable = True


class LlmAnswerUnreadable(LlmError):
    """What answered is no chat completion; it is tried again. If it stays so, check LLM_BASE_URL."""

    code = "llm_answer_unreadable"
    retriable = True


class LlmAnswerInvalid(LlmError):
    """The model's answer did not fit what was asked for, and neither did its second; it is tried again."""

    code = "llm_answer_invalid"
    retriable = True


class LlmDeclined(LlmError):
    """The model, or a content filter before it, would not answer: a person has to write this reply."""

    code = "llm_declined"
