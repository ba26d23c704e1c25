from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import Unauthorized
from lib.inbox.signature import SKEW_SECONDS, require_fresh, require_signed, signature

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECOND = int(NOW.timestamp())


class TestSignature:
    def test_is_hmac_sha256_over_time_workspace_and_body(self) -> None:
        """A vector from `printf '1.w.body' | openssl dgst -sha256 -hmac key`."""
        assert signature("key", timestamp="1", workspace="w", body=b"body") == (
            "a702bb92592a907f83f358b1838082ae789e009b4b95d5926a5f66962ec7448c"
        )

    @given(shift=st.integers(-10_000, 10_000))
    def test_fresh_means_five_minutes_either_way(self, shift: int) -> None:
        header = f"t={SECOND + shift},v1={'0' * 64}"
        if abs(shift) <= SKEW_SECONDS:
            assert require_fresh(header, now=NOW)["t"] == str(SECOND + shift)
        else:
            with pytest.raises(Unauthorized):
                require_fresh(header, now=NOW)

    @given(header=st.text())
    def test_any_other_header_is_refused(self, header: str) -> None:
        with pytest.raises(Unauthorized):
            require_fresh(header, now=NOW)

    @given(body=st.binary(), other=st.binary(), workspace=st.text(), secret=st.text(min_size=1))
    def test_only_the_signed_body_passes(
        self, body: bytes, other: bytes, workspace: str, secret: str
    ) -> None:
        v1 = signature("s", timestamp=str(SECOND), workspace=workspace, body=body)
        parts = require_fresh(f"t={SECOND},v1={v1}", now=NOW)
        require_signed(parts, secret="s", workspace=workspace, body=body)
        if other != body:
            with pytest.raises(Unauthorized):
                require_signed(parts, secret="s", workspace=workspace, body=other)
        if secret.rstrip("\x00") != "s":
            with pytest.raises(Unauthorized):
                require_signed(parts, secret=secret, workspace=workspace, body=body)
