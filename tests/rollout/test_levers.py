"""Whose word counts, lever by lever."""

from datetime import UTC, datetime

import pytest

from lib.rollout.controls import StoredControl
from lib.rollout.levers import LeverSource, levers, unreadable_controls
from lib.settings import read_settings

CONTROL, ENVIRONMENT, DEFAULT, UNREADABLE = LeverSource


def said(name: str, value: object) -> StoredControl:
    at = datetime(2026, 11, 23, 19, 50, tzinfo=UTC)
    return StoredControl(name=name, value=value, actor="ops", reason="why", changed_at=at, expires_at=at)


@pytest.mark.parametrize(
    ("environ", "stored", "told"),
    [
        pytest.param(
            {}, {}, [(False, DEFAULT), ("auto", DEFAULT), (100, DEFAULT)], id="nobody said anything"
        ),
        pytest.param(
            {"BACKGROUND_JOBS_USE_INNGEST": "true", "BACKGROUND_JOBS_INNGEST_PERCENT": "25"},
            {},
            [(True, ENVIRONMENT), ("auto", DEFAULT), (25, ENVIRONMENT)],
            id="the environment",
        ),
        pytest.param(
            {"BACKGROUND_JOBS_INNGEST_PERCENT": "25"},
            {"dispatch.mode": "auto", "dispatch.percent": 5},
            [(False, DEFAULT), ("auto", CONTROL), (5, CONTROL)],
            id="an operator",
        ),
        pytest.param(
            {"BACKGROUND_JOBS_INNGEST_PERCENT": "25"},
            {"dispatch.percent": 50},
            [(False, DEFAULT), ("auto", DEFAULT), (25, ENVIRONMENT)],
            id="more than the environment allows",
        ),
        pytest.param(
            {},
            {"dispatch.mode": "shadow", "dispatch.percent": "all"},
            [(False, DEFAULT), ("auto", UNREADABLE), (100, UNREADABLE)],
            id="what cannot be read",
        ),
    ],
)
def test_whose_word_counts(
    environ: dict[str, str], stored: dict[str, object], told: list[tuple[object, LeverSource]]
) -> None:
    settings, _ = read_settings(environ)
    assert settings is not None
    found = levers(settings, {name: said(name, value) for name, value in stored.items()})
    assert [(lever.value, lever.source) for lever in found] == told


def test_who_why_and_until_when() -> None:
    settings, _ = read_settings({})
    assert settings is not None
    (_, _, percent) = levers(settings, {"dispatch.percent": said("dispatch.percent", 5)})
    assert percent.as_json() == {
        "name": "dispatch.percent",
        "value": 5,
        "source": "control",
        "actor": "ops",
        "reason": "why",
        "changedAt": "2026-11-23T19:50:00.000Z",
        "expiresAt": "2026-11-23T19:50:00.000Z",
    }


def test_what_to_do_where_one_cannot_be_read() -> None:
    stored = {
        "dispatch.mode": "inlin",
        "dispatch.percent": "all",
        "rollout.auto": True,
        "jobs.paused": [],
    }
    found = unreadable_controls({name: said(name, value) for name, value in stored.items()})
    assert [(one.as_json()["name"], one.as_json()["value"]) for one in found] == [
        ("dispatch.mode", "inlin"),
        ("dispatch.percent", "all"),
        ("jobs.paused", []),
    ]
    assert found[0].cure == (
        "dispatch.mode cannot be read: it is auto, inline, inngest. Set it anew:"
        " `flask rollout set --mode auto --why W`, or `flask rollout back --why W`."
    )
