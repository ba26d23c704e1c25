"""From the SDK's functions to what is said of them: the same configuration that is sent to Inngest."""

import hashlib
from typing import Any

import inngest
import jcs  # type: ignore[import-untyped]

from inngest_functions.route import environment_header, route_path
from lib.environment.decision import GuardDecision
from lib.registration import RegisteredFunction, Registration
from lib.settings import Settings


def registration(
    settings: Settings, decision: GuardDecision, functions: list[inngest.Function[Any]], *, signed: bool
) -> Registration:
    """What mounting `functions` lets Inngest know."""
    return Registration(
        path=route_path(settings),
        env=environment_header(decision),
        signed=signed,
        functions=tuple(_of(config) for function in functions for config in _configs(function)),
        configuration_hash=_hash([config for function in functions for config in _configs(function)]),
    )


def _configs(function: inngest.Function[Any]) -> list[dict[str, Any]]:
    """Of the function, and of its failure function where it has one; Inngest counts them as two."""
    config = function.get_config("")
    return [part.model_dump(mode="json") for part in (config.main, config.on_failure) if part]


def _hash(configs: list[dict[str, Any]]) -> str:
    """Of the canonical form, whatever the order in which the functions are defined."""
    in_order = sorted(configs, key=lambda config: str(config["id"]))
    return hashlib.sha256(jcs.canonicalize(in_order)).hexdigest()


def _of(config: dict[str, Any]) -> RegisteredFunction:
    retries = [step["retries"]["attempts"] for step in config["steps"].values() if step["retries"]]
    return RegisteredFunction(
        id=config["id"],
        triggers=tuple(trigger.get("event") or trigger.get("cron") for trigger in config["triggers"]),
        retries=retries[0] if retries else None,
        concurrency=tuple(_without_none(limit) for limit in config["concurrency"] or []),
        idempotency=config["idempotency"],
        timeouts=_without_none(config["timeouts"] or {}),
    )


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
