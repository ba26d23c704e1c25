"""The facts of an auto-send, from the conversation and what the gate said of the draft."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.drafts.auto_send import AutoSendFacts
from lib.drafts.classification import is_automated, is_opt_out
from lib.drafts.conversation import Conversation
from lib.drafts.drafting import reply_of
from lib.drafts.gate import GATE_FAILED
from lib.drafts.invariants.check import broken_invariants
from lib.inbox.workspace_settings import AutoSendPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A draft that may go out by itself."""

    conversation: Conversation
    text: str
    """What would be sent."""
    judgement: dict[str, Any]
    """`drafts.decision`: what the gate said when the draft was stored."""
    new_tag: str | None = None
    """The tag that the lead is about to get; None when it keeps its own."""

    def facts(
        self, policy: AutoSendPolicy, *, kill_switch: bool, message_at: datetime, elsewhere: bool
    ) -> AutoSendFacts:
        """What speaks for and against it; the invariants are asked anew, of this very text."""
        said = self.conversation
        trigger = said.trigger
        return AutoSendFacts(
            kill_switch=kill_switch,
            policy=policy,
            channel=said.channel,
            lead_status=said.lead.status,
            tags=(said.lead.tag,) if self.new_tag is None else (said.lead.tag, self.new_tag),
            opted_out=is_opt_out(said.asked),
            automated=is_automated(trigger.subject, trigger.body, trigger.automation),
            elsewhere=elsewhere,
            broken=tuple(one.code for one in broken_invariants(reply_of(said, self.text))),
            gate_failed=self._gate_failed(),
            confidence=self._confidence(),
            message_at=message_at,
        )

    def _gate_failed(self) -> bool:
        issues = self.judgement.get("issues")
        return not isinstance(issues, list) or any(str(issue).startswith(GATE_FAILED) for issue in issues)

    def _confidence(self) -> float:
        """0 where the gate's word cannot be read."""
        found = self.judgement.get("confidence")
        if isinstance(found, bool) or not isinstance(found, int | float):
            return 0.0
        return float(found) if 0 <= found <= 1 else 0.0
