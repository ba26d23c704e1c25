"""The redactor: no secret survives, wherever it hides (house rule: secrets never in logs or errors)."""

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from lib.log.redaction import DEEPEST, REDACTED, Redactor, redactor_of

HEX = "0123456789abcdef" * 4
secrets = st.text(min_size=8, max_size=40).filter(lambda s: s == s.strip() and s not in REDACTED)


def holders(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Whatever may hold `leaf`, nested."""
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=8), inner, max_size=3)
            | st.tuples(inner)
            | inner.map(lambda value: RuntimeError("failed", value))
            | inner.map(lambda value: {"cause": [value, 1, None]})
        ),
        max_leaves=6,
    )


class Hostile:
    def __repr__(self) -> str:
        raise ValueError("no")


class TestKnownSecrets:
    @given(data=st.data(), secret=secrets, before=st.text(max_size=8), after=st.text(max_size=8))
    @settings(max_examples=400, deadline=None)
    def test_none_survives_wherever_it_is_nested(
        self, data: st.DataObject, secret: str, before: str, after: str
    ) -> None:
        """Whatever holds a secret, what leaves does not."""
        assume(secret not in before + REDACTED + after)
        field = data.draw(holders(st.just(before + secret + after)))
        line = Redactor([secret])(None, "info", {"event": "job.dead", "field": field, secret: secret})
        assert secret not in _texts(line)

    @given(data=st.data())
    @settings(max_examples=200, deadline=None)
    def test_harmless_text_passes_unchanged(self, data: st.DataObject) -> None:
        """The redactor takes out secrets and nothing else."""
        text = data.draw(st.text(alphabet="abcdefgh ,.", max_size=60))
        assert Redactor(["a-secret-that-does-not-appear"]).text(text) == text

    @pytest.mark.parametrize(
        "form",
        [
            "p%40ss%2Fw%C3%B6rd",
            "p@ss/wörd",
            "p@ss/w\\u00f6rd",
            "p@ss/w\\xf6rd",
            "postgresql://tick:p%40ss%2Fw%C3%B6rd@db.internal/everytick",
        ],
        ids=["as in the address", "decoded", "in JSON", "in Python", "whole"],
    )
    def test_a_password_inside_an_address(self, form: str) -> None:
        """The driver's errors show it decoded, the address has it encoded."""
        redactor = redactor_of(
            {"DATABASE_URL": "postgresql://tick:p%40ss%2Fw%C3%B6rd@db.internal/everytick\n"}
        )
        assert redactor.text(f"failed: {form}.") == f"failed: {REDACTED}."

    def test_settings_that_cannot_be_read_are_secret_all_the_same(self) -> None:
        """A refused app's log keeps the secrets that refused it."""
        redactor = redactor_of({"CRON_SECRET": "half-a-secret and-the-other"})
        assert redactor.text("half-a-secret") == REDACTED
        assert redactor.text("and-the-other") == REDACTED

    def test_a_password_among_the_parameters(self) -> None:
        redactor = redactor_of({"DATABASE_URL": "postgresql://db.internal/x?user=u&password=hunter2222"})
        assert redactor.text("hunter2222") == REDACTED

    def test_an_address_that_cannot_be_taken_apart(self) -> None:
        assert (
            redactor_of({"REDIS_URL": "redis://[broken/0"}).text("at redis://[broken/0") == f"at {REDACTED}"
        )

    @pytest.mark.parametrize("user", ["", "u", "us", "use"])
    def test_basic_credentials(self, user: str) -> None:
        """Base64 of a text that holds a secret shows it to whoever decodes it, wherever it begins."""
        packed = base64.b64encode(f"{user}:sup3r/s3cret?\xff".encode())
        shown = redactor_of({"SMTP_URL": "smtps://u:sup3r%2Fs3cret%3F@relay.internal"}).text(packed.decode())
        assert REDACTED in shown
        assert len(shown.replace(REDACTED, "")) <= len(packed) - 12

    def test_a_signing_key_without_its_prefix(self) -> None:
        """What signs is the part behind it; its hash is what Inngest's API takes for it."""
        redactor = redactor_of({"INNGEST_SIGNING_KEY": f"signkey-prod-{HEX}"})
        hashed = hashlib.sha256(bytes.fromhex(HEX)).hexdigest()
        assert redactor.text(f"{HEX} or {hashed}") == f"{REDACTED} or {REDACTED}"

    def test_a_number_that_is_a_secret(self) -> None:
        assert Redactor(["1234567890123456"]).value({"n": 1234567890123456, "m": 7, "x": 0.5}) == {
            "n": REDACTED,
            "m": 7,
            "x": 0.5,
        }

    def test_the_longer_secret_goes_first(self) -> None:
        """One secret inside another leaves no rest of the longer."""
        assert Redactor(["inner", "inner-and-outer"]).text("inner-and-outer") == REDACTED

    def test_bytes_that_are_no_text(self) -> None:
        """The environment may hold what is not UTF-8."""
        assert Redactor(["half-\udcff-secret"]).text("is half-\udcff-secret") == f"is {REDACTED}"

    def test_it_does_not_show_itself(self) -> None:
        assert "hunter2222" not in repr(Redactor(["hunter2222"]))


class TestShapes:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (f"key signkey-prod-{HEX} refused", f"key signkey-prod-{REDACTED} refused"),
            ("Authorization: Bearer abcdefgh12345678", f"Authorization: Bearer {REDACTED}"),
            ("authorization: Basic dXNlcjpwYXNz", f"authorization: Basic {REDACTED}"),
            ("at redis://:pa:ss@cache:6379/0", f"at redis://{REDACTED}@cache:6379/0"),
            ("https://user:pass@host/x?y=1", f"https://{REDACTED}@host/x?y=1"),
            ("host=db password=hunter2 port=1", f"host=db password={REDACTED} port=1"),
            ("host=db password='hunter 2' port=1", f"host=db password={REDACTED} port=1"),
            ("/sign-in?token=abc.def&next=1", f"/sign-in?token={REDACTED}&next=1"),
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("the bearer of news", "the bearer of news"),
        ],
    )
    def test_what_looks_like_a_secret_is_one(self, text: str, expected: str) -> None:
        assert Redactor([]).text(text) == expected

    def test_fields_that_are_never_shown(self) -> None:
        """Headers and passwords go whole, whatever is in them; an absent one stays absent."""
        line = Redactor([])(None, "info", {"headers": {"Cookie": "a=b", "X-Cron-Secret": 7, "Accept": "*/*"}})
        assert line == {"headers": {"Cookie": REDACTED, "X-Cron-Secret": REDACTED, "Accept": "*/*"}}
        assert Redactor([]).value({"password": None}) == {"password": None}


class TestWhateverIsLogged:
    def test_what_json_does_not_have_becomes_text(self) -> None:
        shown = Redactor(["hunter2222"]).value(
            {"e": ValueError("hunter2222"), "b": b"hunter2222\xff", "s": SecretStr("another"), "h": Hostile()}
        )
        assert shown == {
            "e": f"ValueError: {REDACTED}",
            "b": f"{REDACTED}\\xff",
            "s": "SecretStr('**********')",
            "h": "[unprintable Hostile]",
        }

    def test_a_value_that_holds_itself_ends(self) -> None:
        loop: dict[str, Any] = {"secret-thing": "hunter2222"}
        loop["self"] = loop
        assert "hunter2222" not in json.dumps(Redactor(["hunter2222"]).value(loop))

    def test_depth_hides_nothing(self) -> None:
        deep: Any = "hunter2222"
        for _ in range(DEEPEST * 3):
            deep = [deep]
        assert "hunter2222" not in json.dumps(Redactor(["hunter2222"]).value(deep))


def _texts(value: Any) -> str:
    """Every text in `value`, keys included, as it is."""
    if isinstance(value, dict):
        return "\0".join(f"{key}\0{_texts(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "\0".join(_texts(item) for item in value)
    return value if isinstance(value, str) else ""
