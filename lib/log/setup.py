"""Where log lines go: to standard error, as JSON where a machine reads them, behind the redactor."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

import structlog
from structlog.typing import Processor

from lib.environment.decision import DeploymentKind
from lib.log.events import LogEvent
from lib.log.redaction import Redactor

HANDLER: Final = "everytick"


class StandardError(logging.Handler):
    """Writes to whatever is the process's standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; one that cannot be put together is named, without what was in it."""
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - a library's careless line may not fail its caller
            structlog.get_logger().error(
                LogEvent.LOG_LINE_FAILED, logger=record.name, error_class=type(error).__name__
            )
            return
        standard_error().write(line + "\n")


def configure_logging(kind: DeploymentKind | None, redactor: Redactor) -> None:
    """Send every line of this process, ours and the libraries', through `redactor` to standard error.

    The console's form in development, JSON otherwise. Called again, it replaces what it set before.
    """
    before: tuple[Processor, ...] = (
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    )
    render = _renderer(kind)
    structlog.configure(
        processors=[*before, redactor, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        context_class=dict,
        logger_factory=lambda *_: structlog.PrintLogger(standard_error()),
        cache_logger_on_first_use=False,
    )
    handler = StandardError()
    handler.set_name(HANDLER)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *before],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redactor, render],
        )
    )
    root = logging.getLogger()
    for held in [held for held in root.handlers if held.get_name() == HANDLER]:
        root.removeHandler(held)
    root.addHandler(handler)


@contextmanager
def log_context(**fields: str | int | None) -> Iterator[None]:
    """Put `fields` on every line logged inside, by this thread; bound at the edge, gone at the end."""
    with structlog.contextvars.bound_contextvars(**fields):
        yield


def standard_error() -> TextIO:
    """Where lines go now: looked up at each line, for whoever replaces it."""
    return sys.stderr


def _renderer(kind: DeploymentKind | None) -> Processor:
    if kind is DeploymentKind.DEVELOPMENT:
        return structlog.dev.ConsoleRenderer(
            colors=standard_error().isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer()
