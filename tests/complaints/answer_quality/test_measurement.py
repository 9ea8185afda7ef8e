"""The command that measures the judgement: all samples reach the goal, and a worse one says so."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from complaints.answer_quality.measurement import SAMPLE

SECOND = SAMPLE.with_name("answers_second_sample.csv")
#: By two people who had seen neither the rules nor the lexicon; nothing was changed because of them.
BLIND = (SAMPLE.with_name("answers_blind_sample.csv"), SAMPLE.with_name("answers_blind_sample_2.csv"))


def measured(**options: object) -> list[str]:
    out = StringIO()
    call_command("measure_answers", stdout=out, **options)
    return out.getvalue().splitlines()


def test_all_samples_reach_the_goal() -> None:
    """The half that was only measured reaches it too."""
    lines = measured()
    assert lines[-1] == "reached"
    caught = lines[lines.index("only measured:") + 1]
    assert float(caught.split("  ")[-2].rstrip("%")) >= 85
    second = measured(file=SECOND)
    assert (second[-1], "only measured:" in second) == ("reached", False)
    assert [measured(file=each)[-1] for each in BLIND] == ["reached", "reached"]


def test_a_worse_sample_says_so_and_a_file_of_something_else_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "worse.csv"
    file.write_text(SECOND.read_text(encoding="utf-8").replace(",genuine,", ",hollow,"), encoding="utf-8")
    assert measured(file=file)[-1] == "not reached"
    head = "id,case_id,lang,label,kind_of_hollowness,found,done\n"
    file.write_text(f"{head}X1,S999,ar,hollow,,تم اللازم,تم عمل اللازم\n", encoding="utf-8")
    lines = measured(file=file)
    assert ("1 of 1" in lines[3], lines[-1]) == (True, "not reached")
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError):
        measured(file=file)
