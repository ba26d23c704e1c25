"""Which kind of deployment this is (design §9); what cannot be told is a problem, never a guess."""

from dataclasses import dataclass

from lib.environment.catalogue import Code, problem
from lib.environment.decision import DeploymentKind, Problem
from lib.environment.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedKind:
    """The kind, and what speaks against it."""

    kind: DeploymentKind | None
    """None when it cannot be told."""
    problems: tuple[Problem, ...] = ()


def resolve_kind(facts: Facts) -> ResolvedKind:
    """On Vercel VERCEL_ENV decides; elsewhere DEPLOYMENT, which a known host needs; else development."""
    if facts.on_vercel:
        return _on_vercel(facts)
    if facts.deployment is not None:
        kind = _built_in(facts.deployment)
        return ResolvedKind(kind=kind, problems=() if kind else (problem(Code.DEPLOYMENT_UNKNOWN),))
    if facts.host is not None:
        return ResolvedKind(kind=None, problems=(problem(Code.DEPLOYMENT_MISSING, facts.host),))
    return ResolvedKind(kind=DeploymentKind.DEVELOPMENT)


def _on_vercel(facts: Facts) -> ResolvedKind:
    if facts.vercel_env is None:
        return ResolvedKind(kind=None, problems=(problem(Code.VERCEL_ENV_MISSING),))
    kind = _built_in(facts.vercel_env)
    if kind is None:
        return ResolvedKind(kind=None, problems=(problem(Code.VERCEL_ENV_UNKNOWN),))
    problems = []
    if (target := _built_in(facts.vercel_target_env)) is not None and target is not kind:
        problems.append(problem(Code.VERCEL_TARGET_ENV_CONTRADICTS))
    if facts.deployment is not None and _built_in(facts.deployment) is not kind:
        problems.append(problem(Code.DEPLOYMENT_CONTRADICTS_VERCEL))
    return ResolvedKind(kind=kind, problems=tuple(problems))


def _built_in(name: str | None) -> DeploymentKind | None:
    try:
        return DeploymentKind((name or "").casefold())
    except ValueError:
        return None
