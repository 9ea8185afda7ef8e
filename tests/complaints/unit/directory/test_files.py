"""Export and import of reference data: a dry run first, whole files or nothing, and every problem by its line."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from agencies import reference_data, reference_files
from agencies.models import Agency, ReferenceChange
from agencies.reference_changes import Author
from agencies.reference_reading import plain
from kit.safe_cells import without_formula
from tests.complaints.pages import Desk

HEAD = "code,name_ar,name_en,short_name_ar,short_name_en,kind,sector,parent,ends_on\n"
GAM = "gam,أمانة عمان الكبرى,Greater Amman Municipality,أمانة عمان,Greater Amman,municipality,municipal,,\n"
URL = ("directory-import", "agencies")


def send(client: Any, data: bytes | str) -> Any:
    content = data.encode() if isinstance(data, str) else data
    return client.post(reverse(URL[0], args=[URL[1]]), {"file": SimpleUploadedFile("agencies.csv", content)})


def problems(answer: Any) -> list[str]:
    """Return what a refused file is told, beside its box or above it."""
    form = answer.context["form"]
    return [*(answer.context.get("problems") or []), *(str(error) for found in form.errors.values() for error in found)]


@pytest.mark.django_db
def test_every_table_goes_out_and_comes_in_again_unchanged(now: datetime) -> None:
    reference_data.load(at=now)
    Agency.objects.filter(code="gam").update(notes="+962 ملاحظة")
    for model in reference_data.FILES.values():
        text = reference_files.decoded_text("".join(reference_files.export(model)).encode(), file="x")
        plan = reference_files.check(text, model, author=Author(uuid4(), now))
        assert (bool(plan), plan.others) == (False, 0), model


def test_the_dry_run_changes_nothing_and_the_confirmation_what_it_showed(
    desk: Desk, hala: User, water: Agency, gam: Agency
) -> None:
    client = desk(hala)
    new = "springs,الينابيع,Springs,الينابيع,Springs,company,water,gam,\n"
    text = "\ufeff" + HEAD + GAM.replace("Greater Amman,", "Amman,") + new
    checked = send(client, text)
    plan = checked.context["plan"]
    assert ([len(plan.added), len(plan.changed), len(plan.ended), plan.others], Agency.objects.count()) == (
        [1, 1, 0, 2],
        3,
    )
    for separator in (";", "\t"):
        assert send(client, text.replace(",", separator)).context["plan"].digest == plan.digest, separator
    confirm = checked.context["confirm"].initial
    assert client.post(reverse(URL[0], args=[URL[1]]), confirm).status_code == 302
    gam.refresh_from_db()
    added = Agency.objects.get(code="springs")
    assert (gam.short_name_en, added.parent, gam.edited_at is not None) == ("Amman", gam, True)
    assert {(change.row, change.kind, change.made_by) for change in ReferenceChange.objects.all()} == {
        (gam.pk, "imported", hala.pk),
        (added.pk, "imported", hala.pk),
    }
    # The same once more would change something else now: nothing.
    again = client.post(reverse(URL[0], args=[URL[1]]), confirm)
    assert (again.status_code, again.context["is_overtaken"], ReferenceChange.objects.count()) == (200, True, 2)
    forged = client.post(reverse(URL[0], args=[URL[1]]), confirm | {"content": "x"})
    assert problems(forged) == ["Choose the file again: it was checked too long ago."]


def test_an_ended_row_is_named_as_ended(desk: Desk, hala: User, gam: Agency) -> None:
    answer = send(desk(hala), HEAD + GAM.replace(",,\n", ",,2026-01-31\n"))
    assert [row.code for row, _before, _after in answer.context["plan"].ended] == ["gam"]
    gam.refresh_from_db()
    assert gam.ends_on is None


BAD = {
    "unknown parent": (HEAD + GAM.replace(",,\n", ",atlantis,\n"), "line 2, column parent: there is no atlantis"),
    "a circle": (
        HEAD + GAM.replace(",,\n", ",miyahuna,\n") + "miyahuna,شركة,Water,مياهنا,Water,company,water,gam,\n",
        "line 2, column parent: the row would be its own parent",
    ),
    "twice": (HEAD + GAM + GAM, "line 3, column code: gam is already on line 2"),
    "formula": (HEAD + GAM.replace("Greater Amman M", "=HYPERLINK M"), "line 2, column name_en: begins like"),
    "short name": (
        HEAD + GAM + "x,جهة,X,مياهنا,X,company,water,,\n",
        "line 3: Another agency already has this short name",
    ),
    "column": ("code,palace\n", "line 1, column palace: there is no field of this name"),
    "cells": (HEAD + "gam,x\n", "line 2: 2 cells where the header has 9"),
    "quotes": (HEAD + '"open', "cannot be read as CSV"),
    "empty": ("", "line 1, column code: is missing"),
    "nul": (HEAD + GAM.replace("Greater Amman M", "Greater\0Amman M"), "line 2, column name_en"),
    "arabic windows": ((HEAD + GAM).encode("cp1256"), "is not in UTF-8; it may be in Windows-1256"),
    "utf-16": ((HEAD + GAM).encode("utf-16"), "is not in UTF-8"),
    "100,000 lines": ("a\n" * 100_000, "a file may have 2,000 lines"),
    "megabytes": ("a" * 3_000_000, "a file may have 2,000 lines and half a megabyte"),
}


def test_a_bad_file_is_refused_as_a_whole_with_its_lines(desk: Desk, hala: User, water: Agency, gam: Agency) -> None:
    client = desk(hala)
    for case, (content, sentence) in BAD.items():
        answer = send(client, content)
        found = problems(answer)
        assert (answer.status_code, any(sentence in problem for problem in found)) == (200, True), (case, found)
        assert (Agency.objects.count(), ReferenceChange.objects.count()) == (3, 0), case


def test_a_cell_that_a_spreadsheet_would_calculate_goes_out_as_text(gam: Agency) -> None:
    Agency.objects.filter(pk=gam.pk).update(notes="@SUM(1)", services_ar="-1")
    rows = list(csv.DictReader(io.StringIO("".join(reference_files.export(Agency)).removeprefix("\ufeff"))))
    assert (rows[0]["notes"], rows[0]["services_ar"]) == ("'@SUM(1)", "'-1")


def test_the_export_is_a_file(desk: Desk, hala: User, gam: Agency) -> None:
    answer = desk(hala).get(reverse("directory-export", args=["agencies"]))
    assert (answer["Content-Disposition"], answer["Content-Type"]) == (
        'attachment; filename="agencies.csv"',
        "text/csv; charset=utf-8",
    )
    assert "أمانة عمان الكبرى" in b"".join(answer.streaming_content).decode()


def test_what_a_spreadsheet_reads_as_a_formula_leaves_guarded_and_comes_back_as_it_was() -> None:
    """Whatever stands before the sign, and in a list of words too."""
    for value in ("+962", "\uff0b1", "\u200d=1+1", "@x", ["=1+1", "ماء"], "\u22125"):
        cell = without_formula(reference_files._cell(value))
        assert cell.startswith("'"), value
        assert plain(cell) == (";".join(value) if isinstance(value, list) else value)
    assert (without_formula(reference_files._cell("مياه")), plain("'quoted'")) == ("مياه", "'quoted'")
