"""Whether Inngest can be used here; if not, work is done inline (design §9, usability problems)."""

from collections.abc import Iterator

from lib.environment.addresses import dev_server
from lib.environment.catalogue import Code, problem
from lib.environment.decision import DeploymentKind, Problem
from lib.environment.facts import Facts
from lib.environment.inngest_key import KeyOwner, is_sound_event_key, is_sound_signing_key, owner_of


def goes_to_dev_server(facts: Facts, kind: DeploymentKind) -> bool:
    """Whether events and API calls go to the dev server, which needs no keys."""
    return kind is DeploymentKind.DEVELOPMENT and dev_server(facts.inngest_dev) is not None


def key_problems(facts: Facts, env: str | None) -> Iterator[Problem]:
    """What keeps the keys from working in the environment named `env`, whatever the flag says."""
    if facts.signing_key is None:
        yield problem(Code.SIGNING_KEY_MISSING)
    for variable, key in facts.signing_keys:
        if not is_sound_signing_key(key, self_hosted=facts.prefixes_lifted):
            yield problem(Code.SIGNING_KEY_MALFORMED, variable)
    if facts.event_key is None:
        yield problem(Code.EVENT_KEY_MISSING)
    elif not is_sound_event_key(facts.event_key):
        yield problem(Code.EVENT_KEY_MALFORMED)
    if env is None and not facts.prefixes_lifted and _is_branch_key(facts.signing_key):
        yield problem(Code.BRANCH_KEY_WITHOUT_ENV)


def _is_branch_key(key: str | None) -> bool:
    return key is not None and owner_of(key) is KeyOwner.BRANCH
