import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.part import Part, start_part
from dev.problem import Problem, Stopped
from dev.supervisor import Supervisor, stopping_on_signals


def part(name: str, code: str, folder: Path) -> Part:
    return start_part(
        name,
        [sys.executable, "-c", code],
        log=folder / f"{name}.log",
        stop_signal=signal.SIGTERM,
        parent_gone=signal.SIGKILL,
        cwd=folder,
    )


WAITING = "import signal; signal.pause()"


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor() as made:
        yield made


def test_a_part_that_ends_is_named_with_the_end_of_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    waiting = part("waiting", WAITING, tmp_path)
    supervisor.add(waiting)
    supervisor.add(part("failing", "print('the reason'); raise SystemExit(3)", tmp_path))
    with pytest.raises(Problem, match=r"(?s)failing has ended .*exit code 3.*the reason"):
        supervisor.watch()
    assert waiting.exit_code() is None


def test_leaving_stops_every_part_whatever_the_reason(tmp_path: Path) -> None:
    parts = [part(name, WAITING, tmp_path) for name in ("one", "two")]

    def fail() -> None:
        with Supervisor() as supervisor:
            for each in parts:
                supervisor.add(each)
            raise Stopped(signal.SIGTERM)

    with pytest.raises(Stopped):
        fail()
    assert all(each.exit_code() is not None for each in parts)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_watch_and_a_second_one_does_not_disturb(signum: signal.Signals) -> None:
    before = signal.getsignal(signum)
    seen: list[int] = []
    with stopping_on_signals():
        try:
            signal.raise_signal(signum)
        except Stopped as stopped:
            signal.raise_signal(signum)
            seen.append(stopped.signum)
    assert seen == [signum]
    assert signal.getsignal(signum) == before


def test_under_nohup_a_closed_terminal_changes_nothing() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopping_on_signals():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
