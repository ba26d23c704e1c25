"""What an instance says of itself when it starts (design §9; L20: the effective mode is told)."""

import structlog

from lib.composition import Composition
from lib.environment.decision import DeploymentKind
from lib.log.events import LogEvent


def announce(composition: Composition) -> None:
    """Log the verdict, and each variable that looks like ours and is none.

    In development an instance without problems says nothing: every command there is one.
    """
    log = structlog.get_logger()
    decision = composition.decision
    for name in composition.unknown_settings:
        log.warning(LogEvent.SETTING_UNKNOWN, name=name)
    codes = [problem.code for problem in decision.problems]
    if decision.refused:
        log.error(LogEvent.APP_REFUSED, kind=decision.kind, problems=codes)
    elif codes or decision.kind is not DeploymentKind.DEVELOPMENT:
        level = log.warning if codes else log.info
        level(
            LogEvent.APP_STARTED,
            kind=decision.kind,
            inngest_env=decision.inngest_env,
            inngest_usable=decision.inngest_usable,
            use_inngest=composition.settings is not None and composition.settings.background_jobs_use_inngest,
            composer="llm" if composition.services and composition.services.llm else "template",
            problems=codes,
        )
