"""An app that gives the recorded answers, one after the other."""

import re
from typing import Any, Final

from flask import Flask, Response

from dev.engine import signature, strict_json
from tests.golden.transcript import Recorded, Transcript

SHORTENED: Final = re.compile(r"<(\d+) characters>")


def recorded_app(transcript: Transcript) -> Flask:
    """Answers whatever comes with what was answered then; signed again, since tracebacks were replaced."""
    app = Flask("recorded")
    answered = (e for e in transcript.exchanges if e.reached_the_app)

    @app.post("/api/inngest")
    def answer() -> Response:
        return _response(next(answered), transcript.key)

    return app


def _response(recorded: Recorded, key: str | None) -> Response:
    body = strict_json.dumps(_long_again(recorded.answer))
    headers = {name: value for name, value in recorded.answer_headers.items() if name != signature.HEADER}
    if key is not None:
        headers[signature.HEADER] = signature.sign_answer(body, key, 1_795_468_397)
    return Response(body, status=recorded.status, headers=headers)


def _long_again(found: Any) -> Any:
    """`found` with texts that the recording shortened at their length."""
    match found:
        case dict():
            return {key: _long_again(value) for key, value in found.items()}
        case list():
            return [_long_again(item) for item in found]
        case str() if shortened := SHORTENED.fullmatch(found):
            return "x" * int(shortened[1])
        case _:
            return found
