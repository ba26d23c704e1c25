import pytest

from lib.inbox.charsets import decoded


class TestDecoded:
    @pytest.mark.parametrize(
        ("octets", "label", "expected"),
        [
            pytest.param("é".encode(), "utf-8", "é", id="utf-8"),
            pytest.param("é".encode("latin-1"), "ISO-8859-1", "é", id="latin-1"),
            pytest.param(b"\x80", "iso-8859-1", "€", id="latin-1 is windows-1252 in mail"),
            pytest.param("冷蔵".encode("iso-2022-jp"), "iso-2022-jp", "冷蔵", id="iso-2022-jp"),
            pytest.param("привет".encode("koi8-r"), "koi8-r", "привет", id="koi8-r"),
            pytest.param("镕".encode("gb18030"), "gb2312", "镕", id="gb2312 is a part of gb18030"),
            pytest.param("é".encode(), None, "é", id="no label, utf-8"),
            pytest.param(b"\xe9", None, "é", id="no label, windows-1252"),
            pytest.param(b"\xe9", "us-ascii", "é", id="said to be ASCII and is not"),
            pytest.param("é".encode(), "x-unknown", "é", id="an unknown label"),
            pytest.param(b"\xe9", "utf-8", "\ufffd", id="broken utf-8 keeps its label"),
            pytest.param("é".encode(), "shift_jis\x00", "é", id="a NUL in the label"),
            pytest.param(b"xn--9ca", "idna", "xn--9ca", id="a codec that is no charset"),
            pytest.param(b"\\u0041", "unicode_escape", "\\u0041", id="another"),
            pytest.param(b"eJw=", "zlib", "eJw=", id="a compression"),
            pytest.param(b"\xff\xfe", '"UTF-8"', "\ufffd\ufffd", id="quotes around the label"),
            pytest.param("é".encode(), "é", "é", id="a label that isn't ASCII"),
        ],
    )
    def test_reads(self, octets: bytes, label: str | None, expected: str) -> None:
        assert decoded(octets, label) == expected
