"""`format=flowed` text with its paragraphs put back together (RFC 3676)."""

from typing import Final

SIGNATURE: Final = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    """`text` with soft line breaks undone; `delete_space` is the parameter `delsp=yes`."""
    paragraphs: list[str] = []
    open_depth: int | None = None
    open_lines: list[str] = []

    def close() -> None:
        nonlocal open_depth
        if open_depth is not None:
            paragraphs.append(_quoted(open_depth) + "".join(open_lines))
        open_depth = None
        open_lines.clear()

    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if open_depth not in (None, depth) or content == SIGNATURE:
            close()
        flows = content.endswith(" ") and content != SIGNATURE
        open_depth = depth
        open_lines.append(content[:-1] if flows and delete_space else content)
        if not flows:
            close()
    close()
    return "\n".join(paragraphs)


def _quoted(depth: int) -> str:
    return ">" * depth + " " if depth else ""
