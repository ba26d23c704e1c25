import random
from typing import Any

import pytest

from dev.engine import signature
from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from tests.dev.engine.canned_app import KEY
from tests.golden.served_app import ServedApp
from tests.golden.transcript import SIGNING_KEY


class TestRequest:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param({"ü": "é", "a": "\u2028", "\U0001f600": "\ud7ff"}, id="Unicode"),
            pytest.param({"b": 0.1, "a": 1e21, "c": -0.0, "d": 1.0, "e": 5e-324}, id="numbers"),
            pytest.param({"x": {"b": [None, True, {"z": 1, "a": 2}], "a": ""}}, id="nested"),
            pytest.param({"x": '"\\\x00\x1f</script>'}, id="escapes"),
        ],
    )
    def test_sdk_accepts(self, engine_clock: EngineClock, data: dict[str, Any]) -> None:
        """What the executor signs the SDK verifies, whatever the event carries."""
        with ServedApp(SIGNING_KEY, engine_clock) as served:
            engine = Engine(
                served.app.test_client,
                clock=engine_clock,
                signing_key=SIGNING_KEY,
                chance=random.Random(1),
            )
            served.connect(engine)
            engine.send([{"name": "g/no-step", "data": {"x": data}}])
            engine.run_until_idle()
        (run,) = engine.runs
        assert run.result == {"hello": data}

    def test_form_does_not_matter(self) -> None:
        """The canonical form is signed: order and white space do not count, the time does."""
        one, other = b'{"a": 1, "b": 2}', b'{"b":2,"a":1}'
        assert signature.sign_request(one, KEY, 5) == signature.sign_request(other, KEY, 5)
        assert signature.sign_request(one, KEY, 5) != signature.sign_request(one, KEY, 6)


class TestAnswer:
    def test_bytes_matter(self) -> None:
        """Answers are signed as they are sent."""
        header = signature.sign_answer(b"[1]", KEY, 5)
        assert signature.answer_is_signed(b"[1]", header, KEY)
        assert not signature.answer_is_signed(b"[ 1]", header, KEY)
        assert not signature.answer_is_signed(b"[1]", header, SIGNING_KEY)

    @pytest.mark.parametrize("header", ["", "t=5", "s=0&t=5", "t=five&s=00", "t=5&s=" + "é" * 64])
    def test_malformed(self, header: str) -> None:
        """Nothing but the form in which the SDK writes it."""
        assert not signature.answer_is_signed(b"[1]", header, KEY)
