"""Files of reference data that cannot be loaded: each problem is named by file, line and column, nothing is written."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from agencies import reference_data
from agencies.models import Agency, Governorate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(reference_data.DATA, tmp_path / "data"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


LONG = ",أمانة عمان الكبرى في العاصمة,"
#: What is wrong in a folder by name: what stands in place of what, and what is said of it.
BAD_CELLS = {
    "columns": (
        [
            ("governorates.csv", "العاصمة,Amman", "العاصمة,,Amman"),
            ("cities.csv", "jo-am-liwa-amman-qasabah", ""),
            ("agencies.csv", "ministry,", "palace,"),
            ("topics.csv", "code,parent", "code,category"),
            ("routing_rules.csv", ",miyahuna,", ",,"),
            ("holidays.csv", "2025-01-01", "soon"),
            ("working_hours.csv", "08:30", "8h30"),
        ],
        [
            "governorates.csv, line 2: 7 cells where the header has 6",
            "cities.csv, line 2, column code: a row needs a code",
            "agencies.csv, line 2, column kind: Value 'palace' is not a valid choice.",
            "topics.csv, line 1, column category: there is no field of this name",
            "routing_rules.csv, line 2, column agency: is empty",
            "holidays.csv, line 2, column on: “soon” is not a date such as 2026-01-31",
            "working_hours.csv, line 2, column opens: “8h30” is not a time such as 08:30",
        ],
    ),
    "repetitions": (
        [
            ("agencies.csv", ",أمانة عمان,", LONG),
            ("agencies.csv", "\ngam,", "\ncspd,"),
            ("topics.csv", ",limit_days,", ",parent,"),
        ],
        [
            "agencies.csv, line 119, column short_name_ar: Ensure this value has at most 18 characters (it has 28).",
            "agencies.csv, line 119, column code: cspd is already on line 32",
            "topics.csv, line 1, column limit_days: is missing",
            "topics.csv, line 1, column parent: appears twice",
        ],
    ),
    "values": (
        [
            ("topics.csv", "complaint;suggestion", "complain;suggestion"),
            ("topics.csv", "normal,7,no", "normal,seven,maybe"),
        ],
        [
            (
                "topics.csv, line 2, column kinds: "
                "Item 1 in the array did not validate: Value 'complain' is not a valid choice."
            ),
            "topics.csv, line 2, column limit_days: “seven” is not a whole number",
            "topics.csv, line 2, column hides_identity: “maybe” is neither yes nor no",
        ],
    ),
    "references": (
        [("agencies.csv", ",pm,municipal", ",xx,municipal"), ("routing_rules.csv", ",miyahuna,", ",miahuna,")],
        [
            "agencies.csv, line 119, column parent: there is no xx",
            "routing_rules.csv, line 2, column agency: there is no miahuna",
        ],
    ),
}


@pytest.mark.parametrize("bad", BAD_CELLS)
def test_a_bad_cell_is_named_by_file_line_and_column_and_nothing_is_written(db, folder, bad):
    changes, problems = BAD_CELLS[bad]
    for change in changes:
        spoil(folder, *change)
    with pytest.raises(reference_data.BadReference) as told:
        reference_data.load(folder, at=timezone.now())
    assert list(told.value.problems) == problems
    assert [model._default_manager.count() for model in reference_data.FILES.values()] == [0] * len(
        reference_data.FILES
    )


def test_files_that_are_no_csv_are_named(db, folder):
    (folder / "cities.csv").write_bytes("code,name_ar\nعمان".encode("cp1256"))
    (folder / "topics.csv").unlink()
    (folder / "holidays.csv").write_text('code,on\n"never closed', encoding="utf-8")
    with pytest.raises(reference_data.BadReference) as bad:
        reference_data.load(folder, at=timezone.now())
    named = [problem.split(": ")[0] for problem in bad.value.problems if "cannot be read" in problem]
    assert named == ["cities.csv", "topics.csv"]
    assert bad.value.problems[-1].startswith("holidays.csv, line 1, column")


def test_all_bad_cells_are_named_at_once(db, folder):
    spoil(folder, "holidays.csv", "2025-01-01", "soon")
    spoil(folder, "governorates.csv", ",1,", ",first,")
    with pytest.raises(reference_data.BadReference) as bad:
        reference_data.load(folder, at=timezone.now())
    assert [problem.split(":")[0] for problem in bad.value.problems] == [
        "governorates.csv, line 2, column sort_order",
        "holidays.csv, line 2, column on",
    ]


def test_what_the_database_refuses_names_the_file_and_undoes_the_files_before(db, folder):
    spoil(folder, "working_hours.csv", "2026-02-18", "2026-04-18")
    with pytest.raises(reference_data.BadReference, match=r"working_hours\.csv: .*ends_after_it_starts"):
        reference_data.load(folder, at=timezone.now())
    assert Governorate.objects.count() == 0


def test_agencies_that_are_each_others_parents_are_refused(db, folder):
    spoil(
        folder,
        "agencies.csv",
        "Prime Ministry,ministry,,",
        "Prime Ministry,ministry,gam,",
    )
    with pytest.raises(reference_data.BadReference, match="line 2, column parent: the row would be its own parent"):
        reference_data.load(folder, at=timezone.now())
    assert Agency.objects.count() == 0


def test_the_command_shows_the_problems_and_that_nothing_was_loaded(db, folder, monkeypatch):
    spoil(folder, "holidays.csv", "2025-01-01", "soon")
    monkeypatch.setattr(reference_data, "load", lambda at, load=reference_data.load: load(folder, at=at))
    with pytest.raises(CommandError) as refused:
        call_command("load_reference")
    assert str(refused.value) == (
        "Nothing was loaded:\nholidays.csv, line 2, column on: “soon” is not a date such as 2026-01-31"
    )
