"""What a running function answers: to the platform's cron, to Inngest, and where it has to refuse."""

from dev.rehearsal.function import Answer, PlatformFunction
from dev.rehearsal.report import NotAsItMustBe
from dev.rehearsal.variables import Deployment

CRON = "/api/cron/background-jobs"
CRON_AGENT = "vercel-cron/1.0"
INNGEST = "/api/inngest"
INNGEST_ENV = "x-inngest-env"
_ASKED = (("HEAD", INNGEST), ("GET", INNGEST), ("PUT", INNGEST), ("POST", f"{INNGEST}?fnId=x&stepId=step"))
_EVERYWHERE = (
    ("GET", "/api/health"),
    ("GET", "/api/health/ready"),
    ("GET", "/metrics"),
    ("POST", "/api/inbound/email"),
    ("GET", "/no-such-page"),
    *_ASKED,
)


def call_cron(function: PlatformFunction, deployed: Deployment, *, seconds: float = 60) -> Answer:
    """Call the cron route as the platform does: its user agent, its header, GET."""
    secret = deployed.variables["CRON_SECRET"]
    return function.ask(
        "GET",
        CRON,
        {"user-agent": CRON_AGENT, "authorization": f"Bearer {secret}", "accept": "*/*"},
        seconds=seconds,
    )


def check_cron(function: PlatformFunction, deployed: Deployment, *, jobs: int) -> str:
    """Say that a call does the work that is due, `jobs` of it, and one without the secret does none."""
    stranger = function.ask("GET", CRON, {"user-agent": CRON_AGENT})
    must(stranger.status == 401, f"a call without the secret is answered {stranger.status}")  # noqa: PLR2004
    answer = call_cron(function, deployed)
    said = answer.json()
    done = (said.get("process") or {}).get("succeeded")
    must(answer.status == 200 and said.get("mode") == "inline", f"{answer.status}: {answer.body[:300]!r}")  # noqa: PLR2004
    must(done == jobs, f"{done} jobs succeeded, {jobs} were due")
    maintained = (said.get("maintenance") or {}).get("status")
    must(maintained == "succeeded", f"maintenance {maintained}")
    return f"200, inline, {done} jobs and maintenance done in {answer.seconds:.2f} s; 401 without the secret"


def check_inngest_header(function: PlatformFunction, deployed: Deployment) -> str:
    """Say that each method's answer names the environment, whatever its status."""
    told = []
    for method, path in _ASKED:
        answer = function.ask(method, path, body=b"{}" if method in ("PUT", "POST") else None)
        named = answer.headers.get(INNGEST_ENV)
        must(named == deployed.inngest_env, f"{method} ({answer.status}): {INNGEST_ENV} is {named}")
        refused = method == "HEAD" or answer.status in (400, 401, 403)
        must(refused, f"unsigned {method} is answered {answer.status}")
        told.append(f"{method} {answer.status}")
    return f"{INNGEST_ENV}: {deployed.inngest_env} on {', '.join(told)} (unsigned)"


def check_ready(function: PlatformFunction) -> str:
    """Say that it is ready."""
    answer = function.ask("GET", "/api/health/ready")
    must(answer.status == 200, f"{answer.status}: {answer.body[:300]!r}")  # noqa: PLR2004
    checks = answer.json().get("checks", {})
    return ", ".join(f"{name} {found.get('verdict')}" for name, found in checks.items()) or "200"


def check_refuses_everything(function: PlatformFunction, deployed: Deployment, problem: str) -> str:
    """Say that every route answers 503 naming `problem`, with no environment's name and no secret."""
    answers = [function.ask(method, path) for method, path in _EVERYWHERE]
    answers.append(call_cron(function, deployed))
    for answer, (method, path) in zip(answers, (*_EVERYWHERE, ("GET", CRON)), strict=True):
        must(answer.status == 503, f"{method} {path} is answered {answer.status}")  # noqa: PLR2004
        must(INNGEST_ENV not in answer.headers, f"{method} {path} names an Inngest environment")
        must(
            method == "HEAD" or problem.encode() in answer.body,
            f"{method} {path} does not name {problem}: {answer.body[:300]!r}",
        )
        leaked = [secret for secret in deployed.secrets if secret.encode() in answer.body]
        must(not leaked, f"{method} {path} shows a secret")
    return f"503 on all of {len(answers)} requests, {problem}, no {INNGEST_ENV}"


def must(held: object, otherwise: str) -> None:
    """Raise NotAsItMustBe with `otherwise` unless `held`."""
    if not held:
        raise NotAsItMustBe(otherwise)
