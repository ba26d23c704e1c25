"""What a model is told about a conversation: one JSON document, with what strangers wrote kept apart.

A mail is a string inside that document. It can hold no quotation mark or line of its own that would end the
string, no angle bracket, with which models' own markers are written, and no character that a reader of the
mail could not have seen.
"""

import json
import unicodedata
from typing import Any, Final

from lib.drafts.conversation import Conversation, ConversationMessage, Direction

THREAD_LIMIT: Final = 24_000
"""Characters of the thread; the latest messages count first."""
ASKED_LIMIT: Final = 12_000
"""Characters of what is to be answered."""
LINE_LIMIT: Final = 300
"""Characters of a subject or a name."""
_UNSEEN: Final = frozenset({"Cf", "Co", "Cn"})
"""Categories of characters in which a text can be hidden from people."""
_ESCAPED: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def conversation_data(conversation: Conversation) -> dict[str, Any]:
    """The team's facts, what is remembered, and what strangers wrote; nothing later than the trigger."""
    lead, team = conversation.lead, conversation.workspace
    return {
        "facts": {
            "offeredSlots": [
                {"index": index, "phrase": phrase} for index, phrase in enumerate(conversation.offered_slots)
            ],
            "bookingLink": team.booking_link,
            "leadSchedulerLink": lead.scheduler_link,
            "serviceDescription": team.service_description,
            "teamTimezone": team.timezone,
            "channel": conversation.channel,
        },
        "notes": [
            {"scope": note.scope, "category": note.category, "content": note.content}
            for note in conversation.memory
        ],
        "untrusted": {
            "leadName": lead.name[:LINE_LIMIT] if lead.name else None,
            "leadTimezone": lead.timezone,
            "thread": _thread(conversation),
            "toAnswer": conversation.asked[-ASKED_LIMIT:],
        },
    }


def as_text(data: dict[str, Any]) -> str:
    """`data` as the one document that a model is given."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    text = "".join(character for character in text if unicodedata.category(character) not in _UNSEEN)
    for character, escaped in _ESCAPED.items():
        text = text.replace(character, escaped)
    return text


def _thread(conversation: Conversation) -> list[dict[str, Any]]:
    """The messages up to the trigger, oldest first, the latest that fit."""
    shown: list[dict[str, Any]] = []
    room = THREAD_LIMIT
    for message in reversed(_until_trigger(conversation)):
        if room <= 0:
            break
        body = message.body[:room]
        room -= len(body)
        shown.append(
            {
                "from": "lead" if message.direction is Direction.INBOUND else "team",
                "sentAt": message.sent_at.isoformat(timespec="minutes"),
                "subject": message.subject[:LINE_LIMIT] if message.subject else None,
                "body": body,
            }
        )
    return shown[::-1]


def _until_trigger(conversation: Conversation) -> list[ConversationMessage]:
    trigger = conversation.trigger
    return [
        message
        for message in conversation.messages
        if message.id == trigger.id or message.sent_at <= trigger.sent_at
    ]
