"""Every line of the process goes through the redactor to standard error."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from lib.environment.decision import DeploymentKind
from lib.log.events import LogEvent
from lib.log.redaction import REDACTED, Redactor
from lib.log.setup import HANDLER, configure_logging, log_context

SECRET = "s3cret-value-of-this-test"


@pytest.fixture(autouse=True)
def configuration_put_back() -> Iterator[None]:
    held = structlog.get_config()
    handlers = list(logging.getLogger().handlers)
    yield
    structlog.configure(**held)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def production() -> None:
    configure_logging(DeploymentKind.PRODUCTION, Redactor([SECRET]))


def fail(message: str) -> None:
    raise RuntimeError(message)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


@pytest.mark.usefixtures("production")
class TestProduction:
    def test_a_line_is_json_on_standard_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Standard output belongs to what a command prints."""
        structlog.get_logger().info(LogEvent.TICK_FINISHED, mode="inline", url=f"redis://:{SECRET}@cache")
        (line,) = lines(capsys)
        assert line.pop("timestamp")
        assert line == {
            "event": "tick.finished",
            "level": "info",
            "mode": "inline",
            "url": f"redis://{REDACTED}@cache",
        }

    def test_an_exception_is_told_without_secrets(self, capsys: pytest.CaptureFixture[str]) -> None:
        try:
            fail(f"cannot reach {SECRET}")
        except RuntimeError as error:
            structlog.get_logger().error(LogEvent.REQUEST_FAILED, exc_info=error)
        (line,) = lines(capsys)
        assert SECRET not in str(line)
        assert f"RuntimeError: cannot reach {REDACTED}" in str(line["exception"])

    def test_the_libraries_go_the_same_way(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The pool's warnings and the web server's lines are redacted like ours."""
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "everytick", SECRET)
        try:
            fail(SECRET)
        except RuntimeError:
            logging.getLogger("werkzeug").exception("failed")
        pool, server = lines(capsys)
        assert pool["event"] == f"error connecting in 'everytick': {REDACTED}"
        assert (pool["logger"], pool["level"]) == ("psycopg.pool", "warning")
        assert SECRET not in str(server)
        assert "RuntimeError" in str(server["exception"])

    def test_what_is_below_info_is_not_written(self, capsys: pytest.CaptureFixture[str]) -> None:
        structlog.get_logger().debug(LogEvent.JOB_STARTED)
        assert lines(capsys) == []

    def test_a_line_that_cannot_be_put_together(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A library's careless call fails nobody, and its arguments are not printed."""
        (handler,) = [h for h in logging.getLogger().handlers if h.get_name() == HANDLER]
        handler.handle(logging.LogRecord("careless", logging.WARNING, "", 1, "%d", (SECRET,), None))
        (line,) = lines(capsys)
        assert (line["event"], line["logger"]) == ("log.line_failed", "careless")
        assert SECRET not in str(line)


class TestConfiguring:
    @pytest.mark.usefixtures("production")
    def test_again_replaces_what_was(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Two apps in one process leave one handler, of the later."""
        configure_logging(DeploymentKind.PREVIEW, Redactor(["another-secret"]))
        assert [h.get_name() for h in logging.getLogger().handlers].count(HANDLER) == 1
        logging.getLogger("x").warning("another-secret")
        assert [line["event"] for line in lines(capsys)] == [REDACTED]

    def test_development_reads_like_a_console(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure_logging(DeploymentKind.DEVELOPMENT, Redactor([SECRET]))
        structlog.get_logger().warning(LogEvent.JOB_DEAD, last_error=f"refused {SECRET}")
        try:
            fail(SECRET)
        except RuntimeError:
            structlog.get_logger().exception(LogEvent.REQUEST_FAILED)
        told = capsys.readouterr().err
        assert "job.dead" in told
        assert f"refused {REDACTED}" in told
        assert "RuntimeError" in told
        assert SECRET not in told

    def test_an_unknown_kind_is_told_to_machines(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure_logging(None, Redactor([]))
        structlog.get_logger().info(LogEvent.APP_REFUSED)
        assert [line["event"] for line in lines(capsys)] == ["app.refused"]


@pytest.mark.usefixtures("production")
class TestContext:
    def test_fields_are_on_every_line_inside_and_gone_after(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Bound at the edge, cleared at the end, whatever happens in between."""
        log = structlog.get_logger()

        def fails() -> None:
            with log_context(correlation_id="c-1"):
                log.info(LogEvent.TICK_DECIDED)
                logging.getLogger("library").warning("inside")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fails()
        log.info(LogEvent.TICK_FINISHED)
        assert [line.get("correlation_id") for line in lines(capsys)] == ["c-1", "c-1", None]
