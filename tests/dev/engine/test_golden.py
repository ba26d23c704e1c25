"""The executor and the endpoint against the recorded conversations with the real engine.

Every transcript is used but `sync`: it records a registration that is not signed, which the app refuses.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from dev.engine import signature, strict_json
from dev.engine.clock import EngineClock
from tests.conftest import Database
from tests.golden.mounted_app import mounted_app
from tests.golden.mutation import changed, without
from tests.golden.recorded_app import recorded_app
from tests.golden.replay import RecordedIds, replay
from tests.golden.scene import Scene, recorded_clock
from tests.golden.served_app import ServedApp
from tests.golden.transcript import SIGNED, TRANSCRIPTS, Transcript
from tests.golden.turn import Turn, comparable, comparable_answer
from tests.summary_lines import GOLDEN

every_transcript = pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda one: one.name)
BY_NAME = {one.name: one for one in TRANSCRIPTS}
Record = Callable[[str, object], None]


def alike(recorded: list[dict[str, Any]], played: list[dict[str, Any]]) -> int:
    """How many of them are equal, one by one."""
    return sum(one == other for one, other in zip(recorded, played, strict=False))


class TestExecutor:
    """Given the recorded answers, it makes the recorded requests."""

    @every_transcript
    def test_asks_what_was_asked(self, transcript: Transcript, record_property: Record) -> None:
        """Query, headers, `ctx`, `steps`, events and order are equal, but for ids and times."""
        clock = recorded_clock(transcript)
        with ServedApp(transcript.key, clock) as served:
            scene = Scene(transcript, recorded_app(transcript).test_client, clock)
            scene.engine.register_configs(served.configurations())
            turns = scene.play(ts=True)
        recorded = comparable([Turn.recorded(one) for one in transcript.exchanges], answers=False)
        played = comparable(turns, answers=False)
        record_property(GOLDEN, ("executor", len(recorded), alike(recorded, played)))
        assert recorded == played

    @pytest.mark.parametrize(
        "transcript",
        [one for one in TRANSCRIPTS if one.scenario != "one-at-a-time"],
        ids=lambda one: one.name,
    )
    def test_asks_when_it_was_asked(self, transcript: Transcript) -> None:
        """Retries, Retry-After and sleeps end after the recorded seconds.

        The real engine took some tenths for its requests, which the executor's clock does not count. Without
        `one-at-a-time`, whose seconds are those of its steps.
        """
        clock = recorded_clock(transcript)
        with ServedApp(transcript.key, clock) as served:
            scene = Scene(transcript, recorded_app(transcript).test_client, clock)
            scene.engine.register_configs(served.configurations())
            scene.play(ts=True)
        asked = [exchange.at - scene.engine.exchanges[0].at for exchange in scene.engine.exchanges]
        recorded = [one.at_seconds for one in transcript.exchanges]
        assert [one.total_seconds() for one in asked] == pytest.approx(recorded, abs=0.8)


class TestExecutorWithSdk:
    """The executor and the SDK in a Flask app talk as the real engine and the SDK did."""

    @every_transcript
    def test_says_what_was_said(self, transcript: Transcript, record_property: Record) -> None:
        """Requests and answers are equal, but for ids, times, signatures and tracebacks."""
        clock = EngineClock.at_wall_time()
        with ServedApp(transcript.key, clock) as served:
            scene = Scene(transcript, served.app.test_client, clock)
            served.connect(scene.engine)
            turns = scene.play(ts=False)
        recorded = comparable([Turn.recorded(one) for one in transcript.exchanges], answers=True)
        played = comparable(turns, answers=True)
        record_property(GOLDEN, ("executor with SDK", len(recorded), alike(recorded, played)))
        assert recorded == played

    def test_event_of_a_step_starts_its_function(self) -> None:
        """What `sends` sent is the second run of the recording of `no-step`."""
        transcript, sent_to = BY_NAME["sends.signed"], BY_NAME["no-step.signed"]
        clock = EngineClock.at_wall_time()
        with ServedApp(transcript.key, clock) as served:
            scene = Scene(transcript, served.app.test_client, clock)
            served.connect(scene.engine)
            scene.play(ts=False)
        recorded = comparable([Turn.recorded(sent_to.exchanges[-1])], answers=True)
        assert recorded == comparable(scene.turns_of("no-step"), answers=True)


class TestEndpoint:
    """Given the recorded requests, the recorded answers come: equal but for times, signatures and tracebacks.

    Without the two exchanges in which something in front of the app answered.
    """

    @every_transcript
    def test_answers_of_the_sdk(self, transcript: Transcript, record_property: Record) -> None:
        """Status, headers and body, with nothing but the SDK's own integration in the app."""
        exchanges = [one for one in transcript.exchanges if one.reached_the_app]
        with ServedApp(transcript.key, recorded_clock(transcript)) as served:
            served.sends_to(RecordedIds(exchanges))
            given = [replay(served.app.test_client(), one, transcript.key) for one in exchanges]
        recorded = [comparable_answer(Turn.recorded(one)) for one in exchanges]
        answers = [comparable_answer(turn) for turn in given]
        record_property(GOLDEN, ("SDK", len(recorded), alike(recorded, answers)))
        assert recorded == answers

    @every_transcript
    def test_answers_of_our_endpoint(
        self,
        transcript: Transcript,
        record_property: Record,
        environ: dict[str, str],
        database: Database,
    ) -> None:
        """The same through the app's own route, its clock at the recorded `t`."""
        if transcript.key is not None:
            database.run("UPDATE environment_stamp SET kind = 'production'")
        exchanges = [one for one in transcript.exchanges if one.reached_the_app]
        clock = recorded_clock(transcript)
        with mounted_app(transcript.key, clock, RecordedIds(exchanges), environ) as app:
            given = [replay(app.test_client(), one, transcript.key) for one in exchanges]
        recorded = [comparable_answer(Turn.recorded(one)) for one in exchanges]
        answers = [comparable_answer(turn) for turn in given]
        record_property(GOLDEN, ("endpoint", len(recorded), alike(recorded, answers)))
        assert recorded == answers


