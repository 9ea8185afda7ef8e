"""What a scorer reads, and the test set: no citizen, no agency, none of its people."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from accounts.models import User
from agencies.models import Agency, Directorate, OutsideCentre
from complaints.answer_quality.measurement import read_samples
from reports.audits import scoring
from reports.audits.drawing import COLUMNS, AgencyNames, blind, test_set_lines as lines_of_test_set
from reports.models import AuditItem, AuditRound
from tests.reports.audits.conftest import POINTS, once

pytestmark = pytest.mark.django_db


def test_the_names_of_an_agency_and_its_people_are_covered(
    water: Agency, network: Directorate, omar: User, gam: Agency
) -> None:
    OutsideCentre.objects.create(code="centre", name_ar="المركز", name_en="Centre", phone="117116", agency=water)
    names = AgencyNames.of([water])
    covered = {
        "عاينت شركة مياه الأردن العداد": "عاينت ••• العداد",
        "راجعنا لمياهنا ثم والمياهنا": "راجعنا ••• ثم •••",
        "أصلحت مديرية الشبكات الخط، وتابع عمر الصمادي": "أصلحت ••• الخط، وتابع •••",
        "اتصلوا على ١١٧١١٦ أو ٠٦ ٥٦٦ ٦١١١ أو +962 79 000 1234": "اتصلوا على ••• أو ••• أو •••",
        "Write to care@water.example, or see www.water.jo and water.gov.jo.": "Write to •••, or see ••• and •••.",
        "Jordan Water Company and Miyahuna: networks directorate, Omar Smadi": "••• and •••: •••, •••",
    }
    assert {text: names.redact(text) for text in covered} == covered
    plain = "انقطعت المياه عن شارعنا في 3/2/2026، وأصلحت أمانة عمان 1171160 مترًا، والعداد 4471"
    assert names.redact(plain) == plain


def test_a_scorer_reads_neither_person_nor_agency(drawn: AuditRound) -> None:
    for item in AuditItem.objects.select_related("answer__case__citizen", "answer__agency", "sample__agency"):
        texts = blind(item)
        assert texts is not None
        assert item.answer is not None
        read = f"{texts.subject} {texts.details} {texts.found} {texts.done}"
        assert texts.done
        assert item.answer.agency.name_ar not in read
        assert item.answer.case.citizen.family_name not in read


def test_the_verdicts_are_a_test_set_of_the_judgement(
    drawn: AuditRound, lina: User, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = once(drawn)
    scoring.score(item.pk, POINTS, verdict="hollow", by=lina, at=now)
    file = tmp_path / "audited.csv"
    file.write_text("".join(lines_of_test_set()), encoding="utf-8", newline="")
    sample = read_samples(file)[0]
    assert (sample.code, sample.label) == (f"AU{item.pk}", "hollow")
    assert sample.case.own
    assert item.answer is not None
    written = file.read_text(encoding="utf-8")
    assert next(csv.reader(written.splitlines())) == list(COLUMNS)
    assert item.answer.case.reference not in written
    assert item.answer.case.citizen.family_name not in written
    # A mark of direction does not hide a formula.
    monkeypatch.setattr("reports.audits.drawing._cells", lambda _item: ["\u200f=1+1"])
    assert list(lines_of_test_set())[1] == "'\u200f=1+1\r\n"
