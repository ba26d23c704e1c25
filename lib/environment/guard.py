"""The environment guard: from the environment's facts to a verdict (design §9). Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lib.environment.catalogue import Code, problem
from lib.environment.decision import DeploymentKind, GuardDecision, Problem
from lib.environment.development import development_problems
from lib.environment.facts import Facts, read_facts
from lib.environment.inngest_env import PRODUCTION, is_printable
from lib.environment.kind import resolve_kind
from lib.environment.preview import preview_env, preview_problems
from lib.environment.production import production_problems
from lib.environment.serve_origin import serve_origin
from lib.environment.usability import goes_to_dev_server, key_problems
from lib.llm.installed import llm_is_installed
from lib.setting_problems import SettingProblem
from lib.settings import Settings, read_settings

ROWS: Final[Mapping[DeploymentKind, Callable[[Facts], Iterator[Problem]]]] = {
    DeploymentKind.PRODUCTION: production_problems,
    DeploymentKind.PREVIEW: preview_problems,
    DeploymentKind.DEVELOPMENT: development_problems,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The settings, where they could be read, the facts beside them, and the verdict."""

    settings: Settings | None
    facts: Facts
    decision: GuardDecision


def examine(
    environ: Mapping[str, str],
    *,
    known: tuple[Problem, ...] = (),
    llm_installed: Callable[[], bool] = llm_is_installed,
) -> Examined:
    """Read the settings from `environ` and judge them together with the deployment's facts.

    `known` are problems found before, which join the verdict.
    """
    settings, setting_problems = read_settings(environ)
    found = (*known, *(_from_setting(p) for p in setting_problems))
    if settings is not None and settings.llm_configured and not llm_installed():
        found = (*found, problem(Code.LLM_NOT_INSTALLED))
    facts = read_facts(environ)
    return Examined(settings=settings, facts=facts, decision=judge(facts, known=found))


def judge(facts: Facts, *, known: tuple[Problem, ...] = ()) -> GuardDecision:
    """The verdict on `facts`, with the problems `known` already; every problem is reported, not the first."""
    resolved = resolve_kind(facts)
    if resolved.kind is None:
        return GuardDecision(
            kind=None,
            inngest_env=None,
            inngest_usable=False,
            problems=(*resolved.problems, *_of_self_hosting(facts, None), *known),
        )
    env = _inngest_env(facts, resolved.kind)
    refusing = (
        *resolved.problems,
        *ROWS[resolved.kind](facts),
        *_of_self_hosting(facts, resolved.kind),
        *known,
    )
    by_dev_server = goes_to_dev_server(facts, resolved.kind)
    limits = () if by_dev_server else tuple(key_problems(facts, env))
    return GuardDecision(
        kind=resolved.kind,
        inngest_env=env if env is None or is_printable(env) else None,
        inngest_usable=not refusing and not limits,
        problems=(*refusing, *(p for p in limits if _counts(p, facts))),
        hindrances=limits,
        serve_origin=serve_origin(facts, resolved.kind),
    )


def _counts(limit: Problem, facts: Facts) -> bool:
    """Whether `limit` is a problem: keys that are missing or malformed only while the flag is on."""
    return facts.use_inngest or limit.code == Code.BRANCH_KEY_WITHOUT_ENV


def _inngest_env(facts: Facts, kind: DeploymentKind) -> str | None:
    if kind is DeploymentKind.PRODUCTION:
        return PRODUCTION
    return preview_env(facts) if kind is DeploymentKind.PREVIEW else facts.inngest_env


def _of_self_hosting(facts: Facts, kind: DeploymentKind | None) -> Iterator[Problem]:
    """The two conditions of Inngest on a server of one's own (design §9, last but one point)."""
    if facts.self_hosted and facts.base_url is None:
        yield problem(Code.SELF_HOSTED_WITHOUT_BASE_URL)
    outside = kind is not None and kind is not DeploymentKind.PRODUCTION
    if outside and facts.prefixes_lifted and not facts.production_fingerprints:
        yield problem(Code.FINGERPRINTS_MISSING)


def _from_setting(found: SettingProblem) -> Problem:
    return problem(Code(found.code), f"{found.name} {found.problem}")
