from datetime import UTC, datetime

import pytest
from inngest._internal.net import validate_request_sig
from inngest._internal.server_lib import ServerKind

from lib.inngest_signature import SignatureMalformed, SignatureStale, require_fresh, sign_empty

NOW = datetime(2026, 11, 23, 19, 50, 0, 900_000, tzinfo=UTC)
KEY = "signkey-branch-" + "0123456789abcdef" * 4
BARE = "ab" * 32
S = "ab" * 32


class TestSigned:
    @pytest.mark.parametrize("key", [KEY, BARE])
    def test_the_sdk_takes_it(self, key: str) -> None:
        """With the prefix that says whose key it is, and without, as a server of one's own has it."""
        headers = {"x-inngest-signature": sign_empty(key, at=NOW)}
        found = validate_request_sig(
            body=b"", headers=headers, mode=ServerKind.CLOUD, signing_key=key, signing_key_fallback=None
        )
        assert found == key

    def test_it_is_fresh(self) -> None:
        require_fresh(sign_empty(KEY, at=NOW), now=NOW)


class TestFresh:
    @pytest.mark.parametrize("seconds", [-299, 0, 300])
    def test_five_minutes_either_way(self, seconds: int) -> None:
        require_fresh(f"t={int(NOW.timestamp()) + seconds}&s={S}", now=NOW)

    @pytest.mark.parametrize("seconds", [-300, 301, -3_600, 3_600])
    def test_not_more(self, seconds: int) -> None:
        """The clock's fraction of a second counts: 300.9 s are too old."""
        with pytest.raises(SignatureStale):
            require_fresh(f"t={int(NOW.timestamp()) + seconds}&s={S}", now=NOW)

    @pytest.mark.parametrize(
        "signature",
        ["", "t=1", f"s={S}", f"s={S}&t=1795463400", f"t=1795463400&s={S}\n", f"t=+1795463400&s={S}"],
    )
    def test_malformed(self, signature: str) -> None:
        with pytest.raises(SignatureMalformed):
            require_fresh(signature, now=NOW)
