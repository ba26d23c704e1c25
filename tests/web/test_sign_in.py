"""Signing in and out: by whom, how often, with which forms, and what the answers give away (design §4)."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from structlog.testing import capture_logs

from app import create_app
from lib.composition import Composition
from tests.conftest import Database, FakeClock
from tests.web.signing_in import OPERATOR_TOKEN, PATH, Browser

App = Callable[..., Flask]
CLOSED = "postgresql://postgres@127.0.0.1:1/none"


@pytest.fixture
def app_with(composed: Callable[..., Composition], clock: FakeClock) -> App:
    """An app with the operator's token and the test's clock."""

    def build(**changes: str) -> Flask:
        composition = composed(**{"OPERATOR_TOKEN": OPERATOR_TOKEN, **changes})
        assert composition.services is not None
        return create_app(replace(composition, services=replace(composition.services, clock=clock)))

    return build


@pytest.fixture
def browser(app_with: App) -> Browser:
    return Browser(app_with().test_client())


def made_link(app: Flask) -> str:
    """A link as the command makes it, without its origin."""
    told = app.test_cli_runner().invoke(args=["operator", "sign-in-link", "--json"])
    assert told.exit_code == 0, told.output
    return str(json.loads(told.stdout)["url"]).removeprefix("http://127.0.0.1:8000")


class TestToken:
    def test_signs_in(self, browser: Browser) -> None:
        assert browser.passes() is False
        answer = browser.sign_in()
        assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
        assert browser.passes() is True
        assert "You are signed in until 2026-11-24 07:50 UTC." in browser.client.get(PATH).text

    @pytest.mark.parametrize(
        "token", ["", "wrong", OPERATOR_TOKEN[:-1], OPERATOR_TOKEN.upper(), "schlüssel", "\0", "x" * 60_000]
    )
    def test_another_does_not(self, browser: Browser, token: str) -> None:
        """The same answer to each, the form again, and nothing of what was sent."""
        answer = browser.sign_in(token)
        assert (answer.status_code, answer.mimetype) == (401, "text/html")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert "That did not sign you in." in answer.text
        assert not token.strip("\0") or token not in answer.text
        assert not browser.passes()

    def test_nobody_where_none_is_set(self, app_with: App) -> None:
        """A secret that is not set means closed, never open (design §4, failure L17)."""
        client = app_with(OPERATOR_TOKEN="").test_client()
        answers = [client.get(PATH), client.post(PATH, data={"token": ""}), client.post("/sign-out", data={})]
        assert {(answer.status_code, answer.mimetype) for answer in answers} == {
            (401, "application/problem+json")
        }

    def test_while_the_database_is_away_nobody(self, app_with: App) -> None:
        """What cannot be counted is not let in."""
        browser = Browser(app_with(DATABASE_URL=CLOSED, DATABASE_CONNECT_TIMEOUT_MS="1000").test_client())
        answer = browser.sign_in()
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert not browser.passes()

    def test_is_in_no_log(self, browser: Browser) -> None:
        with capture_logs() as logs:
            browser.sign_in("a-wrong-token-to-look-for")
            browser.sign_in()
        assert [(line["event"], line.get("reason"), line.get("by")) for line in logs] == [
            ("operator.not_signed_in", "wrong", None),
            ("operator.signed_in", None, "token"),
        ]
        assert "a-wrong-token-to-look-for" not in str(logs)


class TestSession:
    def test_ends_by_itself(self, browser: Browser, clock: FakeClock) -> None:
        browser.sign_in()
        clock.advance(12 * 3600 - 1)
        assert browser.passes()
        clock.advance(1)
        assert not browser.passes()

    def test_ends_with_its_token(self, browser: Browser, app_with: App) -> None:
        browser.sign_in()
        cookie = browser.client.get_cookie("everytick")
        assert cookie is not None
        other = Browser(app_with(OPERATOR_TOKEN="another-operator-token").test_client())
        same = Browser(app_with().test_client())
        for visitor in (other, same):
            visitor.client.set_cookie("everytick", cookie.value)
        assert (same.passes(), other.passes()) == (True, False)

    def test_ends_by_signing_out(self, browser: Browser) -> None:
        browser.sign_in()
        answer = browser.sign_out()
        assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
        assert not browser.passes()
        assert browser.client.get_cookie("everytick") is None

    def test_is_another_than_before(self, browser: Browser) -> None:
        """What somebody planted before is worth nothing after."""
        planted = browser.fields()["csrf_token"]
        browser.sign_in()
        assert browser.fields()["csrf_token"] != planted

    @pytest.mark.parametrize(
        "cookie", ["", "x", "e30.e30.e30", "x" * 100_000, ".", "eyJ1bnRpbCI6OTk5OTk5OTk5OX0.aaaa.bbbb"]
    )
    def test_a_cookie_that_is_not_ours_is_none(self, browser: Browser, cookie: str) -> None:
        answer = browser.client.get("/metrics", environ_overrides={"HTTP_COOKIE": f"everytick={cookie}"})
        assert answer.status_code == 401

    def test_one_changed_letter_is_enough(self, browser: Browser) -> None:
        browser.sign_in()
        cookie = browser.client.get_cookie("everytick")
        assert cookie is not None
        for place in (0, len(cookie.value) // 2, -2):
            letters = list(cookie.value)
            letters[place] = "A" if letters[place] != "A" else "B"
            browser.client.set_cookie("everytick", "".join(letters))
            assert not browser.passes()

    def test_its_cookie_is_closed_to_scripts_and_other_sites(self, browser: Browser) -> None:
        given = browser.sign_in().headers["Set-Cookie"]
        assert given.startswith("everytick=")
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(given.split("; "))
        assert "Secure" not in given

    def test_outside_development_it_is_secure_and_bound_to_its_host(
        self, app_with: App, database: Database
    ) -> None:
        database.run("UPDATE environment_stamp SET kind = 'production'")
        app = app_with(DEPLOYMENT="production", CRON_SECRET="production-cron-secret")
        given = app.test_client().get(PATH, base_url="https://everytick.example.com").headers["Set-Cookie"]
        assert given.startswith("__Host-everytick=")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(given.split("; "))
        assert "Domain" not in given

    def test_a_wrong_bearer_is_refused_beside_it(self, browser: Browser) -> None:
        browser.sign_in()
        answer = browser.client.get("/metrics", headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401


class TestForms:
    @pytest.mark.parametrize("csrf", ["", "another", "ü"])
    def test_of_another_session_sign_nobody_in(self, browser: Browser, csrf: str) -> None:
        answer = browser.sign_in(csrf_token=csrf)
        assert (answer.status_code, answer.mimetype) == (403, "text/html")
        assert not browser.passes()

    def test_without_a_session_they_are_nobody_s(self, app_with: App, database: Database) -> None:
        """A form that another site sends: it counts as no attempt either."""
        answer = app_with().test_client().post(PATH, data={"token": OPERATOR_TOKEN})
        assert answer.status_code == 403
        assert database.value("SELECT count(*) FROM sign_in_attempts") == 0

    def test_an_outdated_one_comes_back_to_be_sent_again(self, app_with: App) -> None:
        browser = Browser(app_with().test_client())
        page = browser.submit({"token": OPERATOR_TOKEN}).text
        again = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        assert browser.submit({"token": OPERATOR_TOKEN, "csrf_token": again}).status_code == 303

    def test_nobody_is_signed_out_by_another_site(self, browser: Browser) -> None:
        browser.sign_in()
        assert browser.sign_out(csrf_token="another").status_code == 403
        assert browser.passes()

    @pytest.mark.parametrize("path", [PATH, "/sign-out"])
    @pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data", ""])
    def test_are_forms_and_nothing_else(self, browser: Browser, path: str, content_type: str) -> None:
        answer = browser.client.post(path, data=b"token=x", content_type=content_type)
        assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")

    def test_have_an_end(self, browser: Browser) -> None:
        assert browser.sign_in("x" * 66_000).status_code == 413

    def test_lead_nowhere_else(self, browser: Browser) -> None:
        """No open redirect: there is no address in it that anybody could choose."""
        fields = browser.fields(f"{PATH}?next=https://evil.example&link=")
        answer = browser.submit(
            {**fields, "token": OPERATOR_TOKEN, "next": "//evil.example"},
            path=f"{PATH}?next=https://evil.example",
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, PATH)


class TestPage:
    def test_runs_no_script_and_nothing_inline(self, browser: Browser) -> None:
        page = browser.client.get(PATH)
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(
            policy.split("; ")
        )
        assert re.search(r"<script|<style| style=| on\w+=", page.text) is None
        assert page.headers["Cache-Control"] == "no-store"

    def test_shows_what_comes_from_outside_as_text(self, browser: Browser) -> None:
        page = browser.client.get(PATH, query_string={"link": '"><script>alert(1)</script>'}).text
        assert "<script" not in page


class TestLimit:
    def test_the_eleventh_attempt_waits_whatever_its_token(self, browser: Browser) -> None:
        answers = [browser.sign_in("wrong").status_code for _ in range(10)]
        late = browser.sign_in()
        assert answers == [401] * 10
        assert (late.status_code, late.headers["Retry-After"], late.mimetype) == (429, "900", "text/html")
        assert not browser.passes()

    def test_is_each_source_s_own(self, browser: Browser, app_with: App) -> None:
        """What the nearest proxy saw counts, not what the caller put before it."""
        for n in range(11):
            browser.headers = {"X-Forwarded-For": f"203.0.113.{n}, 192.0.2.1"}
            last = browser.sign_in("wrong")
        assert last.status_code == 429
        other = Browser(app_with().test_client(), address="192.0.2.2")
        assert other.sign_in().status_code == 303

    def test_is_shared_by_all_instances(self, app_with: App) -> None:
        apps = [Browser(app_with().test_client()) for _ in range(2)]
        answers = [apps[n % 2].sign_in("wrong").status_code for n in range(11)]
        assert answers == [*[401] * 10, 429]

    @pytest.fixture(autouse=True)
    def _begin_of_a_window(self, database: Database) -> None:
        """No window ends while a test counts."""
        gone = database.value("SELECT extract(epoch FROM everytick_now()) %% 900")
        database.shift_clock(timedelta(seconds=-float(gone)))


class TestLink:
    def test_signs_in_once(self, app_with: App) -> None:
        app = app_with()
        link = made_link(app)
        first, second = Browser(app.test_client()), Browser(app.test_client())
        assert first.follow(link).status_code == 303
        assert first.passes()
        assert second.follow(link).status_code == 401
        assert not second.passes()

    def test_looking_at_it_uses_nothing_up(self, app_with: App) -> None:
        """Mail scanners and previews open links: only the page's button counts."""
        app = app_with()
        link = made_link(app)
        for _ in range(3):
            assert not Browser(app.test_client()).passes()
            app.test_client().get(link)
        assert Browser(app.test_client()).follow(link).status_code == 303

    def test_one_that_is_none_is_a_wrong_token(self, browser: Browser) -> None:
        """The same answer for never made, used and too old."""
        answer = browser.follow(f"{PATH}?link=never-made")
        assert answer.status_code == 401
        assert "That did not sign you in." in answer.text

    def test_helps_who_tried_too_often(self, app_with: App) -> None:
        app = app_with()
        browser = Browser(app.test_client())
        for _ in range(11):
            browser.sign_in("wrong")
        assert browser.follow(made_link(app)).status_code == 303

    def test_survives_an_outdated_form(self, app_with: App) -> None:
        app = app_with()
        browser = Browser(app.test_client())
        link = made_link(app)
        fields = browser.fields(link)
        page = browser.submit({**fields, "csrf_token": "outdated"}).text
        assert fields["link"] in page
        assert browser.follow(link).status_code == 303

    def test_is_in_no_log(self, app_with: App) -> None:
        app = app_with()
        with capture_logs() as logs:
            link = made_link(app)
            Browser(app.test_client()).follow(link)
        assert [line["event"] for line in logs] == ["operator.link_made", "operator.signed_in"]
        assert link.partition("=")[2] not in str(logs)
