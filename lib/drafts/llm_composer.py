"""The composer that asks a language model: what the mail wants, then a reply (domain §3).

It composes and nothing else. What may be stored and sent is decided by the gate's rules and by the policy,
which no model reaches.
"""

from typing import Final

from lib.clock import Deadline
from lib.drafts.artifact import Stage
from lib.drafts.composer import Composition
from lib.drafts.conversation import Conversation
from lib.drafts.llm_data import as_text, conversation_data
from lib.drafts.llm_shapes import DraftAnswer, ExtractAnswer, as_json
from lib.drafts.prompts import EXTRACT, GENERATION, prompt
from lib.llm.client import LlmClient
from lib.llm.question import Question

STORING_MS: Final = 1_000
"""Kept of the job's time, to store what was composed."""


class LlmComposer:
    """Asks twice: for the extract, then for strategy, reply and memory."""

    def __init__(self, llm: LlmClient) -> None:
        self._llm = llm

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        """The reply to the conversation's trigger. Raises LlmError."""
        until = deadline.earlier_by_ms(STORING_MS)
        data = conversation_data(conversation)
        reading = prompt(EXTRACT)
        understood = self._llm.ask(
            Question(
                key=reading.key,
                instructions=reading.text,
                data=as_text(data),
                shape=ExtractAnswer,
                facts={"slots": len(conversation.offered_slots)},
            ),
            deadline=until,
        )
        writing = prompt(GENERATION)
        written = self._llm.ask(
            Question(
                key=writing.key,
                instructions=writing.text,
                data=as_text({**data, "understood": as_json(understood.value)}),
                shape=DraftAnswer,
            ),
            deadline=until,
        )
        return Composition(
            extract=understood.value.as_extract(),
            strategy=written.value.strategy.as_strategy(),
            text=written.value.draft,
            model=written.use.model,
            proposals=tuple(proposed.as_proposal() for proposed in written.value.memory),
            uses={Stage.MEETING_OVERSEER_EXTRACT: understood.use, Stage.DRAFT_GENERATION: written.use},
        )
