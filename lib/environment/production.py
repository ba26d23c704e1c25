"""What isolates a production deployment (design §9, first row of the table)."""

from collections.abc import Iterator
from typing import Final

from lib.environment.addresses import dev_server, host_of
from lib.environment.catalogue import Code, problem
from lib.environment.decision import Problem
from lib.environment.facts import Facts
from lib.environment.inngest_env import names_production
from lib.environment.inngest_key import KeyOwner, owner_of

INNGEST_HOSTS: Final = frozenset({"api.inngest.com", "inn.gs"})
CRON_SECRET_LENGTH: Final = 16
FOREIGN: Final = frozenset({KeyOwner.BRANCH, KeyOwner.TEST})


def production_problems(facts: Facts) -> Iterator[Problem]:
    """Whatever would bind production to something that is not."""
    if facts.inngest_env is not None and not names_production(facts.inngest_env):
        yield problem(Code.ENV_NOT_PRODUCTION)
    if not facts.prefixes_lifted:
        for name, key in facts.signing_keys:
            if owner_of(key) in FOREIGN:
                yield problem(Code.KEY_NOT_PRODUCTION, name)
        if any(host_of(url) not in INNGEST_HOSTS for url in facts.base_urls):
            yield problem(Code.BASE_URL_ELSEWHERE)
    if dev_server(facts.inngest_dev) is not None:
        yield problem(Code.INNGEST_DEV_IN_PRODUCTION)
    if facts.embedded_database or facts.database_url is None:
        yield problem(Code.EMBEDDED_DATABASE)
    if facts.cron_secret_length == 0:
        yield problem(Code.CRON_SECRET_MISSING)
    elif facts.cron_secret_length < CRON_SECRET_LENGTH:
        yield problem(Code.CRON_SECRET_SHORT)
