"""What the mutations change, which tests judge a change, and how a verdict is reached."""

import ast
from pathlib import Path

import pytest

from config.devstack.state import ROOT
from tests.bench.mutations import command, covering
from tests.bench.mutations.covering import Coverage, Recorded
from tests.bench.mutations.mutants import Mutant, find

SOURCE = '''"""Docstring with 3."""
LIMIT = 14
TABLE = {Action.FILE: Row(who=CITIZEN, tells=(ONE, TWO)), Action.CLOSE: Row()}

@atomic
def late(clock: "1 < 2", at, *, days: int = 7) -> bool:
    """Tell 5."""
    logger.info("seen %s", 9)
    if clock.due and not at:
        raise Late
    clock.seen = at + 1
    clock.save()
    return at > clock.due
'''


def changes(source: str) -> dict[str, str]:
    """Return the file as each mutant of it has it, by what the mutant says."""
    found = find("a.py", source.encode())
    assert len({mutant.key for mutant in found}) == len(found)
    return {f"{m.kind}: {m.before} → {m.after}": m.applied(source.encode()).decode() for m in found}


def test_every_kind_of_change_is_made_and_texts_types_and_logs_are_left_alone() -> None:
    assert sorted(change.replace("\n", " ") for change in changes(SOURCE)) == sorted(
        [
            "constant: 14 → (15)",
            "element removed: Action.FILE → ({Action.CLOSE: Row()})",
            "element removed: Action.CLOSE → ({Action.FILE: Row(who=CITIZEN, tells=(ONE, TWO))})",
            "who removed: who=CITIZEN → (Row(tells=(ONE, TWO)))",
            "tells removed: tells=(ONE, TWO) → (Row(who=CITIZEN))",
            "element removed: ONE → ((TWO,))",
            "element removed: TWO → ((ONE,))",
            "decorator removed: atomic → ",
            "and/or: clock.due and (not at) → (clock.due or not at)",
            "not removed: not at → (at)",
            "statement removed: raise Late → pass",
            "statement removed: clock.seen = at + 1 → pass",
            "plus/minus: at + 1 → (at - 1)",
            "constant: 1 → (2)",
            "statement removed: clock.save() → pass",
            "returns None: return at > clock.due → return None",
            "comparison: at > clock.due → (at >= clock.due)",
        ]
    )


def test_a_change_is_one_place_of_a_program() -> None:
    for key, changed in changes(SOURCE).items():
        ast.parse(changed)
        assert changed != SOURCE, key
    assert changes(SOURCE)["comparison: at > clock.due → (at >= clock.due)"].count("(at >= clock.due)") == 1


def test_text_in_other_letters_does_not_move_the_change() -> None:
    assert changes('NAME = pair("مياه", 1)') == {"constant: 1 → (2)": 'NAME = pair("مياه", (2))'}


def test_what_is_alike_has_keys_of_its_own() -> None:
    keys = [mutant.key for mutant in find("a.py", b"def late(a):\n    return a < 1, a < 1\n")]
    assert [key for key in keys if "constant" in key] == [
        "a.py late: constant: 1 → (2)",
        "a.py late: constant: 1 → (2) (2)",
    ]


def test_a_line_is_judged_by_the_tests_that_run_it_the_nearest_first() -> None:
    mutant = Mutant("complaints/clocks/clockwork.py", 3, 3, "comparison", "", "", 0, 0)
    far = Recorded("tests/complaints/desk/test_b.py::test_1", 0.1, {mutant.file: 1 << 3})
    near = Recorded("tests/complaints/clocks/test_a.py::test_2", 9.0, {mutant.file: 1 << 3 | 1 << 4})
    other = Recorded("tests/complaints/clocks/test_a.py::test_3", 0.1, {mutant.file: 1 << 4})
    assert Coverage(ROOT, [far, other, near]).tests(mutant) == [near, far]


def test_a_test_of_a_group_is_run_by_its_own_name() -> None:
    recorded = ("tests/a.py::test_1@tests/a.py", "tests/a.py::test_2[x@y.jo]", "tests/a.py::test_3[x@y.jo]@faults")
    names = [covering._read({"test": name, "seconds": 1, "lines": {}}).name for name in recorded]
    assert names == ["tests/a.py::test_1", "tests/a.py::test_2[x@y.jo]", "tests/a.py::test_3[x@y.jo]"]


def test_a_row_of_a_table_is_judged_by_the_tests_that_run_a_line_which_names_it(tmp_path: Path) -> None:
    (tmp_path / "complaints").mkdir()
    (tmp_path / "complaints" / "acts.py").write_text("def accept():\n    return move(Action.ACCEPT)\n")
    row = Mutant("complaints/workflow/actions.py", 3, 3, "who removed", "", "", 0, 0, names=("ACCEPT",))
    uses = Recorded("tests/complaints/test_acts.py::test_1", 1.0, {"complaints/acts.py": 1 << 2})
    not_uses = Recorded("tests/complaints/test_acts.py::test_2", 1.0, {"complaints/acts.py": 1 << 1})
    mirrors = Recorded("tests/complaints/test_workflow.py::test_3", 1.0, {})
    assert Coverage(tmp_path, [not_uses, uses, mirrors]).tests(row) == [mirrors, uses]


def test_the_core_has_enough_mutants_of_every_area_and_the_choice_is_the_same_each_time() -> None:
    everything = command.every_mutant(ROOT)
    chosen = command.choose(everything, number=command.NUMBER, seed=1)
    assert chosen == command.choose(everything, number=command.NUMBER, seed=1)
    assert len(chosen) == command.NUMBER >= 150
    assert {area for area, _ in chosen} == set(command.AREAS)
    keys = {mutant.key for mutants in everything.values() for mutant in mutants}
    assert set(command.equivalents()) <= keys
    assert all(command.equivalents().values())


def test_a_sample_says_how_far_the_share_of_all_may_be_from_its_own() -> None:
    assert [tuple(round(end, 3) for end in command.wilson(*seen)) for seen in ((81, 90), (10, 10), (0, 0))] == [
        (0.821, 0.946),
        (0.722, 1.0),
        (0.0, 1.0),
    ]


@pytest.mark.parametrize(("area", "file"), [(area, file) for area, files in command.AREAS.items() for file in files])
def test_every_area_names_what_exists(area: str, file: str) -> None:
    assert (ROOT / file).exists(), area
