import pytest
from pydantic import SecretStr

from lib.sign_in.derived_keys import KeyUse, derived_key, hkdf_sha256, keyed_hash


class TestHkdf:
    @pytest.mark.parametrize(
        ("secret", "salt", "info", "begins"),
        [
            (
                "0b" * 22,
                "000102030405060708090a0b0c",
                "f0f1f2f3f4f5f6f7f8f9",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
            ),
            ("0b" * 22, "", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"),
        ],
        ids=["test case 1", "test case 3"],
    )
    def test_rfc_5869(self, secret: str, salt: str, info: str, begins: str) -> None:
        """The first 32 bytes of the RFC's own results."""
        made = hkdf_sha256(bytes.fromhex(secret), salt=bytes.fromhex(salt), info=bytes.fromhex(info))
        assert made.hex() == begins


class TestKeys:
    def test_each_use_and_each_token_has_its_own(self) -> None:
        keys = {derived_key(SecretStr(token), use) for token in ("one", "other") for use in KeyUse}
        assert len(keys) == 2 * len(KeyUse)

    def test_whatever_is_said_has_a_hash(self) -> None:
        assert len({keyed_hash(b"k", said) for said in ("", "a", "ä", "\0")}) == 4
        assert len(keyed_hash(b"k", "\udcff")) == 32
