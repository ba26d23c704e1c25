"""The soak's own kinds of job: one effect in the outside world, under the job's id."""

import time
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from bench.soak.world import World
from lib.jobs.kind import JobKind, RunningJob, job_kind
from lib.services import Services


class EffectPayload(BaseModel):
    """How long it takes, and how often it raises after its effect."""

    model_config = ConfigDict(extra="forbid")

    sleep_ms: int = Field(0, ge=0, le=1_000)
    fails: int = Field(0, ge=0, le=3)


class Raised(Exception):
    """The effect has happened, and the job did not hear of it."""


def effect_kinds(world: World) -> tuple[JobKind[EffectPayload], JobKind[EffectPayload]]:
    """The quick kind and the slow one: apart, because a drain paces each kind by how long it took."""
    handler = partial(_effect, world)
    return (
        job_kind("soak.effect", payload=EffectPayload)(handler),
        job_kind("soak.slow_effect", payload=EffectPayload)(handler),
    )


def _effect(world: World, payload: EffectPayload, job: RunningJob, _services: Services) -> None:
    """Take a while, then have the effect; again where it happened before, which its key makes harmless."""
    time.sleep(payload.sleep_ms / 1000)
    world.tell("SELECT audit.effect(%s)", job.id)
    if job.attempt < payload.fails:
        raise Raised
