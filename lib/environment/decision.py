"""What the environment guard decided, and from what."""

from dataclasses import dataclass
from enum import StrEnum


class DeploymentKind(StrEnum):
    """What a deployment is; the database's stamp holds the same words."""

    PRODUCTION = "production"
    PREVIEW = "preview"
    DEVELOPMENT = "development"


class ProblemClass(StrEnum):
    """What a problem does (design §9)."""

    ISOLATION = "isolation"
    """Refuses the whole app."""
    CONFIGURATION = "configuration"
    """Refuses the whole app."""
    USABILITY = "usability"
    """Fails `flask env check`; at run time the work is done inline, degraded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong; names variables, never their values."""

    code: str
    """Stable reason code, for instance `production_key_in_preview`."""
    problem_class: ProblemClass
    summary: str
    """What is wrong."""
    cure: str
    """What to do."""

    def as_json(self) -> dict[str, str]:
        """Its public shape."""
        return {
            "code": self.code,
            "class": self.problem_class,
            "summary": self.summary,
            "cure": self.cure,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardDecision:
    """The guard's verdict for one deployment."""

    kind: DeploymentKind | None
    """None when it cannot be told, which is itself a problem."""
    inngest_env: str | None
    """The resolved Inngest environment name; None without one."""
    inngest_usable: bool
    """Whether events may be sent; False means inline work."""
    problems: tuple[Problem, ...]
    hindrances: tuple[Problem, ...] = ()
    """What keeps Inngest from being used, whether or not anything here wants to use it."""
    serve_origin: str | None = None
    """The one origin that may be registered with Inngest; None where none is configured."""

    @property
    def refusing(self) -> tuple[Problem, ...]:
        """The problems that refuse the whole app; the others only keep Inngest from being used."""
        return tuple(p for p in self.problems if p.problem_class is not ProblemClass.USABILITY)

    @property
    def refused(self) -> bool:
        """Whether the whole app is refused."""
        return bool(self.refusing)
