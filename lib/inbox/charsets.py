"""From a part's bytes to text, whatever its label says."""

import codecs
from typing import Final

WINDOWS: Final = "windows-1252"
GUESSED: Final = frozenset(
    {"", "us-ascii", "ascii", "unknown-8bit", "unknown", "x-unknown", "default", "utf8"}
)
"""Labels that say nothing, or less than the bytes do."""
WIDER: Final = {
    "iso-8859-1": WINDOWS,
    "latin-1": WINDOWS,
    "latin1": WINDOWS,
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
}
"""Labels that senders put on text of a larger set (the choices of the WHATWG's Encoding Standard)."""
NO_CHARSETS: Final = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
"""Codecs of Python that are not character sets of mail; some take quadratic time."""


def decoded(octets: bytes, label: str | None) -> str:
    """`octets` as text: by its label, else UTF-8, else Windows-1252; unreadable bytes become U+FFFD."""
    charset = _charset(label)
    for candidate in filter(None, (charset, "utf-8")):
        try:
            return octets.decode(candidate)
        except (UnicodeError, LookupError):
            continue
    return octets.decode(charset or WINDOWS, "replace")


def _charset(label: str | None) -> str | None:
    """The codec for `label`; None when the bytes must speak for themselves."""
    name = (label or "").strip().strip("'\"").lower()
    if name in GUESSED:
        return None
    name = WIDER.get(name, name)
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except (LookupError, ValueError):
        return None
    return None if codec.name.replace("_", "-") in NO_CHARSETS else codec.name