class TestSignature:
    """The recordings prove the signing, which the executor does by itself."""

    @pytest.mark.parametrize(
        "transcript", [one for one in TRANSCRIPTS if one.mode == SIGNED], ids=lambda one: one.name
    )
    def test_requests(self, transcript: Transcript) -> None:
        """Each request's signature comes out the same, but where a traceback in it was replaced since."""
        for one in transcript.exchanges:
            payload = strict_json.dumps(one.body)
            again = signature.sign_request(payload, str(transcript.key), one.signed_at)
            assert (again == one.headers[signature.HEADER]) is not one.has_replaced_traceback

    def test_six_were_changed(self) -> None:
        """As the recordings' own description has it."""
        signed = [one for t in TRANSCRIPTS if t.mode == SIGNED for one in t.exchanges]
        assert (len(signed), sum(one.has_replaced_traceback for one in signed)) == (65, 6)


FIELDS = [
    "query",
    "headers.user-agent",
    "headers.x-inngest-generation-id",
    "headers.x-inngest-job-id",
    "headers.x-inngest-req-version",
    "headers.x-inngest-signature",
    "headers.x-inngest-step-id",
    "headers.x-request-id",
    "headers.x-run-id",
    "body.ctx.attempt",
    "body.ctx.disable_immediate_execution",
    "body.ctx.env",
    "body.ctx.fn_id",
    "body.ctx.generation_id",
    "body.ctx.job_id",
    "body.ctx.max_attempts",
    "body.ctx.qi_id",
    "body.ctx.request_id",
    "body.ctx.run_id",
    "body.ctx.stack",
    "body.ctx.stack.current",
    "body.ctx.stack.stack",
    "body.ctx.step_id",
    "body.ctx.use_api",
    "body.defers",
    "body.event",
    "body.event.data",
    "body.event.id",
    "body.event.name",
    "body.event.ts",
    "body.event.user",
    "body.events",
    "body.steps",
    "body.use_api",
    "body.version",
    "status",
    "answer_headers.content-type",
    "answer_headers.x-inngest-sdk",
    "answer_headers.x-inngest-signature",
    "answer",
]
"""Of the recordings; ids are compared by kind and order of appearance."""
ONLY_BY_PLACE = {
    "headers.x-inngest-signature",
    "answer_headers.x-inngest-signature",
    "body.event.ts",
}
"""Fields of which only the presence is compared."""


SIDES = pytest.mark.parametrize("side", ["recorded", "played"])


@cache
def both_sides() -> dict[str, list[Turn]]:
    """One conversation as it was recorded and as the executor plays it with the SDK: equal."""
    transcript, clock = BY_NAME["two-steps.signed"], EngineClock.at_wall_time()
    with ServedApp(transcript.key, clock) as served:
        scene = Scene(transcript, served.app.test_client, clock)
        served.connect(scene.engine)
        played = scene.play(ts=False)
    return {"recorded": [Turn.recorded(one) for one in transcript.exchanges], "played": played}


class TestComparison:
    """No compared field can go or change, on either side, without being noticed."""

    @pytest.fixture
    def sides(self) -> dict[str, list[Turn]]:
        return dict(both_sides())

    def test_untouched(self, sides: dict[str, list[Turn]]) -> None:
        """Nothing but the change makes the difference below."""
        assert comparable(sides["recorded"], answers=True) == comparable(sides["played"], answers=True)

    @pytest.mark.parametrize("field", FIELDS)
    @SIDES
    def test_missing(self, sides: dict[str, list[Turn]], side: str, field: str) -> None:
        """A field that is gone is a difference."""
        broken = {**sides, side: without(sides[side], field)}
        assert comparable(broken["recorded"], answers=True) != comparable(broken["played"], answers=True)

    @pytest.mark.parametrize("field", [field for field in FIELDS if field not in ONLY_BY_PLACE])
    @SIDES
    def test_changed(self, sides: dict[str, list[Turn]], side: str, field: str) -> None:
        """A field that has another value is a difference."""
        broken = {**sides, side: changed(sides[side], field)}
        assert comparable(broken["recorded"], answers=True) != comparable(broken["played"], answers=True)
