"""Pictures of terminals: what a command said, drawn the same each time, with nothing of this machine."""

import re
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dev.problem import Problem
from dev.project import here
from dev.terminal_picture import main, picture, run_in_terminal

SAID = "\x1b[1;32mwell\x1b[0m <all> of it & more\r\n  second {line}\r\n"
TOLD = ["python", "-c", "print('well')"]


def program(code: str) -> list[str]:
    return [Path(sys.executable).name, "-c", code]


def rows(svg: str) -> list[str]:
    """The picture's texts, from top to bottom, as a reader sees them."""
    found: dict[float, str] = {}
    for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 - made by us
        height = float(text.attrib["y"])
        found[height] = found.get(height, "") + (text.text or "").replace("\N{NO-BREAK SPACE}", " ")
    return [found[height].rstrip() for height in sorted(found)]


class TestPicture:
    def test_the_command_stands_above_its_output(self) -> None:
        svg = picture(["flask", "rollout", "back", "--why", "two words"], SAID)
        assert rows(svg) == [
            "$ flask rollout back --why 'two words'",
            "well <all> of it & more",
            "  second {line}",
        ]

    def test_colours_are_kept(self) -> None:
        """Bold green is a class of its own, which the plain text is not of."""
        svg = picture(TOLD, SAID)
        coloured = re.search(r"\.([\w-]+) \{ fill: #98a84b;font-weight: bold \}", svg)
        assert coloured is not None
        assert re.findall(rf'class="{coloured[1]}"[^>]*>([^<]*)<', svg) == ["well"]

    def test_it_is_the_same_each_time(self) -> None:
        assert picture(TOLD, SAID) == picture(TOLD, SAID)

    def test_it_loads_nothing(self) -> None:
        """One address is in it, the name of SVG itself; no font, style or picture comes from elsewhere."""
        svg = picture(TOLD, SAID)
        assert re.findall(r"https?:[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
        assert re.findall(r"url\((?!#)|@import|@font-face|href", svg) == []

    def test_it_is_told_to_those_who_cannot_see(self) -> None:
        root = ET.fromstring(picture(["echo", 'a"{b}<'], "x"))  # noqa: S314 - made by us
        assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", "echo 'a\"{b}<'")

    def test_a_long_line_is_broken_and_not_cut(self) -> None:
        assert "".join(rows(picture(["x"], "0123456789" * 5, columns=20))[1:]) == "0123456789" * 5

    @pytest.mark.parametrize("folder", [here().root, Path.home(), Path(sys.prefix)])
    def test_no_folder_of_this_machine_is_shown(self, folder: Path) -> None:
        """Neither in one piece nor broken over two lines."""
        half = len(str(folder)) // 2
        for shown in (f"in {folder}/x", f"{str(folder)[:half]}\r\n{str(folder)[half:]}/x"):
            with pytest.raises(Problem, match="a folder of this machine"):
                picture(TOLD, shown)
        with pytest.raises(Problem, match="a folder of this machine"):
            picture([f"{folder}/bin/x"], "well")


class TestRun:
    def test_it_runs_in_a_terminal_of_that_width(self) -> None:
        code = "import os, sys; print(*map(os.isatty, (1, 2)), os.get_terminal_size().columns)"
        run = run_in_terminal(program(code), columns=77)
        assert (run.code, run.output.split()) == (0, ["True", "True", "77"])

    def test_what_goes_to_standard_error_is_in_it_or_not(self) -> None:
        code = "import sys; print('said', flush=True); print('logged', file=sys.stderr); sys.exit(7)"
        both, one = (run_in_terminal(program(code), with_errors=errors) for errors in (True, False))
        assert (both.code, both.output.split()) == (7, ["said", "logged"])
        assert (one.code, one.output.split()) == (7, ["said"])

    def test_colours_do_not_go_by_our_own_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        code = "from rich.console import Console; Console().print('[bold red]red[/]')"
        assert "\x1b[1;31mred" in run_in_terminal(program(code)).output

    def test_one_that_does_not_end_is_stopped(self) -> None:
        """In time, and with whatever it started itself."""
        begun = time.monotonic()
        with pytest.raises(Problem, match="took longer than 1 s"):
            run_in_terminal(["sh", "-c", "sleep 60 & sleep 60"], seconds=1)
        assert time.monotonic() - begun < 20

    def test_one_that_writes_without_end_is_stopped(self) -> None:
        with pytest.raises(Problem, match=r"more than 200,000 bytes"):
            run_in_terminal(["sh", "-c", "while :; do echo again and again; done"])

    def test_one_that_there_is_not(self) -> None:
        with pytest.raises(Problem, match="There is no command no-such-command"):
            run_in_terminal(["no-such-command"])


class TestMain:
    def test_it_writes_the_picture(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        target = tmp_path / "one.svg"
        assert main([str(target), "--", *program("print('well')")]) == 0
        assert rows(target.read_text("utf-8"))[1:] == ["well"]
        assert "with exit code 0" in capsys.readouterr().out

    def test_of_another_end_than_expected_there_is_none(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = tmp_path / "one.svg"
        assert main([str(target), "--exit", "7", "--", *program("print('why')")]) == 1
        assert not target.exists()
        said = capsys.readouterr().err
        assert "exit code 0, not 7" in said
        assert "why" in said
