"""Ids shaped like the engine's own."""

import base64
import random
import uuid
from typing import Final

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
ULID_LENGTH: Final = 26
ENTROPY_BITS: Final = 80
FUNCTIONS: Final = uuid.UUID("6a2f41a3-c54c-5ee8-8d3b-6c2f0f8e6a10")


def ulid(milliseconds: int, entropy: int) -> str:
    """The ULID of a time (milliseconds since the epoch) and 80 bits of entropy."""
    number = (milliseconds << ENTROPY_BITS) | (entropy & ((1 << ENTROPY_BITS) - 1))
    digits = [CROCKFORD[(number >> (5 * place)) & 31] for place in range(ULID_LENGTH)]
    return "".join(reversed(digits))


def job_id(chance: random.Random) -> str:
    """The id of a queue item; the same for every attempt at it."""
    number, digits = chance.getrandbits(62) | (1 << 61), ""
    while number:
        number, digit = divmod(number, 36)
        digits = BASE36[digit] + digits
    return digits


def queue_item_id(job: str) -> str:
    """The `qi_id` of a queue item: its job id and partition, in base 64."""
    return base64.b64encode(f"{job}::default".encode()).decode()


def function_uuid(function_id: str) -> str:
    """The engine's own id of a function."""
    return str(uuid.uuid5(FUNCTIONS, function_id))


def seeded_ulid(seed: str, index: int) -> str:
    """The id of event `index` of a request with a seed (`{milliseconds},{base 64}`): the same each time."""
    milliseconds, _, entropy = seed.partition(",")
    return ulid(int(milliseconds), int.from_bytes(base64.b64decode(entropy)) + index)
