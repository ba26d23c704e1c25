"""Endpoints of a language model on 127.0.0.1: what each connection answers, in turn."""

import json
from collections.abc import Callable
from typing import Any, Final

from tests.ticks.event_apis import (
    Call,
    Script,
    black_hole,
    drips_chunks,
    drips_continues,
    drips_headers,
    endless_body,
    malformed_headers,
    redirects_to_itself,
    resets,
    says,
    silent,
    talks_nonsense,
)

GOOD: Final = {"city": "Paris", "people": 2_100_000}
USAGE: Final = {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42}


def completion(content: object, *, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """A chat completion whose model said `content`; what is no text as JSON."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "stub-1",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": USAGE,
    }


def answers(*contents: object) -> Script:
    """What the model says to each request, the last to all that follow."""
    return _each(*(says_json(completion(content)) for content in contents))


def says_json(body: object, status: str = "200 OK", *, headers: str = "") -> Script:
    return says(status, body, headers=f"Content-Type: application/json\r\n{headers}")


def refuses(status: str, *, headers: str = "", **error: Any) -> Script:
    """An error as such endpoints word it, with the key in it, as one of them does."""
    told = {"message": "Incorrect API key provided: sk-hunter2hunter2", "type": "error", **error}
    return says_json({"error": told}, status, headers=headers)


def without(*features: str) -> Script:
    """An endpoint that refuses each of the parameters, one a time, and answers well without them."""

    def script(call: Call) -> None:
        call.hear()
        sent = json.dumps(call.heard[-1].body)
        refused = next((feature for feature in features if f'"{feature}"' in sent), None)
        if refused is None:
            body, status = completion(GOOD), "200 OK"
        else:
            body, status = {"error": {"message": f"Unsupported: {refused}"}}, "400 Bad Request"
        call.answer(status, json.dumps(body).encode(), headers="Content-Type: application/json\r\n")

    return script


def obeys(decide: Callable[[dict[str, Any]], object]) -> Script:
    """A model that says whatever `decide` makes of the request."""

    def script(call: Call) -> None:
        call.hear()
        said = json.dumps(completion(decide(call.heard[-1].body))).encode()
        call.answer("200 OK", said, headers="Content-Type: application/json\r\n")

    return script


def drips_answer(call: Call) -> None:
    """A whole answer, then blanks without end."""
    call.hear()
    body = json.dumps(completion(GOOD)).encode()
    call.say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + body)
    call.drip(b" ")


def cuts_answer(call: Call) -> None:
    """Half of the length that was announced."""
    call.hear()
    body = json.dumps(completion(GOOD)).encode()
    call.answer("200 OK", body[: len(body) // 2], length=len(body))


def cuts_without_length(call: Call) -> None:
    call.hear()
    body = json.dumps(completion(GOOD)).encode()
    call.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body[: len(body) // 2])


def _each(*scripts: Script) -> Script:
    def script(call: Call) -> None:
        scripts[min(call.number - 1, len(scripts) - 1)](call)

    return script


MISBEHAVING: Final[dict[str, tuple[Script, str]]] = {
    "never answers": (black_hole, "llm_timed_out"),
    "takes the connection only": (silent, "llm_timed_out"),
    "drips its headers": (drips_headers, "llm_timed_out"),
    "drips its body": (drips_answer, "llm_timed_out"),
    "drips chunks": (drips_chunks, "llm_timed_out"),
    "says continue for ever": (drips_continues, "llm_timed_out"),
    "cuts its answer": (cuts_answer, "llm_answer_cut"),
    "cuts without a length": (cuts_without_length, "llm_answer_cut"),
    "runs out of tokens": (says_json(completion('{"ci', finish="length")), "llm_answer_cut"),
    "huge body": (endless_body, "llm_answer_too_large"),
    "empty body": (says_json(""), "llm_answer_unreadable"),
    "no content": (says("204 No Content", ""), "llm_answer_unreadable"),
    "HTML": (
        says("200 OK", "<h1>Sign in</h1>", headers="Content-Type: text/html\r\n"),
        "llm_answer_unreadable",
    ),
    "a list": (says_json([]), "llm_answer_unreadable"),
    "another object": (says_json({"ids": []}), "llm_answer_unreadable"),
    "no choice": (says_json({**completion(GOOD), "choices": []}), "llm_answer_unreadable"),
    "deep brackets": (says_json("[" * 60_000), "llm_answer_unreadable"),
    "invalid JSON twice": (answers("Sure! Paris."), "llm_answer_invalid"),
    "wrong shape twice": (answers({"city": "Paris", "people": "many"}), "llm_answer_invalid"),
    "says nothing twice": (answers(None), "llm_answer_invalid"),
    "content filter": (says_json(completion(None, finish="content_filter")), "llm_declined"),
    "refuses in words": (says_json(completion(None, refusal="I won't.")), "llm_declined"),
    "429": (refuses("429 Too Many Requests"), "llm_busy"),
    "503 with a time": (refuses("503 Service Unavailable", headers="Retry-After: 7\r\n"), "llm_busy"),
    "500": (refuses("500 Internal Server Error"), "llm_unavailable"),
    "502 of HTML": (says("502 Bad Gateway", "<h1>Bad gateway</h1>"), "llm_unavailable"),
    "529": (refuses("529 Overloaded"), "llm_unavailable"),
    "408": (refuses("408 Request Timeout"), "llm_unavailable"),
    "401": (refuses("401 Unauthorized"), "llm_key_refused"),
    "403": (refuses("403 Forbidden"), "llm_key_refused"),
    "404": (refuses("404 Not Found"), "llm_not_found"),
    "400": (refuses("400 Bad Request"), "llm_request_refused"),
    "redirect": (redirects_to_itself, "llm_request_refused"),
    "reset": (resets, "llm_unreachable"),
    "no HTTP": (talks_nonsense, "llm_unreachable"),
    "malformed headers": (malformed_headers, "llm_unavailable"),
}
"""Each by what it does, with the code of the error that it comes to."""
