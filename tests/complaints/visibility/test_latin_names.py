"""A name that is registered in Latin letters and written in Arabic ones: hidden in each way of writing, others kept."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from complaints.visibility.redaction import Person
from kit.shares import Share

#: Made-up people from many countries, and how their names are written in Arabic, by the author of the rules.
NAMES: Final = Path(__file__).parent / "latin_names.csv"
WAYS: Final = (
    "وتفضلوا بقبول الاحترام، {first} {family}",
    "اسمي {first} {family} وأسكن في الحي منذ سنتين.",
    'سجلوا في الدفتر {first} "{family}" وشطبوه.',
    "صاحب المعاملة {family}: {first}. لم يتصل أحد.",
    "كتبوا على الملف {first}—{family} ثم أضاعوه.",
    "قدمت الطلب باسم {first} مصطفى {family} قبل شهرين.",
)
PLAIN: Final = (
    "لم تصل المياه إلى منازلنا في حي نزال منذ أكثر من عشرة أيام رغم أن دورنا محدد يوم الثلاثاء.",
    "راجعت المركز الصحي مرتين، وكان الموظف كريمًا وحسن التعامل، لكن الدواء غير متوفر.",
    "الشارع المجاور للمدرسة محفر منذ الشتاء، والإنارة معطلة أمام بناية البلدية.",
)


def test_names_registered_in_latin_letters_are_hidden_where_they_are_written_in_arabic_ones() -> None:
    with NAMES.open(encoding="utf-8", newline="") as rows:
        people = list(csv.DictReader(rows))
    hidden, kept = [], []
    for one in people:
        person = Person((one["latin_first"], "", "", one["latin_family"]))
        for way in WAYS:
            shown = person.redact(way.format(first=one["first"], family=one["family"]))
            hidden.append(one["first"] not in shown and one["family"] not in shown)
        kept += [person.redact(text) == text for text in PLAIN]
    assert Share(sum(hidden), len(hidden)).reaches(0.95)
    assert Share(sum(kept), len(kept)).reaches(0.97)
