"""What can be wrong with the settings, in words that say what to do; lib/settings.py asks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic_core import ErrorDetails

from lib.environment.addresses import is_local

if TYPE_CHECKING:
    from lib.settings import Settings

SEND_RESERVE_MS: Final = 15_000
"""What a tick keeps for itself beside sending and inline work (design §5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingProblem:
    """What could not be taken as it is set; a value is never kept."""

    code: str = "setting_invalid"
    """`setting_invalid`, or `budgets_do_not_nest`."""
    name: str
    """The variable, in upper case; several joined by `, ` where their sum is the problem."""
    problem: str
    """What is wrong and what to do."""


def told(item: ErrorDetails) -> str:
    """What pydantic found, in our words; its own sentences may carry the input."""
    match item["type"]:
        case "value_error":
            return str(item["ctx"]["error"])
        case "greater_than_equal":
            return f"is too small: the least is {item['ctx']['ge']}"
        case "less_than_equal":
            return f"is too large: the most is {item['ctx']['le']}"
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            return "is not a whole number"
        case _:
            return "cannot be read"


def joint_problems(settings: "Settings") -> tuple[SettingProblem, ...]:
    """What is wrong with variables that are sound each by itself."""
    return (*budget_problems(settings), *llm_problems(settings))


def llm_problems(settings: "Settings") -> tuple[SettingProblem, ...]:
    """What keeps the language model that is configured from being asked."""
    base, model, key = settings.llm_base_url, settings.llm_model, settings.llm_api_key
    found = []
    if (base is None) != (model is None):
        together = "belong together: set both for the llm composer, or neither for the template composer"
        found.append(SettingProblem(name="LLM_BASE_URL, LLM_MODEL", problem=together))
    if base is not None and key is not None and base.startswith("http:") and not is_local(base):
        clear = "would send the key in clear text: the address has to begin with https://"
        found.append(SettingProblem(name="LLM_API_KEY, LLM_BASE_URL", problem=clear))
    timeout, job = settings.llm_timeout_ms, settings.background_job_timeout_ms
    if base is not None and timeout >= job:
        found.append(
            SettingProblem(
                code="budgets_do_not_nest",
                name="LLM_TIMEOUT_MS, BACKGROUND_JOB_TIMEOUT_MS",
                problem=f"do not nest: {timeout} ms is not less than {job} ms",
            )
        )
    return tuple(found)


def budget_problems(settings: "Settings") -> tuple[SettingProblem, ...]:
    """The budgets that do not nest (design §5), each with its sum written out."""
    statement = ("DATABASE_STATEMENT_TIMEOUT_MS", settings.database_statement_timeout_ms)
    job = ("BACKGROUND_JOB_TIMEOUT_MS", settings.background_job_timeout_ms)
    drain = ("BACKGROUND_JOB_CRON_TIME_BUDGET_MS", settings.background_job_cron_time_budget_ms)
    send = ("BACKGROUND_JOBS_SEND_DEADLINE_MS", settings.background_jobs_send_deadline_ms)
    inline = ("BACKGROUND_JOBS_INLINE_BUDGET_MS", settings.background_jobs_inline_budget_ms)
    beat = ("BACKGROUND_JOB_HEARTBEAT_MS", settings.background_job_heartbeat_ms)
    lease = ("BACKGROUND_JOB_LEASE_MS", settings.background_job_lease_ms)
    seconds = settings.background_jobs_max_duration_seconds
    request = ("BACKGROUND_JOBS_MAX_DURATION_SECONDS", seconds * 1_000)
    found = [
        SettingProblem(
            code="budgets_do_not_nest",
            name=f"{inner[0]}, {outer[0]}",
            problem=f"do not nest: {inner[1]} ms is not less than {outer[1]} ms",
        )
        for inner, outer in ((statement, job), (job, drain), (drain, request))
        if inner[1] >= outer[1]
    ]
    if (total := send[1] + inline[1] + SEND_RESERVE_MS) > request[1]:
        found.append(
            SettingProblem(
                code="budgets_do_not_nest",
                name=f"{send[0]}, {inline[0]}, {request[0]}",
                problem=f"do not nest: {send[1]} ms + {inline[1]} ms + {SEND_RESERVE_MS} ms reserve = "
                f"{total} ms is more than {request[1]} ms",
            )
        )
    beside = ("BACKGROUND_JOBS_PARALLEL_DRAINS", settings.background_jobs_parallel_drains)
    concurrency = ("BACKGROUND_JOBS_INNGEST_CONCURRENCY", settings.background_jobs_inngest_concurrency)
    if beside[1] >= concurrency[1] and beside[1] > 0:
        found.append(
            SettingProblem(
                code="budgets_do_not_nest",
                name=f"{beside[0]}, {concurrency[0]}",
                problem=f"do not nest: {beside[1]} drains side by side need a concurrency of "
                f"{beside[1] + 1}, and it is {concurrency[1]}",
            )
        )
    if beat[1] * 3 > lease[1]:
        found.append(
            SettingProblem(
                code="budgets_do_not_nest",
                name=f"{beat[0]}, {lease[0]}",
                problem=f"do not nest: 3 x {beat[1]} ms = {beat[1] * 3} ms is more than {lease[1]} ms",
            )
        )
    return tuple(found)
