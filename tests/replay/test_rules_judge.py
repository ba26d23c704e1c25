"""Tests of lib/replay/rules_judge.py: what rules can see of a reply."""

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.conversation import Conversation, Direction
from lib.drafts.drafting import reply_of
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.template_composer import TemplateComposer
from lib.replay.judge import THRESHOLDS, Bar, Judgement, JudgeProfile, Subject
from lib.replay.rules_judge import RulesJudge
from tests.drafts.conftest import SLOTS, conversation

DEADLINE = Deadline.after_ms(SystemClock(), 60_000)
OFFERED = ((Direction.OUTBOUND, f"We can do {SLOTS[0]} or {SLOTS[1]}."),)
PRICED = "We rent trailers. A week costs $450."

ACCEPTS = conversation(f"{SLOTS[0]} works for me.", before=OFFERED, slots=SLOTS)
ASKS_TIMES = conversation("Can we have a call? When are you free?")
ASKS_PRICE = conversation("What does it cost per week?", service_description=PRICED)
DECLINES = conversation("Thanks, but we are not interested.")
GERMAN = conversation("Guten Tag, wann können wir bitte einen Termin für ein Telefonat haben? Danke")
TELLS = conversation("We run a bakery and move house in March.")


def judged(said: Conversation, draft: str, profile: JudgeProfile = JudgeProfile.BALANCED) -> Judgement:
    subject = Subject(conversation=said, draft=draft, invariants=broken_invariants(reply_of(said, draft)))
    return RulesJudge().judge(subject, Bar(profile=profile, threshold=THRESHOLDS[profile]), deadline=DEADLINE)


@pytest.mark.parametrize(
    "said",
    [ACCEPTS, ASKS_TIMES, ASKS_PRICE, DECLINES, GERMAN, TELLS],
    ids=["accepts", "asks for times", "asks the price", "declines", "in German", "tells"],
)
def test_what_the_template_composer_writes_passes_even_strictly(said: Conversation) -> None:
    draft = TemplateComposer().compose(said, deadline=DEADLINE).text
    verdict = judged(said, draft, JudgeProfile.STRICT)
    assert (verdict.passed, verdict.failure_reasons) == (True, ())


@pytest.mark.parametrize(
    ("said", "draft", "reason"),
    [
        (ACCEPTS, "Hello Ada, thank you for your message. We will come back to you.", "answer_low"),
        (ACCEPTS, "Hi Ada, Friday, March 6 at 4:00 PM works for us.", "slot_mismatch"),
        (ASKS_TIMES, "Hi Ada,\n\nThank you, we are a bakery of renown and glad you wrote.", "answer_low"),
        (ASKS_TIMES, "Hi Ada, let us talk on March 9 at 3pm. Does that suit you?", "ungrounded_fact"),
        (ASKS_PRICE, "Hi Ada, thank you for your question. We will come back to you.", "pricing_unanswered"),
        (ASKS_PRICE, "Hi Ada, on the price: a week costs $300, all included.", "ungrounded_fact"),
        (ASKS_PRICE, "Hi Ada, a week costs $450, and 10% less for regulars.", "ungrounded_fact"),
        (DECLINES, "Hi Ada, our platform doubles your revenue! https://calendly.com/x", "fabricated_link"),
        (DECLINES, "Hi Ada, are you sure? Our platform saves everybody a lot of money.", "answer_low"),
        (GERMAN, "Hello, which days and times would suit you? We are glad to talk to you.", "language_low"),
        (TELLS, "Hi {name}, thank you for your message, we come back to you.", "unsendable"),
        (TELLS, "Thanks.", "unsendable"),
        (TELLS, "Hi Ada, thanks. Read on at https://example.org/whatever", "ungrounded_fact"),
        (TELLS, "", "empty_draft"),
    ],
    ids=[
        "does not take the slot", "takes another", "no word on times", "a time of its own",
        "no word on the price", "a price of its own", "a discount of its own", "sells with a link", "pushes",
        "another language", "a placeholder", "too short", "an address of its own", "nothing",
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(said: Conversation, draft: str, reason: str) -> None:
    verdict = judged(said, draft)
    assert reason in [one.split(":")[0] for one in verdict.failure_reasons]


@pytest.mark.parametrize(
    ("said", "draft"),
    [
        (ASKS_PRICE, "Hi Ada, on the price: a week costs $300, all included."),
        (ASKS_PRICE, "Hi Ada, thank you for your question. We will come back to you."),
        (TELLS, "Thanks."),
        (ACCEPTS, "No."),
        (DECLINES, "No."),
    ],
    ids=["a wrong price", "no price", "too short", "no answer to a slot", "no answer to a decline"],
)
def test_what_may_not_ship_does_not_pass(said: Conversation, draft: str) -> None:
    assert not judged(said, draft).passed


@pytest.mark.parametrize(
    ("profile", "passes"),
    [(JudgeProfile.STRICT, False), (JudgeProfile.BALANCED, True), (JudgeProfile.LENIENT, True)],
)
def test_the_profile_hangs_the_bar(profile: JudgeProfile, *, passes: bool) -> None:
    """In the wrong language and shouting, but an answer."""
    draft = "VIELEN DANK FÜR IHRE NACHRICHT, WIR MELDEN UNS BEI IHNEN MIT EINER ANTWORT."
    verdict = judged(TELLS, draft, profile)
    assert (verdict.overall_score, verdict.passed) == (69, passes)


def test_the_same_in_gives_the_same_out() -> None:
    draft = "Hi Ada, thank you for your message."
    assert judged(TELLS, draft) == judged(TELLS, draft)
