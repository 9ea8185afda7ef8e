"""What a machine can keep of the language of pages and messages: one word a thing, agreement, marks, full sentences."""

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po

from config.devstack.state import ROOT
from notifications.wordings import WORDINGS
from notifications.wordings.wording import FIELDS

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
LETTER = "\u0621-\u0652"
#: Names that may be of either gender, as placeholders: no verb, adjective or pronoun may agree with them.
NAMES = r"(?:%\((?:agency|name|person|owner|giver|taker|unit)\)s|\{agency\})"
FEMININE = (
    rf"(?:^|\s)ت[{LETTER}]{{2,}} {NAMES}",  # a verb before the name: تطلب …
    rf"{NAMES} (?:ت[{LETTER}]{{3,}}|لم ت[{LETTER}]+|قررت|قبلت|رفضت|ردت|طلبت|اعتذرت|أجابت)(?![{LETTER}])",
    rf"{NAMES}.*(?<![{LETTER}])(?:لديها|منها|إليها|عليها|ضباطها|ارتباطها|يخصها|اختصاصها|مديرياتها)(?![{LETTER}])",
)
#: Verbal nouns that begin with the letter of the feminine verb.
NO_VERBS = (
    "تحويل",
    "تعهد",
    "تدخل",
    "تأكيد",
    "تمديد",
    "تذكير",
    "تنحية",
    "تصعيد",
    "تسجيل",
    "تحديد",
    "تعديل",
    "تقرير",
    "تابع",
    "تم",
    "تاريخ",
    "تولي",
)
NO_VERB = re.compile(rf"(?<![{LETTER}])(?:{'|'.join(NO_VERBS)})(?![{LETTER}])")
WEAK_MARKS = re.compile("[\u064b-\u0652]")
OTHER_MARKS = re.compile("[\u064c-\u0652]")
#: Duals before a noun, and verbs, which are written like a word that lost its tanween.
DUALS = frozenset({"يوما", "تلقيا"})
#: Phrases in which a word is right that is wrong elsewhere: what people complain about, and a set expression.
FIXED_PHRASES = re.compile("خطأ في معاملة|الجهة المشتكى عليها")
#: English that nobody speaks, or that a page says with another word.
NOBODY_SAYS = (
    r"anew",
    r"stands? still",
    r"stood still",
    r"whom",
    r"whoever",
    r"deeds?",
    r"taken back",
    r"(?:take|took) (?:it|the closing|the request) back",
    r"(?:further|one step) up",
    r"the case is being pressed",
    r"need do nothing",
    r"set (?:yourself|themselves|a colleague) aside",
    r"not competent",
    r"by telephone",
    r"rungs?",
    r"nobody",
    r"tr(?:y|ies) left",
    r"the tries",
    r"go(?:es|ing)? on",
    r"all the same",
    r"meanwhile",
    r"by (?:itself|themselves|ourselves)",
    r"is no (?:date|day|time|number|whole)",
    r"without a press",
)


class Text(NamedTuple):
    """One text that somebody reads, and where it stands."""

    place: str
    text: str


def catalogue(language: str) -> Iterator[Text]:
    """Yield every form of every message of the catalogue in one language."""
    with (ROOT / "locale/ar/LC_MESSAGES/django.po").open("rb") as source:
        for message in read_po(source, locale="ar"):
            said = message.string if language == "ar" else message.id
            forms = said if isinstance(said, tuple | list) else (said,)
            yield from (Text(message.locations[0][0], form) for form in forms if message.id)


def texts_in(language: str) -> list[Text]:
    """Return everything that is written on pages and in messages in one language."""
    wordings = [
        Text(f"{name}, {field}", getattr(wording, field))
        for name, wording in WORDINGS[language].items()
        for field in FIELDS
    ]
    return [*catalogue(language), *wordings, *pages(language)]


