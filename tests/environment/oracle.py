"""The truth table of design §9, written by hand from the page and from nothing else.

Each rule is a sentence of the page, and beside it when that sentence speaks. A case is a deployment in
words (see `Case`); nothing of `lib/` is used here, so that the two can disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One deployment in words; `environ` of tests/environment/cases.py says it in variables."""

    place: str
    """Where it runs: a key of PLACES."""
    env: str = "unset"
    """INNGEST_ENV: a key of ENVS."""
    key: str = "none"
    """The signing key: a key of KEYS."""
    fallback: str = "none"
    branch: str = "main"
    """The platform's branch: a key of BRANCHES."""
    event_key: str = "good"
    dev: str = "unset"
    """INNGEST_DEV: a key of DEVS."""
    base: str = "unset"
    """INNGEST_BASE_URL: a key of BASES."""
    self_hosted: str = "no"
    fingerprints: str = "unset"
    """PRODUCTION_FINGERPRINTS: a key of FINGERPRINTS."""
    database: str = "set"
    redis: str = "unset"
    cron: str = "long"
    serve: str = "unset"
    flag: str = "off"
    """BACKGROUND_JOBS_USE_INNGEST."""
    settings: str = "good"


# Where it runs -> the kind that the page gives it, and what the page says against the place itself.
PLACES: dict[str, tuple[str | None, str | None]] = {
    "vercel production": ("production", None),
    "vercel preview": ("preview", None),
    "vercel development": ("development", None),
    "vercel custom environment": ("preview", None),  # "not one of the built-in names: kind VERCEL_ENV"
    "vercel without VERCEL_ENV": (None, "vercel_env_missing"),  # "missing is refused"
    "lambda without anything": (None, "vercel_env_missing"),
    "lambda that says DEPLOYMENT": (None, "vercel_env_missing"),
    "vercel with an unknown VERCEL_ENV": (None, "vercel_env_unknown"),
    "vercel preview whose target says production": ("preview", "vercel_target_env_contradicts"),
    "vercel preview whose DEPLOYMENT says production": ("preview", "deployment_contradicts_vercel"),
    "own server, production": ("production", None),
    "own server, preview": ("preview", None),
    "own server, development": ("development", None),
    "own server, misspelt": (None, "deployment_unknown"),
    "kubernetes, preview": ("preview", None),
    "kubernetes, silent": (None, "deployment_missing"),  # "on another known host it is required"
    "laptop": ("development", None),  # "otherwise development"
}
VERCEL_ENVS = ("production", "preview", "development")
VERCEL_TARGETS = {  # VERCEL_TARGET_ENV -> the built-in name it is, if any
    "unset": None,
    "production": "production",
    "Production ": "production",
    "preview": "preview",
    "development": "development",
    "qa": None,
    "production-2": None,
}


def _targeted(env: str, target: str) -> tuple[str, str | None]:
    """The page: "a different built-in name is a contradiction", any other is a custom environment."""
    named = VERCEL_TARGETS[target]
    return env, "vercel_target_env_contradicts" if named not in (None, env) else None


TARGETED: dict[str, tuple[str | None, str | None]] = {
    f"vercel {env}, target {target}": _targeted(env, target)
    for env in VERCEL_ENVS
    for target in VERCEL_TARGETS
}
"""VERCEL_ENV x VERCEL_TARGET_ENV, all of them."""
ON_VERCEL_PREVIEW = (
    *(place for place in TARGETED if place.startswith("vercel preview")),
    "vercel preview",
    "vercel custom environment",
    "vercel preview whose target says production",
    "vercel preview whose DEPLOYMENT says production",
)

# INNGEST_ENV -> does it normalise (trim, case, Unicode, percent-encoding) to production?
ENVS: dict[str, bool] = {
    "unset": False,
    "production": True,
    "padded and capital": True,
    "before a newline": True,
    "percent-encoded": True,
    "percent-encoded twice": True,
    "before an encoded newline": True,
    "full width": True,
    "full width, percent-encoded": True,
    "staging": False,
    "accented": False,
    "production-like": False,
}
UNPRINTABLE_ENVS = ("accented", "full width")
BRANCHES: dict[str, bool] = {"none": False, "main": False, "Production": True, "accented": False}

KEYS = ("none", "prod", "branch", "test", "malformed")
DEVS = ("unset", "false", "one", "loopback", "private", "single label", "docker", "public")
DEVS_ELSEWHERE = ("public",)
BASES = ("unset", "Inngest's own", "elsewhere")
# PRODUCTION_FINGERPRINTS -> whose it names, beside something that nobody here has.
FINGERPRINTS = (
    "unset",
    "set",
    "the event key's",
    "the signing key's",
    "the fallback key's",
    "the database's",
    "Redis's",
)
SERVES = ("unset", "its own", "production's")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the page says about a case."""

    kind: str | None
    refused: bool
    usable: bool
    codes: frozenset[str]


def _dev_is_set(case: Case) -> bool:
    return case.dev not in ("unset", "false")


def _lifted(case: Case) -> bool:
    """The page: `INNGEST_SELF_HOSTED=true` with `INNGEST_BASE_URL` lifts prefix and base-URL rules."""
    return case.self_hosted == "yes" and case.base != "unset"


def _no_name(case: Case) -> bool:
    return case.env == "unset" and (case.branch == "none" or _kind(case) == "development")


def _kind(case: Case) -> str | None:
    return {**PLACES, **TARGETED}[case.place][0]


def _branch_is_the_name(case: Case) -> bool:
    """The page: `INNGEST_ENV` or the branch name with a branch key; its own key names a custom one."""
    return case.env == "unset" and case.key != "test"


def _sends_to_the_dev_server(case: Case) -> bool:
    return _kind(case) == "development" and _dev_is_set(case)


def _key_is_productions(case: Case) -> bool:
    named = {
        "the event key's": case.event_key,
        "the signing key's": case.key,
        "the fallback key's": case.fallback,
    }
    return named.get(case.fingerprints, "none") != "none"


def _store_is_productions(case: Case) -> bool:
    """The embedded database is nobody's, and has no fingerprint."""
    return (case.fingerprints == "the database's" and case.database == "set") or (
        case.fingerprints == "Redis's" and case.redis == "set"
    )


