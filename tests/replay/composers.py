"""Composers that are broken on purpose, each in its own way."""

import threading
from dataclasses import replace

from lib.clock import Deadline
from lib.drafts.composer import Composer, Composition
from lib.drafts.conversation import Conversation
from lib.drafts.template_composer import TemplateComposer


class Saying:
    """Writes `text` whatever is asked, and keeps what it was given."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.given: list[Conversation] = []

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        self.given.append(conversation)
        return replace(TemplateComposer().compose(conversation, deadline=deadline), text=self.text)


class Raising:
    """Raises `errors` one after the other, then composes well."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        if self._errors:
            raise self._errors.pop(0)
        return TemplateComposer().compose(conversation, deadline=deadline)


class AlwaysRaising:
    """Raises `error`, always."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        del conversation, deadline
        raise self._error


class Hanging:
    """Hangs until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        self.let_go.wait(60)
        return TemplateComposer().compose(conversation, deadline=deadline)


FABRICATES: Composer = Saying("Hi, please book a time here: https://calendly.com/somebody-else/intro")
RAMBLES: Composer = Saying("No.")