def pages(language: str) -> Iterator[Text]:
    for path in sorted((ROOT / "templates" / "pages").rglob(f"*{language}.html")):
        yield Text(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def data_texts() -> Iterator[Text]:
    for path in (ROOT / "agencies" / "data").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as rows:
            for row in csv.DictReader(rows):
                yield from (Text(path.name, value or "") for value in row.values())


def forbidden(language: str) -> list[str]:
    """Return the words of the column "Never" of the glossary in one language."""
    table = GLOSSARY.split("## One word for each thing")[1].split("## ")[0]
    cells = [line.split("|")[4] for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]
    words = [word.strip() for cell in cells for word in re.split("[،,]", cell)]
    is_arabic = [bool(re.search(f"[{LETTER}]", word)) for word in words]
    return [word for word, arabic in zip(words, is_arabic, strict=True) if word and arabic == (language == "ar")]


def found(texts: list[Text], pattern: str) -> list[str]:
    searched = re.compile(pattern, re.IGNORECASE)
    return sorted({f"{one.place}: {one.text}" for one in texts if searched.search(FIXED_PHRASES.sub("", one.text))})


def test_no_arabic_text_has_a_word_that_the_glossary_forbids() -> None:
    words = "|".join(re.escape(word) for word in forbidden("ar"))
    prefix = "(?:و|ف|ب|ل|ك|ال|وال|بال|لل|فال)?"
    pattern = rf"(?<![{LETTER}]){prefix}(?:{words})(?![{LETTER}])"
    assert found(texts_in("ar"), pattern) == []


def test_no_english_text_has_a_word_that_the_glossary_forbids_or_nobody_says() -> None:
    words = "|".join([*(re.escape(word) for word in forbidden("en")), *NOBODY_SAYS])
    assert found(texts_in("en"), rf"\b(?:{words})\b") == []


@pytest.mark.parametrize("pattern", FEMININE, ids=("a verb before it", "a verb behind it", "a pronoun behind it"))
def test_nothing_agrees_with_the_name_of_an_agency_or_a_person(pattern: str) -> None:
    texts = [one._replace(text=NO_VERB.sub("", one.text)) for one in texts_in("ar")]
    assert found(texts, pattern) == []


def test_no_arabic_text_speaks_to_one_person() -> None:
    words = "أدخل|اختر|اكتب|اترك|أكمله|احذفه|أضف|افتح|اضغط|يمكنك|لديك|عليك|إليك|قبلك"
    assert found(texts_in("ar"), rf"(?<![{LETTER}])[وف]?(?:{words})(?![{LETTER}])") == []


def test_the_marks_of_a_tanween_stand_before_the_alif() -> None:
    assert found([*texts_in("ar"), *data_texts()], "ا\u064b") == []


def test_a_word_that_ends_in_a_tanween_has_it_everywhere() -> None:
    texts = [one for one in texts_in("ar") if not one.place.endswith(", sms")]
    marked = {WEAK_MARKS.sub("", word) for one in texts for word in re.findall(f"[{LETTER}]+\u064b\u0627", one.text)}
    bare = rf"(?<![{LETTER}])(?:{'|'.join(sorted(marked - DUALS))})(?![{LETTER}])"
    assert found([one._replace(text=OTHER_MARKS.sub("", one.text)) for one in texts], bare) == []


def test_an_sms_has_no_mark_that_costs_a_place() -> None:
    sms = [Text(name, wording.sms) for name, wording in WORDINGS["ar"].items()]
    assert found(sms, "[\u064b-\u0652]") == []


def test_the_plural_forms_are_six_and_the_large_ones_show_their_number() -> None:
    with (ROOT / "locale/ar/LC_MESSAGES/django.po").open("rb") as source:
        forms = {m.id[0]: list(m.string or ()) for m in read_po(source, locale="ar") if isinstance(m.id, tuple)}
    assert {english: len(said) for english, said in forms.items() if len(said) != 6} == {}
    assert [form for said in forms.values() for form in said[3:] if "%(" not in form] == []


@pytest.mark.parametrize(
    "text",
    [
        "تطلب %(agency)s ردكم",
        "%(agency)s تنتظر إفادتكم",
        "لم تعد هناك جهة: %(agency)s لم ترد بعد",
        "ليس لدى %(agency)s ضابط ولا يمكن أن يُطلب منها شيء",
    ],
)
def test_a_sentence_that_agrees_with_a_feminine_name_would_be_found(text: str) -> None:
    """The control: each of these stood on a page once."""
    assert any(re.search(pattern, text) for pattern in FEMININE)
