"""Inngest keys as the guard sees them: whose they are and whether they can work. Never their values."""

import re
from enum import StrEnum
from typing import Final

SOUND_SIGNING_KEY: Final = re.compile(r"signkey-[a-z]+-(?:[0-9a-fA-F]{2})+")
SOUND_SELF_HOSTED_KEY: Final = re.compile(r"(?:signkey-\w+-)?(?:[0-9a-fA-F]{2})+")
SOUND_EVENT_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


class KeyOwner(StrEnum):
    """Whose signing key it is, by its prefix."""

    PRODUCTION = "prod"
    BRANCH = "branch"
    """The key that all branch environments share; needs an environment name."""
    TEST = "test"
    """A custom environment's own key."""
    UNKNOWN = "unknown"


def owner_of(signing_key: str) -> KeyOwner:
    """Whose `signing_key` is; its prefix counts wherever it stands, quotes and dirt around it or not."""
    text = signing_key.casefold()
    for owner in (KeyOwner.PRODUCTION, KeyOwner.BRANCH, KeyOwner.TEST):
        if f"signkey-{owner}-" in text:
            return owner
    return KeyOwner.UNKNOWN


def is_sound_signing_key(key: str, *, self_hosted: bool) -> bool:
    """Whether the SDK can sign with `key`: a known prefix (one's own server needs none) and hex digits."""
    if self_hosted:
        return SOUND_SELF_HOSTED_KEY.fullmatch(key) is not None
    return SOUND_SIGNING_KEY.fullmatch(key) is not None and owner_of(key) is not KeyOwner.UNKNOWN


def is_sound_event_key(key: str) -> bool:
    """Whether `key` can stand in the event address."""
    return SOUND_EVENT_KEY.fullmatch(key) is not None
