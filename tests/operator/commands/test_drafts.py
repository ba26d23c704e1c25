"""Tests of lib/operator/commands/drafts.py."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

GOOD = {
    "inbound": "Can we meet?",
    "draft": "Tuesday, March 3 at 2:00 PM works.",
    "offeredSlots": ["Tuesday, March 3 at 2:00 PM"],
    "bookingLink": None,
    "leadSchedulerLink": None,
}
BAD = {**GOOD, "draft": "Booked for 5pm: https://calendly.com/x"}


def check(app: Flask, given: str | bytes, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["drafts", "check", *arguments], input=given)


def lines(*held: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in held)


def test_each_line_gets_its_answer(flask_app: Flask) -> None:
    """Design §3: one answer line each; exit 5 if any is broken."""
    result = check(flask_app, lines(GOOD, BAD, {**GOOD, "draft": " "}))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [[one["code"] for one in answer["invariants"]] for answer in answers] == [
        [], ["slot_mismatch", "fabricated_link"], ["empty_draft"],
    ]  # fmt: skip
    assert set(answers[2]["invariants"][0]) == {"code", "message"}
    assert result.exit_code == 5


def test_nothing_broken_is_well(flask_app: Flask) -> None:
    result = check(flask_app, lines(GOOD, GOOD))
    assert (result.exit_code, result.stdout) == (0, '{"invariants": []}\n' * 2)


@pytest.mark.parametrize("arguments", [(), ("-",), ("--json",), ("-", "--json")])
def test_standard_input_and_json_are_taken(flask_app: Flask, arguments: tuple[str, ...]) -> None:
    assert check(flask_app, lines(GOOD), *arguments).exit_code == 0


def test_a_file_is_read(flask_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "a file.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + lines(GOOD).encode() + b"\n\n" + lines(BAD).encode())
    result = check(flask_app, "", str(file))
    assert (result.exit_code, len(result.stdout.splitlines())) == (5, 2)


def test_absent_facts_may_be_null_or_left_out(flask_app: Flask) -> None:
    held: list[dict[str, Any]] = [
        {"inbound": None, "draft": None, "offeredSlots": None},
        {"inbound": "x", "draft": "ok"},
    ]
    result = check(flask_app, lines(*held))
    assert [len(json.loads(line)["invariants"]) for line in result.stdout.splitlines()] == [1, 0]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"{", " is not JSON in UTF-8: each line has to be one whole JSON object."),
        (b'{"inbound": "x", "draft": "\xff"}', " is not JSON in UTF-8: each line has to be one"),
        (b"[]", " is JSON, but not an object."),
        (b'{"inbound": "x"}', ": draft is missing; write null where there is none."),
        (b'{"inbound": "x", "draft": 3}', ": draft has to be text or null."),
        (
            b'{"inbound": "x", "draft": "y", "offeredSlots": "2pm"}',
            ": offeredSlots has to be a list of texts",
        ),
        (b'{"inbound": "x", "draft": "y", "offeredSlots": [3]}', ": offeredSlots.0 has to be text."),
    ],
)
def test_a_bad_line_is_named(flask_app: Flask, bad: bytes, said: str) -> None:
    result = check(flask_app, lines(BAD).encode() + b"\n" + bad)
    assert result.exit_code == 2
    assert f"Line 3{said}" in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_a_file_that_is_not_there_is_a_usage_error(flask_app: Flask, tmp_path: Path) -> None:
    result = check(flask_app, "", str(tmp_path / "none"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot be read" in result.stderr
