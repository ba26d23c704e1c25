"""The environment guard: from the environment's facts to a verdict (design §9). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.environment.decision import DeploymentKind, GuardDecision, Problem, ProblemClass
from lib.settings import Settings, read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The settings, where they could be read, and the verdict."""

    settings: Settings | None
    decision: GuardDecision


def examine(environ: Mapping[str, str]) -> Examined:
    """Read the settings from `environ` and judge them together with the deployment's facts."""
    settings, problems = read_settings(environ)
    return Examined(
        settings=settings,
        decision=GuardDecision(
            kind=DeploymentKind.DEVELOPMENT,
            inngest_env=None,
            inngest_usable=False,
            problems=tuple(
                Problem(
                    code="setting_invalid",
                    problem_class=ProblemClass.CONFIGURATION,
                    summary=f"{p.name} {p.problem}",
                    cure="Correct it; .env.example explains each variable.",
                )
                for p in problems
            ),
        ),
    )
