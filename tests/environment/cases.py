"""The words of tests/environment/oracle.py as variables."""

import hashlib

from tests.environment.oracle import Case

HEX = {"prod": "0123456789abcdef" * 4, "branch": "123456789abcdef0" * 4, "test": "23456789abcdef01" * 4}
SECRETS = {
    "prod": f"signkey-prod-{HEX['prod']}",
    "branch": f"signkey-branch-{HEX['branch']}",
    "test": f"signkey-test-{HEX['test']}",
    "malformed": "signkey-of-another-make",
    "event": "eventkey_ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789",
    "event malformed": "event/key?of=another",
    "cron": "cron-secret-0123456789",
    "cron short": "cron-15-letters",
    "database": "postgresql://tick:s3cr3t%40pass@db.internal:5432/everytick",
    "redis": "redis://:s3cr3t@cache.internal:6379/2",
}
CANONICAL = {
    **HEX,
    "malformed": "another-make",
    "database": "db.internal/everytick",
    "redis": "cache.internal/2",
}
"""What the fingerprint of each is made from, by docs/environments.md."""
PRODUCTION_HOST = "everytick.example.com"
VERCEL = {
    "VERCEL": "1",
    "VERCEL_URL": "everytick-abc123.vercel.app",
    "VERCEL_BRANCH_URL": "everytick-git-main.vercel.app",
    "VERCEL_PROJECT_PRODUCTION_URL": PRODUCTION_HOST,
}
PLACES: dict[str, dict[str, str]] = {
    "vercel production": {**VERCEL, "VERCEL_ENV": "production", "VERCEL_TARGET_ENV": "production"},
    "vercel preview": {**VERCEL, "VERCEL_ENV": "preview", "VERCEL_TARGET_ENV": "preview"},
    "vercel development": {**VERCEL, "VERCEL_ENV": "development"},
    "vercel custom environment": {**VERCEL, "VERCEL_ENV": "preview", "VERCEL_TARGET_ENV": "qa"},
    "vercel without VERCEL_ENV": {"VERCEL_REGION": "fra1"},
    "lambda without anything": {"AWS_LAMBDA_FUNCTION_NAME": "app"},
    "lambda that says DEPLOYMENT": {"LAMBDA_TASK_ROOT": "/var/task", "DEPLOYMENT": "production"},
    "vercel with an unknown VERCEL_ENV": {**VERCEL, "VERCEL_ENV": "staging"},
    "vercel preview whose target says production": {
        **VERCEL,
        "VERCEL_ENV": "preview",
        "VERCEL_TARGET_ENV": "production",
    },
    "vercel preview whose DEPLOYMENT says production": {
        **VERCEL,
        "VERCEL_ENV": "preview",
        "DEPLOYMENT": "production",
    },
    "own server, production": {"DEPLOYMENT": " Production\n"},
    "own server, preview": {"DEPLOYMENT": "preview"},
    "own server, development": {"DEPLOYMENT": "development"},
    "own server, misspelt": {"DEPLOYMENT": "live"},
    "kubernetes, preview": {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "DEPLOYMENT": "preview"},
    "kubernetes, silent": {"KUBERNETES_SERVICE_HOST": "10.0.0.1"},
    "laptop": {},
}
ENVS = {
    "unset": {},
    "production": {"INNGEST_ENV": "production"},
    "padded and capital": {"INNGEST_ENV": "  PRODUCTION\n"},
    "before a newline": {"INNGEST_ENV": "production\r\n"},
    "percent-encoded": {"INNGEST_ENV": "%70roduction"},
    "percent-encoded twice": {"INNGEST_ENV": "pro%2564uction"},
    "before an encoded newline": {"INNGEST_ENV": "production%0A"},
    "full width, percent-encoded": {"INNGEST_ENV": "%EF%BD%90roduction"},
    "full width": {"INNGEST_ENV": "ｐｒｏｄｕｃｔｉｏｎ"},  # noqa: RUF001 - the point
    "staging": {"INNGEST_ENV": "staging"},
    "accented": {"INNGEST_ENV": "prévision"},
    "production-like": {"INNGEST_ENV": "preproduction"},
}
BRANCHES = {
    "none": {},
    "main": {"VERCEL_GIT_COMMIT_REF": "main"},
    "Production": {"VERCEL_GIT_COMMIT_REF": "Production"},
    "accented": {"VERCEL_GIT_COMMIT_REF": "fonctionnalité"},
}
ELSEWHERE_BRANCHES = {
    "none": {},
    "main": {"RAILWAY_GIT_BRANCH": "main"},
    "Production": {"RENDER_GIT_BRANCH": "Production"},
    "accented": {"RAILWAY_GIT_BRANCH": "fonctionnalité"},
}
DEVS = {
    "unset": {},
    "false": {"INNGEST_DEV": "False"},
    "one": {"INNGEST_DEV": "1"},
    "loopback": {"INNGEST_DEV": "http://localhost:8288"},
    "private": {"INNGEST_DEV": "http://192.168.1.20:8288"},
    "single label": {"INNGEST_DEV": "inngest:8288"},
    "docker": {"INNGEST_DEV": "http://host.docker.internal:8288"},
    "public": {"INNGEST_DEV": "https://dev.example.com"},
}
BASES = {
    "unset": {},
    "Inngest's own": {"INNGEST_BASE_URL": "https://api.inngest.com"},
    "elsewhere": {"INNGEST_BASE_URL": "https://inngest.example.com"},
}
SERVES = {
    "unset": {},
    "its own": {"INNGEST_SERVE_ORIGIN": "https://everytick-git-main.vercel.app"},
    "production's": {"INNGEST_SERVE_ORIGIN": f"https://{PRODUCTION_HOST.upper()}:443/"},
}
DATABASES = {
    "unset": {},
    "set": {"DATABASE_URL": SECRETS["database"]},
    "embedded": {"DATABASE_URL": SECRETS["database"], "EVERYTICK_EMBEDDED_DATABASE": "true"},
}
REDISES = {"unset": {}, "set": {"REDIS_URL": SECRETS["redis"]}}
CRONS = {
    "unset": {},
    "short": {"CRON_SECRET": SECRETS["cron short"]},
    "long": {"CRON_SECRET": SECRETS["cron"] + "\n"},
}
EVENT_KEYS = {
    "none": {},
    "good": {"INNGEST_EVENT_KEY": SECRETS["event"]},
    "malformed": {"INNGEST_EVENT_KEY": SECRETS["event malformed"]},
}
SETTINGS = {
    "good": {},
    "unparsable": {"DATABASE_PREPARE": "maybe"},
    "not nesting": {"BACKGROUND_JOB_HEARTBEAT_MS": "50000"},
}


