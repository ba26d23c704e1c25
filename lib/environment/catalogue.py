"""Every problem that the guard can report: its code, its class, what is wrong and what to do (design §9).

The codes are stable; docs/environments.md lists them (a test holds the two together).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lib.environment.decision import Problem, ProblemClass


class Code(StrEnum):
    """The stable reason codes."""

    VERCEL_ENV_MISSING = "vercel_env_missing"
    VERCEL_ENV_UNKNOWN = "vercel_env_unknown"
    VERCEL_TARGET_ENV_CONTRADICTS = "vercel_target_env_contradicts"
    DEPLOYMENT_CONTRADICTS_VERCEL = "deployment_contradicts_vercel"
    DEPLOYMENT_UNKNOWN = "deployment_unknown"
    DEPLOYMENT_MISSING = "deployment_missing"

    ENV_NOT_PRODUCTION = "env_not_production"
    KEY_NOT_PRODUCTION = "key_not_production"
    INNGEST_DEV_IN_PRODUCTION = "inngest_dev_in_production"
    BASE_URL_ELSEWHERE = "base_url_elsewhere"
    EMBEDDED_DATABASE = "embedded_database"
    CRON_SECRET_MISSING = "cron_secret_missing"  # noqa: S105 - a code
    CRON_SECRET_SHORT = "cron_secret_short"  # noqa: S105 - a code

    PRODUCTION_ENV_IN_PREVIEW = "production_env_in_preview"
    PRODUCTION_KEY_IN_PREVIEW = "production_key_in_preview"
    PRODUCTION_VALUE_IN_PREVIEW = "production_value_in_preview"
    ENV_UNPRINTABLE = "env_unprintable"
    SERVE_ORIGIN_IS_PRODUCTION = "serve_origin_is_production"
    INNGEST_DEV_IN_PREVIEW = "inngest_dev_in_preview"

    PRODUCTION_ENV_IN_DEVELOPMENT = "production_env_in_development"
    PRODUCTION_KEY_IN_DEVELOPMENT = "production_key_in_development"
    PRODUCTION_VALUE_IN_DEVELOPMENT = "production_value_in_development"
    INNGEST_DEV_NOT_LOCAL = "inngest_dev_not_local"

    FINGERPRINTS_MISSING = "fingerprints_missing"

    SIGNING_KEY_MISSING = "signing_key_missing"
    SIGNING_KEY_MALFORMED = "signing_key_malformed"
    EVENT_KEY_MISSING = "event_key_missing"
    EVENT_KEY_MALFORMED = "event_key_malformed"
    BRANCH_KEY_WITHOUT_ENV = "branch_key_without_env"

    SETTING_INVALID = "setting_invalid"
    BUDGETS_DO_NOT_NEST = "budgets_do_not_nest"
    SELF_HOSTED_WITHOUT_BASE_URL = "self_hosted_without_base_url"
    LOCAL_ENVIRONMENT_UNREADABLE = "local_environment_unreadable"
    LLM_NOT_INSTALLED = "llm_not_installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One code's fixed words."""

    problem_class: ProblemClass
    summary: str
    """What is wrong; `{subject}` stands for the variable, or for what was found of it."""
    cure: str


def _isolation(summary: str, cure: str) -> Entry:
    return Entry(problem_class=ProblemClass.ISOLATION, summary=summary, cure=cure)


def _configuration(summary: str, cure: str) -> Entry:
    return Entry(problem_class=ProblemClass.CONFIGURATION, summary=summary, cure=cure)


def _usability(summary: str, cure: str) -> Entry:
    return Entry(problem_class=ProblemClass.USABILITY, summary=summary, cure=cure)


