"""Secrets are compared in constant time: by `hmac.compare_digest`, never by `==` or `in` (design §9)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECRET = re.compile(
    r"(^|_)(secret|token|signature|digest|hexdigest|password|passphrase|(signing|event)_key)s?$"
)
"""Names of values that whoever knows them gets in with."""

READERS = ("get_secret_value", "encode", "strip")
"""Methods whose owner has the telling name."""


def compared(source: str) -> Iterator[tuple[int, str]]:
    """The line and the name of each secret in `source` that `==`, `!=` or `in` compares with a value."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        sides = [part for side in (node.left, *node.comparators) for part in getattr(side, "elts", [side])]
        if isinstance(node.left, ast.Constant):  # `"://" in secret` looks for a part that is no secret
            continue
        if all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            continue
        yield from ((node.lineno, name) for side in sides if (name := _name(side)) and SECRET.search(name))


def _name(side: ast.expr) -> str | None:
    match side:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            if isinstance(func, ast.Attribute) and func.attr in READERS:
                return _name(func.value)
            return _name(func)
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case _:
            return None


class TestComparisons:
    def test_none_of_ours(self) -> None:
        sources = [
            ROOT / "app.py",
            *(f for folder in ("cron", "inngest_functions", "lib") for f in (ROOT / folder).rglob("*.py")),
        ]
        found = [
            (str(path.relative_to(ROOT)), *hit) for path in sources for hit in compared(path.read_text())
        ]
        assert found == []

    def test_one_would_be_found(self) -> None:
        for text in (
            "given == self.cron_secret",
            "settings.metrics_token.get_secret_value() != given",
            "hmac.new(k, b, 'sha256').hexdigest() == given",
            "parts['signature'] == made",
            "given in (operator_token, metrics_token)",
        ):
            assert list(compared(text)), text
        assert list(compared("secret is None")) == []