Rule = tuple[str, Callable[[Case], bool]]

PRODUCTION: tuple[Rule, ...] = (
    # "any other env"
    ("env_not_production", lambda c: c.env != "unset" and not ENVS[c.env]),
    # "branch or test key"
    (
        "key_not_production",
        lambda c: not _lifted(c) and ({c.key, c.fallback} & {"branch", "test"} != set()),
    ),
    # "INNGEST_DEV"
    ("inngest_dev_in_production", _dev_is_set),
    # "base-URL overrides to other hosts"
    ("base_url_elsewhere", lambda c: c.base == "elsewhere" and not _lifted(c)),
    # "the embedded database"
    ("embedded_database", lambda c: c.database in ("unset", "embedded")),
    # "CRON_SECRET missing or under 16 characters"
    ("cron_secret_missing", lambda c: c.cron == "unset"),
    ("cron_secret_short", lambda c: c.cron == "short"),
)

PREVIEW: tuple[Rule, ...] = (
    # "env that normalises to production, a branch so named included"
    (
        "production_env_in_preview",
        lambda c: ENVS[c.env] or (c.env == "unset" and BRANCHES[c.branch]),
    ),
    # "an env name that is not printable ASCII"
    (
        "env_unprintable",
        lambda c: c.env in UNPRINTABLE_ENVS or (_branch_is_the_name(c) and c.branch == "accented"),
    ),
    # "production key in primary or fallback"
    ("production_key_in_preview", lambda c: "prod" in (c.key, c.fallback) and not _lifted(c)),
    # "an event key, signing key, database or Redis whose fingerprint is in PRODUCTION_FINGERPRINTS"
    ("production_value_in_preview", lambda c: _key_is_productions(c) or _store_is_productions(c)),
    # "a serve origin equal to production's"
    (
        "serve_origin_is_production",
        lambda c: c.serve == "production's" and c.place in ON_VERCEL_PREVIEW,
    ),
    # "INNGEST_DEV"
    ("inngest_dev_in_preview", _dev_is_set),
)

DEVELOPMENT: tuple[Rule, ...] = (
    # "production env or keys"
    ("production_env_in_development", lambda c: ENVS[c.env]),
    ("production_key_in_development", lambda c: "prod" in (c.key, c.fallback) and not _lifted(c)),
    # "production … keys", by their fingerprints as well
    ("production_value_in_development", _key_is_productions),
    # a name goes into a header, here as well
    ("env_unprintable", lambda c: c.env in UNPRINTABLE_ENVS),
    # "loopback, private address, single-label host, host.docker.internal"
    ("inngest_dev_not_local", lambda c: c.dev in DEVS_ELSEWHERE),
)

USABILITY: tuple[Rule, ...] = (
    # "missing or malformed Inngest keys while the flag is on"
    ("signing_key_missing", lambda c: c.flag == "on" and c.key == "none"),
    ("signing_key_malformed", lambda c: c.flag == "on" and "malformed" in (c.key, c.fallback)),
    ("event_key_missing", lambda c: c.flag == "on" and c.event_key == "none"),
    ("event_key_malformed", lambda c: c.flag == "on" and c.event_key == "malformed"),
    # "a branch key with no environment name"
    (
        "branch_key_without_env",
        lambda c: c.key == "branch" and _no_name(c) and _kind(c) != "production" and not _lifted(c),
    ),
)


def verdict(case: Case) -> Verdict:
    """What the page says about `case`."""
    kind, against_the_place = {**PLACES, **TARGETED}[case.place]
    refusing = {against_the_place} if against_the_place else set()
    rows = {"production": PRODUCTION, "preview": PREVIEW, "development": DEVELOPMENT}
    refusing |= {code for code, speaks in rows.get(kind or "", ()) if speaks(case)}
    if case.self_hosted == "yes":
        # "then PRODUCTION_FINGERPRINTS is mandatory outside production"
        if kind in ("preview", "development") and _lifted(case) and case.fingerprints == "unset":
            refusing.add("fingerprints_missing")
        if case.base == "unset":
            refusing.add("self_hosted_without_base_url")
    refusing |= {"setting_invalid"} if case.settings == "unparsable" else set()
    refusing |= {"budgets_do_not_nest"} if case.settings == "not nesting" else set()
    limits = set()
    if kind is not None and not _sends_to_the_dev_server(case):
        limits = {code for code, speaks in USABILITY if speaks(case)}
    works = _sends_to_the_dev_server(case) or (
        case.key not in ("none", "malformed") and case.fallback != "malformed" and case.event_key == "good"
    )
    return Verdict(
        kind=kind,
        refused=bool(refusing),
        usable=bool(works and kind is not None and not refusing and not limits),
        codes=frozenset(refusing | limits),
    )
