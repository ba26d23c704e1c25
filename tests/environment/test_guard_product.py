"""Every combination of what decides between production and the rest, against the oracle (design §9)."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from app import create_app
from lib.composition import compose
from lib.environment.facts import read_facts
from lib.environment.guard import judge
from tests.environment import cases, oracle
from tests.environment.oracle import Case, Verdict, verdict
from tests.summary_lines import GUARD

PLACES = (
    *oracle.TARGETED,
    "vercel without VERCEL_ENV",
    "vercel with an unknown VERCEL_ENV",
    "vercel preview whose DEPLOYMENT says production",
    "lambda that says DEPLOYMENT",
    "own server, production",
    "own server, preview",
    "own server, development",
    "kubernetes, silent",
    "laptop",
)
BRANCHES = ("main", "Production", "accented")
FALLBACKS = ("none", "prod", "branch", "test")
DEVS = ("unset", "loopback")
FINGERPRINTS = ("unset", "the event key's", "the signing key's")
"""Of another deployment's, or production's own."""


def combinations(place: str) -> Iterator[Case]:
    """Everything there may be at `place`, with Inngest wanted."""
    first = Case(place=place, flag="on")
    for env, branch, key, fallback, dev, prints in itertools.product(
        oracle.ENVS, BRANCHES, oracle.KEYS, FALLBACKS, DEVS, FINGERPRINTS
    ):
        yield replace(first, env=env, branch=branch, key=key, fallback=fallback, dev=dev, fingerprints=prints)


def is_plain(case: Case) -> bool:
    """Whether it is asked over HTTP as well as composed: one of each place, name, key and branch."""
    return (case.fallback, case.dev, case.fingerprints) == ("none", "unset", "unset")


@pytest.mark.parametrize("place", PLACES)
def test_nothing_but_production_is_production(
    place: str, record_property: Callable[[str, object], None]
) -> None:
    """The verdict of each is the oracle's, and what the page permits starts."""
    judged = permitted = asked = 0
    for case in combinations(place):
        environ = cases.environ(case)
        decision = judge(read_facts(environ))
        expected = verdict(case)
        found = Verdict(
            kind=decision.kind.value if decision.kind else None,
            refused=decision.refused,
            usable=decision.inngest_usable,
            codes=frozenset(problem.code for problem in decision.problems),
        )
        assert (case, found) == (case, expected)
        judged += 1
        if expected.refused:
            continue
        permitted += 1
        assert (decision.inngest_env == "production") == (expected.kind == "production")
        composition = compose(environ)
        assert (case, composition.services is not None) == (case, True)
        if is_plain(case):
            asked += 1
            answer = create_app(composition).test_client().get("/api/health")
            assert (case, answer.status_code) == (case, 200)
    record_property(GUARD, (judged, permitted, asked))
    assert judged == len(list(combinations(place)))


def test_production_proper_is_where_it_says_so() -> None:
    """Of all places only these are production, and none of them by a default."""
    kinds = {place: verdict(Case(place=place)).kind for place in PLACES}
    assert {place for place, kind in kinds.items() if kind == "production"} == {
        *(place for place in oracle.TARGETED if place.startswith("vercel production,")),
        "own server, production",
    }
