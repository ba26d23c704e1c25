"""One rehearsal, from empty stores to the report."""

import time
from collections.abc import Mapping
from pathlib import Path

from dev.cutover.acts import perform
from dev.cutover.narrator import Narrator
from dev.cutover.play import Play, RehearsalFailed
from dev.cutover.report import Report
from dev.cutover.verification import slowest, verify
from dev.cutover.world import Stores, migrate, opened_world


def rehearse(
    stores: Stores, narrator: Narrator, *, outbox: Path, settings: Mapping[str, str] | None = None
) -> Report:
    """Play all acts on `stores`, then verify; mail goes to the Maildir `outbox`.

    `settings` come over the usual ones. What fails is in the report: the verification comes in any case.
    """
    began = time.monotonic()
    migrate(stores)
    with opened_world(stores, outbox=outbox, settings=settings) as world:
        play = Play(world=world, narrator=narrator)
        wrong: list[str] = []
        try:
            perform(play)
        except RehearsalFailed as failed:
            wrong.append(str(failed))
        narrator.act("Verification, by books that the app cannot see")
        wrong += verify(world.books, world.outbox)
        ticks = world.books.ticks()
        longest = slowest(ticks)
        return Report(
            windows=play.windows_played,
            seconds=time.monotonic() - began,
            jobs=len(world.books.jobs()),
            mails=len(world.books.mails()),
            ticks=len(ticks),
            figures=play.figures,
            slowest_seconds=None if longest is None else round(longest.total_seconds(), 1),
            wrong=tuple(wrong),
        )