CATALOGUE: Final[dict[Code, Entry]] = {
    Code.VERCEL_ENV_MISSING: _isolation(
        "This runs on Vercel, but VERCEL_ENV is not set, so it cannot be told from production.",
        "Switch on 'Automatically expose System Environment Variables' in the project and deploy again; "
        "off Vercel, unset the VERCEL variables.",
    ),
    Code.VERCEL_ENV_UNKNOWN: _isolation(
        "VERCEL_ENV is none of production, preview and development.",
        "Leave VERCEL_ENV to the platform; a custom environment is named in VERCEL_TARGET_ENV.",
    ),
    Code.VERCEL_TARGET_ENV_CONTRADICTS: _isolation(
        "VERCEL_TARGET_ENV names another built-in environment than VERCEL_ENV.",
        "Leave both variables to the platform and deploy again.",
    ),
    Code.DEPLOYMENT_CONTRADICTS_VERCEL: _isolation(
        "DEPLOYMENT says another kind than VERCEL_ENV.",
        "Remove DEPLOYMENT from the Vercel project: there VERCEL_ENV decides.",
    ),
    Code.DEPLOYMENT_UNKNOWN: _isolation(
        "DEPLOYMENT is none of production, preview and development.",
        "Set DEPLOYMENT to one of the three.",
    ),
    Code.DEPLOYMENT_MISSING: _isolation(
        "This runs on {subject}, and nothing says whether it is production.",
        "Set DEPLOYMENT to production, preview or development.",
    ),
    Code.ENV_NOT_PRODUCTION: _isolation(
        "INNGEST_ENV names another environment than production in a production deployment.",
        "Remove INNGEST_ENV from production: it is implied.",
    ),
    Code.KEY_NOT_PRODUCTION: _isolation(
        "{subject} is the key of a branch or test environment in a production deployment.",
        "Set {subject} to production's own key (it begins with signkey-prod-), or remove it.",
    ),
    Code.INNGEST_DEV_IN_PRODUCTION: _isolation(
        "INNGEST_DEV is set in a production deployment: it would switch off the check of signatures.",
        "Remove INNGEST_DEV from production.",
    ),
    Code.BASE_URL_ELSEWHERE: _isolation(
        "A base URL sends Inngest's calls to another host than Inngest's own in a production deployment.",
        "Remove INNGEST_BASE_URL, INNGEST_API_BASE_URL and INNGEST_EVENT_API_BASE_URL; for a server of your "
        "own set INNGEST_SELF_HOSTED=true and INNGEST_BASE_URL.",
    ),
    Code.EMBEDDED_DATABASE: _isolation(
        "A production deployment would use the embedded database.",
        "Set DATABASE_URL to production's PostgreSQL and remove EVERYTICK_EMBEDDED_DATABASE.",
    ),
    Code.CRON_SECRET_MISSING: _isolation(
        "CRON_SECRET is not set in a production deployment.",
        "Set CRON_SECRET to at least 16 random characters, for instance from `openssl rand -hex 32`.",
    ),
    Code.CRON_SECRET_SHORT: _isolation(
        "CRON_SECRET has fewer than 16 characters in a production deployment.",
        "Set CRON_SECRET to at least 16 random characters, for instance from `openssl rand -hex 32`.",
    ),
    Code.PRODUCTION_ENV_IN_PREVIEW: _isolation(
        "{subject} makes production the Inngest environment of a preview deployment.",
        "Set INNGEST_ENV to a name of the preview's own.",
    ),
    Code.PRODUCTION_KEY_IN_PREVIEW: _isolation(
        "{subject} is a production key in a preview deployment.",
        "Limit the key to production and give previews the branch key, or no keys: then Inngest is off "
        "there. If it was used here, rotate it.",
    ),
    Code.PRODUCTION_VALUE_IN_PREVIEW: _isolation(
        "{subject} is production's own in a preview deployment: PRODUCTION_FINGERPRINTS names it.",
        "Limit {subject} to production and give previews one of their own, or none. If a key was used here, "
        "rotate it.",
    ),
    Code.ENV_UNPRINTABLE: _isolation(
        "{subject} gives an Inngest environment name that is not printable ASCII.",
        "Set INNGEST_ENV to a name of printable ASCII characters.",
    ),
    Code.SERVE_ORIGIN_IS_PRODUCTION: _isolation(
        "A preview deployment would be registered at production's own address.",
        "Limit INNGEST_SERVE_ORIGIN to production: a preview registers its branch address.",
    ),
    Code.INNGEST_DEV_IN_PREVIEW: _isolation(
        "INNGEST_DEV is set in a preview deployment: it would switch off the check of signatures.",
        "Limit INNGEST_DEV to development.",
    ),
    Code.PRODUCTION_ENV_IN_DEVELOPMENT: _isolation(
        "INNGEST_ENV names production in a development deployment.",
        "Remove INNGEST_ENV, or set DEPLOYMENT=production if this is production.",
    ),
    Code.PRODUCTION_KEY_IN_DEVELOPMENT: _isolation(
        "{subject} is a production key in a development deployment.",
        "Remove {subject} and use the dev server (INNGEST_DEV), or set DEPLOYMENT=production if this is "
        "production. If it was used here, rotate it.",
    ),
    Code.PRODUCTION_VALUE_IN_DEVELOPMENT: _isolation(
        "{subject} is production's own in a development deployment: PRODUCTION_FINGERPRINTS names it.",
        "Remove {subject}, or set DEPLOYMENT=production if this is production. If it was used here, rotate "
        "it.",
    ),
    Code.INNGEST_DEV_NOT_LOCAL: _isolation(
        "INNGEST_DEV names a host that is neither this machine nor in a private network.",
        "Set INNGEST_DEV to the dev server's address, for instance http://localhost:8288.",
    ),
    Code.FINGERPRINTS_MISSING: _isolation(
        "Keys of a self-hosted Inngest do not show whose they are, and PRODUCTION_FINGERPRINTS is not set.",
        "Set PRODUCTION_FINGERPRINTS to what `flask env fingerprint` prints in production.",
    ),
    Code.SIGNING_KEY_MISSING: _usability(
        "INNGEST_SIGNING_KEY is not set: work is done inline.",
        "Set INNGEST_SIGNING_KEY (in development INNGEST_DEV=1 instead), or switch "
        "BACKGROUND_JOBS_USE_INNGEST off.",
    ),
    Code.SIGNING_KEY_MALFORMED: _usability(
        "{subject} is not a signing key: work is done inline.",
        "Copy the key again: signkey-, the environment's sort, -, hexadecimal digits; no quotes.",
    ),
    Code.EVENT_KEY_MISSING: _usability(
        "INNGEST_EVENT_KEY is not set: work is done inline.",
        "Set INNGEST_EVENT_KEY (in development INNGEST_DEV=1 instead), or switch "
        "BACKGROUND_JOBS_USE_INNGEST off.",
    ),
    Code.EVENT_KEY_MALFORMED: _usability(
        "INNGEST_EVENT_KEY is not an event key: work is done inline.",
        "Copy the key again: letters, digits, - and _ only; no quotes.",
    ),
    Code.BRANCH_KEY_WITHOUT_ENV: _usability(
        "The signing key is the branch environments' key, but no environment is named: work is done inline.",
        "Set INNGEST_ENV, or let the platform expose the branch name.",
    ),
    Code.SETTING_INVALID: _configuration("{subject}.", "Correct it; .env.example explains each variable."),
    Code.BUDGETS_DO_NOT_NEST: _configuration(
        "{subject}.", "Change one of them, or leave them out: the defaults fit one another."
    ),
    Code.SELF_HOSTED_WITHOUT_BASE_URL: _configuration(
        "INNGEST_SELF_HOSTED is true, but INNGEST_BASE_URL is not set.",
        "Set INNGEST_BASE_URL to your server's address, or remove INNGEST_SELF_HOSTED.",
    ),
    Code.LOCAL_ENVIRONMENT_UNREADABLE: _configuration(
        ".everytick/environment.json {subject}.",
        "Start bin/dev again, remove the file, or set DATABASE_URL.",
    ),
    Code.LLM_NOT_INSTALLED: _configuration(
        "LLM_BASE_URL and LLM_MODEL are set, but the packages that ask a model are not installed.",
        "Install requirements-llm.txt in place of requirements.txt, or remove the variables LLM_*.",
    ),
}


def problem(code: Code, subject: str = "") -> Problem:
    """The problem `code`, about `subject` where its words leave that open; never a variable's value."""
    entry = CATALOGUE[code]
    return Problem(
        code=code.value,
        problem_class=entry.problem_class,
        summary=entry.summary.format(subject=subject),
        cure=entry.cure.format(subject=subject),
    )
