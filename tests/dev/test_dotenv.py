from pathlib import Path

import pytest

from dev.dotenv import parse, with_file
from dev.problem import Problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A=1", {"A": "1"}, id="plain"),
        pytest.param("export A = one ", {"A": "one"}, id="export and white space around"),
        pytest.param("A=", {"A": ""}, id="empty"),
        pytest.param("A=x # why", {"A": "x"}, id="comment after white space"),
        pytest.param("A=x#y", {"A": "x#y"}, id="hash inside a value"),
        pytest.param("A=#y", {"A": ""}, id="only a comment"),
        pytest.param("# A=1\n\nB=2", {"B": "2"}, id="comment line and empty line"),
        pytest.param("A=1\nA=2", {"A": "2"}, id="later wins"),
        pytest.param(r'A="a\nb \"c\" \\ # d"', {"A": 'a\nb "c" \\ # d'}, id="double quotes escape"),
        pytest.param(r"A='a\nb # c' # d", {"A": r"a\nb # c"}, id="single quotes keep"),
        pytest.param("A=$HOME `id`", {"A": "$HOME `id`"}, id="nothing expanded or run"),
        pytest.param("\ufeffA=1\r\nB=2\r\n", {"A": "1", "B": "2"}, id="byte order mark, CRLF"),
        pytest.param("A=postgresql://u:p=w@h/d", {"A": "postgresql://u:p=w@h/d"}, id="equals"),
    ],
)
def test_lines_that_can_be_read(text: str, expected: dict[str, str]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "line", ["hunter2", '="hunter2"', 'A="hunter2', "A='hunter2", 'A="x" hunter2', "1A=hunter2"]
)
def test_a_line_that_cannot_be_read_is_named_without_its_value(line: str) -> None:
    with pytest.raises(Problem, match="line 2") as caught:
        parse(f"B=1\n{line}")
    assert "hunter2" not in str(caught.value)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=file\nB=file\n", encoding="utf-8")
    assert with_file({"A": "environment"}, file) == {"A": "environment", "B": "file"}


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert with_file({"A": "1"}, tmp_path / ".env") == {"A": "1"}


def test_a_file_that_is_not_text_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"A=\xff")
    with pytest.raises(Problem, match="cannot be read"):
        with_file({}, file)
