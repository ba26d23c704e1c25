"""What isolates a preview deployment (design §9, second row of the table)."""

from collections.abc import Iterator

from lib.environment.addresses import dev_server, same_origin
from lib.environment.catalogue import Code, problem
from lib.environment.decision import Problem
from lib.environment.facts import Facts
from lib.environment.fingerprints import productions_own
from lib.environment.inngest_env import is_printable, names_production
from lib.environment.inngest_key import KeyOwner, owner_of


def preview_env(facts: Facts) -> str | None:
    """The Inngest environment of a preview: INNGEST_ENV, else the branch.

    A custom environment's own key names its environment itself: there the branch is no name (D9: an
    environment that inherits a branch's name is taken for a branch environment).
    """
    if facts.inngest_env is not None:
        return facts.inngest_env
    if facts.signing_key is not None and owner_of(facts.signing_key) is KeyOwner.TEST:
        return None
    return facts.branch


def preview_problems(facts: Facts) -> Iterator[Problem]:
    """Whatever would bind a preview to production."""
    source = "INNGEST_ENV" if facts.inngest_env is not None else "The branch's name"
    named = facts.inngest_env or facts.branch
    if named is not None and names_production(named):
        yield problem(Code.PRODUCTION_ENV_IN_PREVIEW, source)
    name = preview_env(facts)
    if name is not None and not is_printable(name):
        yield problem(Code.ENV_UNPRINTABLE, source)
    if not facts.prefixes_lifted:
        for variable, key in facts.signing_keys:
            if owner_of(key) is KeyOwner.PRODUCTION:
                yield problem(Code.PRODUCTION_KEY_IN_PREVIEW, variable)
    for held in productions_own(facts):
        yield problem(Code.PRODUCTION_VALUE_IN_PREVIEW, held.variable)
    production = facts.production_origin
    if production is not None and any(same_origin(origin, production) for origin in facts.origins):
        yield problem(Code.SERVE_ORIGIN_IS_PRODUCTION)
    if dev_server(facts.inngest_dev) is not None:
        yield problem(Code.INNGEST_DEV_IN_PREVIEW)
