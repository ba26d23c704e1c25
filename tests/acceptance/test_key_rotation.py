"""Signing keys change while runs are under way: none is lost, and a key that is gone opens nothing."""

from collections.abc import Callable

from lib.work.responsibilities import PROCESS
from tests.conftest import Database
from tests.durable import SIGNING_KEY, World

MakeWorld = Callable[..., World]
NEW = "signkey-prod-" + "fedcba9876543210" * 4


def begin(world: World, database: Database) -> None:
    """A run of three drains, of which the first has been done under the key of now."""
    database.run(
        "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, 13)"
    )
    world.engine.send([world.event(PROCESS)])
    world.engine.deliver_next()


def sign_with(world: World, key: str) -> None:
    """Have the engine sign what it asks, and check what it is answered, with another key from now on."""
    world.engine._deliveries.transport.key = key  # noqa: SLF001 - rotation is no part of what it plays


def all_done(world: World, database: Database) -> None:
    assert database.rows("SELECT status, attempt, count(*) FROM jobs GROUP BY 1, 2") == [("succeeded", 1, 13)]
    assert world.rows("status, (summary ->> 'succeeded')::int") == [("succeeded", 13)]


class TestRotation:
    def test_a_run_goes_on_under_the_new_key(self, make_world: MakeWorld, database: Database) -> None:
        """The app holds both before Inngest changes over: the new one as its fallback."""
        world = make_world(BACKGROUND_JOB_CRON_LIMIT="5", INNGEST_SIGNING_KEY_FALLBACK=NEW)
        begin(world, database)
        sign_with(world, NEW)
        world.engine.run_until_idle()
        all_done(world, database)

    def test_and_across_the_deploy_that_swaps_them(self, make_world: MakeWorld, database: Database) -> None:
        old = make_world(BACKGROUND_JOB_CRON_LIMIT="5", INNGEST_SIGNING_KEY_FALLBACK=NEW)
        new = make_world_of(
            make_world, old, INNGEST_SIGNING_KEY=NEW, INNGEST_SIGNING_KEY_FALLBACK=SIGNING_KEY
        )
        begin(old, database)
        old.engine.deploy(new.app.test_client)
        old.engine.deliver_next()
        sign_with(old, NEW)
        old.engine.run_until_idle()
        all_done(old, database)

    def test_a_key_that_arrives_late_loses_nothing(self, make_world: MakeWorld, database: Database) -> None:
        """Inngest was first: the calls are refused, to be tried again, until the deploy with the key."""
        old = make_world(BACKGROUND_JOB_CRON_LIMIT="5")
        new = make_world_of(make_world, old, INNGEST_SIGNING_KEY_FALLBACK=NEW)
        begin(old, database)
        sign_with(old, NEW)
        refused = old.engine.deliver_next()
        assert refused is not None
        assert refused.answer is not None
        assert (refused.answer.status, "x-inngest-no-retry" in refused.answer.headers) == (401, False)
        old.engine.deploy(new.app.test_client)
        old.engine.run_until_idle()
        all_done(old, database)


def make_world_of(make_world: MakeWorld, old: World, **settings: str) -> World:
    """Another version of the app, by the same clock."""
    return make_world(clock=old.clock, BACKGROUND_JOB_CRON_LIMIT="5", **settings)
