"""What a mail's author wrote, apart from what they quoted of earlier mail.

It goes line by line and looks at each a bounded number of times, because the text comes from strangers.
Answers written between or below quoted lines are kept as the author's.
"""

from typing import Final

ATTRIBUTION_LINES: Final = 3
"""Over how many lines a mail program may fold `On … wrote:`."""
ATTRIBUTION_LIMIT: Final = 400
OPENINGS: Final = ("on ", "am ", "le ", "el ", "il ", "op ", "den ", "em ", "dnia ", "dne ")
"""How an attribution begins, in lower case; Japanese ones begin with the year."""
LAST_VERBS: Final = ("wrote", "a écrit", "escribió", "ha scritto", "escreveu", "napisał(a)", "napsal(a)")
"""Verbs that end an attribution: `On … Ada wrote:`."""
INNER_VERBS: Final = (" schrieb ", " schreef ", " skrev ")
"""Verbs before the name: `Am … schrieb Ada:`."""
JAPANESE_ENDINGS: Final = ("書きました:", "書きました：", "wrote:", ">:")  # noqa: RUF001 - the full-width colon
SEPARATORS: Final = (
    *("original message", "ursprüngliche nachricht", "message d'origine", "mensaje original"),
    *("messaggio originale", "oorspronkelijk bericht", "元のメッセージ"),
)
SENDER_FIELDS: Final = ("from:", "von:", "de :", "de:", "da:", "van:", "差出人:")
OTHER_FIELDS: Final = (
    *("sent:", "date:", "to:", "subject:", "gesendet:", "datum:", "an:", "betreff:", "envoyé", "objet", "à "),
    *("enviado", "para:", "asunto:", "fecha:", "inviato:", "oggetto:", "送信日時:", "宛先:", "件名:"),
)
FIELD_WINDOW: Final = 6
"""Lines after the sender's in which a quoted header block must show itself."""


def split_quotation(text: str) -> tuple[str, str | None]:
    """(what the author wrote, what they quoted); the whole text and None when there is nothing else."""
    lines = text.split("\n")
    own: list[str] = []
    quoted: list[str] = []
    index = 0
    while index < len(lines):
        attribution = _attribution_length(lines, index)
        if _is_quoted(lines[index]):
            quoted.append(lines[index])
            index += 1
        elif attribution:
            quoted.extend(lines[index : index + attribution])
            index += attribution
            if not _quote_follows(lines, index):  # the program quotes by its place alone
                quoted.extend(lines[index:])
                break
        elif _begins_quoted_mail(lines, index):
            quoted.extend(lines[index:])
            break
        else:
            own.append(lines[index])
            index += 1
    written, rest = "\n".join(own).strip(), "\n".join(quoted).strip()
    if not written or not rest:
        return text.strip(), None
    return written, rest


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _quote_follows(lines: list[str], index: int) -> bool:
    """Whether the next line that isn't blank, within three, is a quoted one."""
    return next((_is_quoted(line) for line in lines[index : index + 3] if line.strip()), False)


def _attribution_length(lines: list[str], index: int) -> int:
    """How many lines at `index` are one attribution such as `On … wrote:`; 0 when they are none."""
    first = lines[index].strip().lower()
    japanese = first[:4].isdigit() and first[4:5] in ("年", "/", "-")
    if not (japanese or first.startswith(OPENINGS)):
        return 0
    joined = ""
    for length, line in enumerate(lines[index : index + ATTRIBUTION_LINES], start=1):
        joined = f"{joined} {line.strip().lower()}".strip()
        if not line.strip() or len(joined) > ATTRIBUTION_LIMIT:
            return 0
        if japanese and joined.endswith(JAPANESE_ENDINGS):
            return length
        stem = joined.removesuffix(":").rstrip()
        if stem != joined and (stem.endswith(LAST_VERBS) or any(verb in stem for verb in INNER_VERBS)):
            return length if any(map(str.isdigit, stem)) or "@" in stem else 0
    return 0


def _begins_quoted_mail(lines: list[str], index: int) -> bool:
    """Whether a separator or a block of headers at `index` begins an earlier mail."""
    line = lines[index].strip().strip("*").lower()
    dashes = line.startswith("--") and line.endswith("--")
    if dashes and line.strip("- ") in SEPARATORS:
        return True
    if not line.startswith(SENDER_FIELDS):
        return False
    following = [other.strip().strip("*").lower() for other in lines[index + 1 : index + FIELD_WINDOW]]
    return sum(other.startswith(OTHER_FIELDS) for other in following) > 1
