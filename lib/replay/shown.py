"""How much of what people wrote an artifact shows."""

from dataclasses import dataclass

from lib.memory.redaction import redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is let through."""

    bodies: bool
    """Whether mail and drafts are shown as they are."""

    def body(self, text: str | None) -> str | None:
        """A mail or a draft: whole, or its length."""
        if text is None or self.bodies:
            return text
        return f"[redacted: {len(text)} characters]"

    def remark(self, text: str) -> str:
        """What we say about one, which may quote a word of it: without addresses and numbers to call."""
        return text if self.bodies else redacted(text)
