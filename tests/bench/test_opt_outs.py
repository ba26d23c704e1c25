from pathlib import Path

import pytest

from bench.opt_outs import main


def _scored(folder: Path, *rows: tuple[str, str]) -> tuple[int, str]:
    file, said = folder / "examples.jsonl", list[str]()
    lines = (
        f'{{"id": "{number}", "label": "{label}", "language": "en", "text": "{text}"}}'
        for number, (label, text) in enumerate(rows)
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    return main([str(file)], show=said.append), "\n".join(said)


def test_ours_reach_the_bar() -> None:
    """The gate: recall at least 0.97, precision at least 0.95."""
    said: list[str] = []
    assert main([], show=said.append) == 0, said


def test_a_miss_and_a_false_alarm_are_named(tmp_path: Path) -> None:
    code, said = _scored(tmp_path, ("opt_out", "STOP"), ("opt_out", "Fine."), ("other", "Unsubscribe me."))
    assert code == 6
    assert "missed: 1\nwrongly told: 2" in said


def test_no_opt_out_is_exit_4(tmp_path: Path) -> None:
    assert _scored(tmp_path, ("other", "Fine."))[0] == 4


def test_what_is_no_example_is_exit_2(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        _scored(tmp_path, ("perhaps", "Fine."))
    assert ended.value.code == 2
