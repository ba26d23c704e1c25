"""Tests of lib/settings.py: what it takes out of the process's environment, and what the SDK sees."""

import os
from collections.abc import Iterator

import inngest
import pytest
from inngest._internal import const, env_lib
from pydantic import SecretStr

from lib.settings import (
    FALLBACK_KEY,
    TAKEN,
    process_environment,
    sdk_environment,
)


@pytest.fixture
def own_environment() -> Iterator[None]:
    """Whatever the test does to the process's environment is undone."""
    held = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(held)


@pytest.mark.usefixtures("own_environment")
class TestProcessEnvironment:
    POISON = "http://poison.example.com"

    @pytest.mark.parametrize("key", list(const.EnvKey))
    def test_the_sdk_sees_none_of_its_variables(self, key: const.EnvKey) -> None:
        """Design §9: each is poisoned, each is ours to read and none the SDK's."""
        os.environ[key.value] = f" {self.POISON}\n"
        assert process_environment()[key.value] == f" {self.POISON}\n"
        if key is const.EnvKey.SIGNING_KEY_FALLBACK:
            assert os.environ[key.value] == self.POISON  # cleaned
        else:
            assert key.value not in os.environ

    def test_a_client_built_on_poison(self) -> None:
        """With every variable poisoned at once the SDK's client has nothing of it."""
        for key in const.EnvKey:
            os.environ[key.value] = self.POISON
        process_environment()
        client = inngest.Inngest(app_id="everytick", is_production=True)
        assert env_lib.get_environment_name() is None
        assert (client.env, client.event_key, client.signing_key) == (None, None, None)
        assert (client.api_origin, client.event_api_origin) == (
            const.DEFAULT_API_ORIGIN,
            const.DEFAULT_EVENT_API_ORIGIN,
        )

    def test_again_answers_the_same(self) -> None:
        """Two apps in one process, or a child that inherited the environment, read the same."""
        os.environ["INNGEST_ENV"] = "staging"
        os.environ["VERCEL_GIT_COMMIT_REF"] = "main"
        first = process_environment()
        assert process_environment() == first
        assert (first["INNGEST_ENV"], first["VERCEL_GIT_COMMIT_REF"]) == ("staging", "main")
        assert [name for name in first if name.startswith(TAKEN)] == []

    def test_a_variable_set_anew_wins(self) -> None:
        os.environ["INNGEST_ENV"] = "staging"
        process_environment()
        os.environ["INNGEST_ENV"] = "other"
        assert process_environment()["INNGEST_ENV"] == "other"

    def test_a_blank_fallback_is_not_set_back(self) -> None:
        os.environ["INNGEST_SIGNING_KEY_FALLBACK"] = " \n"
        process_environment()
        assert "INNGEST_SIGNING_KEY_FALLBACK" not in os.environ

    def test_other_variables_stay(self) -> None:
        os.environ["DATABASE_URL"] = "postgresql://db/x"
        assert process_environment()["DATABASE_URL"] == os.environ["DATABASE_URL"]


@pytest.mark.usefixtures("own_environment")
class TestSdkEnvironment:
    def test_only_the_fallback_key_is_there_and_all_is_back_afterwards(self) -> None:
        names = [*(key.value for key in const.EnvKey), "HTTPS_PROXY", "http_proxy", "SSL_CERT_FILE"]
        before = {name: f"poison {name}" for name in names}
        os.environ.update(before)
        with sdk_environment(SecretStr("ours")):
            assert {name: os.environ[name] for name in names if name in os.environ} == {FALLBACK_KEY: "ours"}
        assert {name: os.environ[name] for name in names} == before

    def test_without_a_fallback_key_nothing_is(self) -> None:
        os.environ[FALLBACK_KEY] = "another's"
        with sdk_environment(None):
            assert FALLBACK_KEY not in os.environ
        assert os.environ[FALLBACK_KEY] == "another's"

    def test_what_was_not_there_is_not_there_afterwards(self) -> None:
        with pytest.raises(ZeroDivisionError), sdk_environment(SecretStr("ours")):
            raise ZeroDivisionError
        assert FALLBACK_KEY not in os.environ