def environ(case: Case) -> dict[str, str]:
    """The process's environment in `case`."""
    branches = BRANCHES if case.place.startswith("vercel") else ELSEWHERE_BRANCHES
    place = PLACES[case.place] if case.place in PLACES else _targeted(case.place)
    found: dict[str, str] = {}
    for part in (
        place,
        ENVS[case.env],
        _railway_is_a_host(case, branches),
        DEVS[case.dev],
        BASES[case.base],
        SERVES[case.serve],
        DATABASES[case.database],
        REDISES[case.redis],
        CRONS[case.cron],
        EVENT_KEYS[case.event_key],
        SETTINGS[case.settings],
    ):
        found.update(part)
    if case.key != "none":
        found["INNGEST_SIGNING_KEY"] = SECRETS[case.key] + "\n"
    if case.fallback != "none":
        found["INNGEST_SIGNING_KEY_FALLBACK"] = SECRETS[case.fallback] + " "
    if case.self_hosted == "yes":
        found["INNGEST_SELF_HOSTED"] = " TRUE\n"
    if case.fingerprints != "unset":
        found["PRODUCTION_FINGERPRINTS"] = _fingerprints(case)
    if case.flag == "on":
        found["BACKGROUND_JOBS_USE_INNGEST"] = "On"
    return found


def _targeted(place: str) -> dict[str, str]:
    """Vercel's two variables, in the words of oracle.TARGETED."""
    env, _, target = place.removeprefix("vercel ").partition(", target ")
    targeted = {} if target == "unset" else {"VERCEL_TARGET_ENV": target}
    return {**VERCEL, "VERCEL_ENV": env, **targeted}


def _fingerprints(case: Case) -> str:
    """Something that nobody here has, and what the case names of its own."""
    event = {"good": SECRETS["event"], "malformed": SECRETS["event malformed"]}
    named = {
        "the event key's": event.get(case.event_key),
        "the signing key's": CANONICAL.get(case.key),
        "the fallback key's": CANONICAL.get(case.fallback),
        "the database's": CANONICAL["database"],
        "Redis's": CANONICAL["redis"],
    }.get(case.fingerprints)
    own = f"{fingerprint(named).upper()} ," if named else ""
    return f" {own}ffffffffffffffff\n"


def fingerprint(canonical: str) -> str:
    """As docs/environments.md says it is made."""
    return hashlib.sha256(f"everytick.fingerprint.v1\n{canonical}".encode()).hexdigest()[:16]


def _railway_is_a_host(case: Case, branches: dict[str, dict[str, str]]) -> dict[str, str]:
    """A branch variable of Railway or Render makes a laptop one of their hosts: there, it has none."""
    return {} if case.place == "laptop" else branches[case.branch]
