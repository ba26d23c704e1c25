"""Tests of lib/drafts/smtp_answers.py."""

import pytest

from lib.drafts.smtp_answers import Answer, Phase, problem
from lib.errors import SendDeferred, SendRefused


class TestAnswer:
    @pytest.mark.parametrize(
        ("code", "said", "expected"),
        [
            (550, b"5.1.1 <ada@lead.example> unknown", "550 5.1.1"),
            (550, b"5.1.1", "550 5.1.1"),
            (550, b"5.1.1 unknown\n5.1.1 really", "550 5.1.1"),
            (550, b"unknown 5.1.1", "550"),
            (550, b"4.2.2 full", "550"),
            (550, b"5.1.1234 what", "550"),
            (550, b"", "550"),
            (250, b"2.0.0 taken", "250 2.0.0"),
        ],
        ids=["with words", "alone", "of several lines", "later in the text", "of another class", "too long",
             "none", "of a yes"],
    )  # fmt: skip
    def test_shows_its_codes_and_no_word(self, code: int, said: bytes, expected: str) -> None:
        """RFC 2034: an enhanced code stands first and has the class of the reply."""
        assert str(Answer.of(code, said)) == expected


class TestProblem:
    @pytest.mark.parametrize("phase", Phase)
    @pytest.mark.parametrize(
        ("code", "error"), [(421, SendDeferred), (454, SendDeferred), (554, SendRefused)]
    )
    def test_the_first_digit_decides(self, phase: Phase, code: int, error: type[Exception]) -> None:
        assert type(problem(Answer.of(code, b""), phase)) is error

    def test_too_many_recipients_is_for_now(self) -> None:
        """RFC 5321, 4.5.3.1.10."""
        assert isinstance(problem(Answer.of(552, b""), Phase.RECIPIENT), SendDeferred)

    @pytest.mark.parametrize(
        ("phase", "code", "said", "cure"),
        [
            (Phase.LOGIN, 535, b"5.7.8 no", "correct them"),
            (Phase.SENDER, 530, b"5.7.0 must", "asks for a log-in"),
            (Phase.SENDER, 553, b"", "MAIL_FROM"),
            (Phase.SENDER, 552, b"", "too large"),
            (Phase.RECIPIENT, 550, b"5.1.1 unknown", "correct the lead's address"),
            (Phase.RECIPIENT, 550, b"5.4.4 no host", "domain"),
            (Phase.RECIPIENT, 550, b"5.7.1 policy", "policy"),
            (Phase.RECIPIENT, 550, b"5.2.1 disabled", "another address"),
            (Phase.TEXT, 552, b"5.2.2 full", "full"),
            (Phase.TEXT, 552, b"5.3.4 big", "too large"),
            (Phase.TEXT, 552, b"", "too large"),
            (Phase.TEXT, 550, b"5.7.26 unauthenticated", "SPF"),
        ],
    )
    def test_it_says_what_to_do(self, phase: Phase, code: int, said: bytes, cure: str) -> None:
        found = problem(Answer.of(code, said), phase)
        assert isinstance(found, SendRefused)
        assert cure in found.message
