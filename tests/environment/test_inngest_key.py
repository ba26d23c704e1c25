import pytest

from lib.environment.inngest_key import KeyOwner, is_sound_event_key, is_sound_signing_key, owner_of

HEX = "0123456789abcdef" * 4


class TestOwner:
    @pytest.mark.parametrize(
        ("key", "owner"),
        [
            (f"signkey-prod-{HEX}", KeyOwner.PRODUCTION),
            (f"SIGNKEY-PROD-{HEX}", KeyOwner.PRODUCTION),
            (f'"signkey-prod-{HEX}"', KeyOwner.PRODUCTION),
            (f"signkey-branch-{HEX}", KeyOwner.BRANCH),
            (f"signkey-test-{HEX}", KeyOwner.TEST),
            (f"signkey-other-{HEX}", KeyOwner.UNKNOWN),
            (HEX, KeyOwner.UNKNOWN),
        ],
    )
    def test_by_its_prefix(self, key: str, owner: KeyOwner) -> None:
        assert owner_of(key) is owner


class TestSoundness:
    @pytest.mark.parametrize(
        "key", [f"signkey-prod-{HEX}", f"signkey-branch-{HEX.upper()}", "signkey-test-00"]
    )
    def test_good_signing_keys(self, key: str) -> None:
        assert is_sound_signing_key(key, self_hosted=False)

    @pytest.mark.parametrize(
        "key",
        [
            "signkey-prod-",
            "signkey-prod-xyz",
            "signkey-prod-abc",
            f"signkey-other-{HEX}",
            HEX,
            f"{HEX}\n",
            "x",
        ],
    )
    def test_bad_signing_keys(self, key: str) -> None:
        """The SDK decodes the digits; an odd or foreign one raises in the middle of a request."""
        assert not is_sound_signing_key(key, self_hosted=False)

    def test_a_server_of_ones_own_needs_no_prefix(self) -> None:
        assert is_sound_signing_key(HEX, self_hosted=True)
        assert is_sound_signing_key(f"signkey-other-{HEX}", self_hosted=True)
        assert not is_sound_signing_key("not hex", self_hosted=True)

    @pytest.mark.parametrize(
        ("key", "sound"), [("aB3_-", True), ("a/b", False), ('"a"', False), ("a b", False)]
    )
    def test_event_keys(self, key: str, sound: bool) -> None:  # noqa: FBT001 - a row
        """An event key is a part of an address."""
        assert is_sound_event_key(key) is sound
