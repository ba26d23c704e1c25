"""What isolates a development deployment (design §9, third row of the table)."""

from collections.abc import Iterator

from lib.environment.addresses import dev_server, is_local
from lib.environment.catalogue import Code, problem
from lib.environment.decision import Problem
from lib.environment.facts import Facts
from lib.environment.fingerprints import productions_own
from lib.environment.inngest_env import is_printable, names_production
from lib.environment.inngest_key import KeyOwner, owner_of


def development_problems(facts: Facts) -> Iterator[Problem]:
    """Whatever would bind a developer's machine to production, or to anybody else's."""
    if facts.inngest_env is not None:
        if names_production(facts.inngest_env):
            yield problem(Code.PRODUCTION_ENV_IN_DEVELOPMENT)
        if not is_printable(facts.inngest_env):
            yield problem(Code.ENV_UNPRINTABLE, "INNGEST_ENV")
    if not facts.prefixes_lifted:
        for variable, key in facts.signing_keys:
            if owner_of(key) is KeyOwner.PRODUCTION:
                yield problem(Code.PRODUCTION_KEY_IN_DEVELOPMENT, variable)
    for held in productions_own(facts):
        if held.is_key:
            yield problem(Code.PRODUCTION_VALUE_IN_DEVELOPMENT, held.variable)
    server = dev_server(facts.inngest_dev)
    if server is not None and not is_local(server):
        yield problem(Code.INNGEST_DEV_NOT_LOCAL)
