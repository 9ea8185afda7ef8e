"""Writes ``complaints/data/hidden_identity_variants.csv``: ways to name oneself, and namesakes, for made-up people.

``python -m tests.bench.identity_variants`` writes the file anew; it is the same each time. The first part is made of
spelling variants, the second, of texts that name somebody or something else, is written by hand.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

TARGET: Final = Path(__file__).parents[2] / "complaints" / "data" / "hidden_identity_variants.csv"
#: How many of the people each way is written for.
OF_EACH_WAY: Final = 5
type Written = tuple[str, list[str], list[str]]


class Someone(NamedTuple):
    """A made-up person, with the Latin spelling of the passport."""

    first: str
    second: str
    third: str
    family: str
    phone: str
    email: str
    address: str
    latin: tuple[str, str]


def _people() -> list[Someone]:
    with (Path(__file__).parent / "people_with_variants.csv").open(encoding="utf-8", newline="") as rows:
        return [
            Someone(
                **{name: row[name] for name in Someone._fields[:-1]}, latin=(row["latin_first"], row["latin_family"])
            )
            for row in csv.DictReader(rows)
        ]


PEOPLE: Final = _people()

_SPELT = dict(
    zip("0123456789", ("صفر", "واحد", "اثنين", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"), strict=True)
)
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _signature(one: Someone) -> Written:
    name = f"{one.first} {one.second} {one.third} {one.family}"
    return (
        f"المياه مقطوعة منذ أسبوع عن الحي كله. وتفضلوا بقبول الاحترام، {name}",
        [one.first, one.second, one.family],
        ["مقطوعة منذ أسبوع"],
    )


def _middle_name(one: Someone) -> Written:
    return f"قدمت الطلب باسم {one.first} مصطفى {one.family} قبل شهرين.", [one.first, one.family], ["قبل شهرين"]


def _quotes(one: Someone) -> Written:
    return f'سجلوا في الدفتر {one.first} "{one.family}" وشطبوه.', [one.first, one.family], ["سجلوا في الدفتر"]


def _colon(one: Someone) -> Written:
    return f"صاحب المعاملة {one.family}: {one.first}. لم يتصل أحد.", [one.first, one.family], ["لم يتصل أحد"]


def _dash(one: Someone) -> Written:
    return f"كتبوا على الملف {one.first}—{one.family} ثم أضاعوه.", [one.first, one.family], ["أضاعوه"]


def _lady(one: Someone) -> Written:
    return f"نادوا على {one.first}، السيدة {one.family} من الانتظار.", [one.first, one.family], ["الانتظار"]


def _without_article(one: Someone) -> Written:
    family = one.family.removeprefix("ال")
    return f"على الهوية مكتوب {one.first} {family} والنظام لا يقبلها.", [one.first, family], ["النظام لا يقبلها"]


def _clan(one: Someone) -> Written:
    family = one.family.removeprefix("ال")
    return f"أنا {one.first} من آل {family} وأطلب إنصافي.", [one.first, family], ["وأطلب إنصافي"]


def _i_am(one: Someone) -> Written:
    return f"أنا {one.first}، راجعت المكتب ثلاث مرات بلا فائدة.", [one.first], ["راجعت المكتب"]


def _my_name(one: Someone) -> Written:
    return f"اسمي {one.first} ورفضوا أن يعطوني رقم المعاملة.", [one.first], ["رقم المعاملة"]


def _attached(one: Someone) -> Written:
    return f"وقالت الموظفة ل{one.first} {one.family} إن الدور انتهى.", [f"{one.first} {one.family}"], ["الدور انتهى"]


def _spaced(one: Someone) -> Written:
    first = " ".join(one.first.replace(" ", ""))
    return f"الاسم بالأحرف حتى لا يخطئوا: {first} وشكرًا.", [first], ["بالأحرف"]


def _dotted(one: Someone) -> Written:
    family = "-".join(one.family.replace(" ", ""))
    return f"اكتبوا العائلة هكذا {family} بلا أخطاء.", [family], ["بلا أخطاء"]


def _stretched(one: Someone) -> Written:
    first = one.first[:2] + "ـ" * 4 + one.first[2:]
    return f"مقدم الطلب {first} {one.family}، بلدية بلا رد.", [first, one.family], ["بلا رد"]


def _repeated(one: Someone) -> Written:
    first = one.first[:2] + one.first[1] * 3 + one.first[2:]
    return f"صاح علي يا {first} {one.family} ارجع غدًا.", [first, one.family], ["ارجع غدًا"]


def _misspelt(one: Someone) -> Written:
    family = one.family[:4] + one.family[5:]
    return f"طبعوا الاسم خطأ: {one.first} {family}، وعلي تصحيحه بنفسي.", [one.first], ["تصحيحه بنفسي"]


def _latin(one: Someone) -> Written:
    first, family = one.latin
    return f"على جواز السفر {first} {family} وهم كتبوه غير ذلك.", [first, family], ["جواز السفر"]


def _english(one: Someone) -> Written:
    first, family = one.latin
    return (
        f"My name is {first} {family} and nobody answered at the counter.",
        [first, family],
        ["answered at the counter"],
    )


def _english_first(one: Someone) -> Written:
    first = one.latin[0]
    return f"The street light is broken again. Best regards, {first}", [first], ["street light is broken"]


def _low_latin(one: Someone) -> Written:
    name = f"{one.latin[0]} al {one.latin[1]}".lower()
    return f"الاسم على النظام {name} والصفحة معلقة.", [one.latin[0].lower(), one.latin[1].lower()], ["والصفحة معلقة"]


def _father(one: Someone) -> Written:
    return f"يعرفونني ابن {one.second} {one.family} في البلد كلها.", [one.second, one.family], ["في البلد كلها"]


def _rare_family(one: Someone) -> Written:
    return f"عائلة {one.family} كلها بلا ماء منذ يومين.", [one.family], ["منذ يومين"]


def _lines(one: Someone) -> Written:
    return f"الحفرة أمام المدرسة خطيرة.\n{one.first}\n{one.family}", [one.first, one.family], ["أمام المدرسة"]


def _hashtag(one: Someone) -> Written:
    tag = f"#{one.first.replace(' ', '')}_{one.family.replace(' ', '_')}"
    return f"نشرت الصورة تحت {tag} ولم يتحركوا.", [tag.removeprefix("#")], ["ولم يتحركوا"]


def _husband(one: Someone) -> Written:
    return "راجع زوجي نزار العساف الدائرة بدلًا مني.", ["نزار", "العساف"], ["بدلًا مني"]


def _nickname(one: Someone) -> Written:
    return "ينادونني في السوق «شهبندر الحارة» والكل يعرف.", ["شهبندر الحارة"], ["والكل يعرف"]


def _phone(gap: str) -> Callable[[Someone], Written]:
    def written(one: Someone) -> Written:
        phone = gap.join((one.phone[:3], one.phone[3:6], one.phone[6:]))
        return f"اتصلوا بي على {phone} صباحًا.", [phone], ["صباحًا"]

    return written


def _phone_abroad(one: Someone) -> Written:
    phone = f"(+962) {one.phone[1:3]} {one.phone[3:6]}.{one.phone[6:]}"
    return f"Please call {phone} after work.", [one.phone[3:6] + "." + one.phone[6:]], ["after work"]


def _phone_eastern(one: Someone) -> Written:
    phone = one.phone.translate(_EASTERN)
    return f"هاتفي {phone[:4]} {phone[4:]} للتنسيق.", [f"{phone[:4]} {phone[4:]}"], ["للتنسيق"]


def _phone_spelt(one: Someone) -> Written:
    words = " ".join(_SPELT[digit] for digit in one.phone)
    return f"الرقم {words} وأفضل المساء.", [words], ["وأفضل المساء"]


def _phone_end(one: Someone) -> Written:
    return f"رقمي ينتهي بـ {one.phone[-4:]} وهم يعرفونه.", [one.phone[-4:]], ["وهم يعرفونه"]


def _phone_cut(one: Someone) -> Written:
    return (
        f"أوله {one.phone[:4]} وبعدها {one.phone[4:7]} ثم {one.phone[7:]} للضرورة.",
        [one.phone[4:7], one.phone[7:]],
        ["للضرورة"],
    )


def _email(at: str, dot: str) -> Callable[[Someone], Written]:
    def written(one: Someone) -> Written:
        address = one.email.replace("@", at).replace(".", dot)
        return f"البريد {address} إن احتجتم إلى صور.", [address], ["إن احتجتم إلى صور"]

    return written


def _home(one: Someone) -> Written:
    house = one.address.split("، ")[-1]
    quarter = one.address.split("، ")[-2]
    return f"الحفرة أمام بيتي: {quarter}، {house}.", [house, quarter], ["الحفرة أمام"]


def _house(one: Someone) -> Written:
    parts = one.address.split("، ")
    return f"الخط مقطوع عند {parts[-1]} - {parts[-2]} منذ الجمعة.", [parts[-1]], ["منذ الجمعة"]


WAYS: Final[dict[str, Callable[[Someone], Written]]] = {
    "full_signature": _signature, "middle_name": _middle_name, "quotes": _quotes, "colon": _colon, "dash": _dash,
    "lady": _lady, "without_article": _without_article, "clan": _clan, "i_am": _i_am, "my_name": _my_name,
    "attached": _attached, "spaced": _spaced, "dotted": _dotted, "stretched": _stretched, "repeated": _repeated,
    "misspelt": _misspelt, "latin": _latin, "english": _english, "english_first": _english_first,
    "low_latin": _low_latin, "father": _father, "rare_family": _rare_family, "lines": _lines, "hashtag": _hashtag,
    "husband": _husband, "nickname": _nickname, "phone_underscore": _phone("_"), "phone_star": _phone("*"),
    "phone_dots": _phone(" . "), "phone_slash": _phone("/"), "phone_abroad": _phone_abroad,
    "phone_eastern": _phone_eastern, "phone_spelt": _phone_spelt, "phone_end": _phone_end, "phone_cut": _phone_cut,
    "email_spaced": _email(" @ ", "."), "email_at": _email("(at)", "."), "email_words": _email(" آت ", " دوت "),
    "email_english": _email(" at ", " dot "), "home": _home, "house": _house,
}  # fmt: skip


def all_rows() -> Iterator[dict[str, Any]]:
    """Yield the rows of the file."""
    number = 0
    for way_number, (way, written) in enumerate(WAYS.items()):
        for step in range(OF_EACH_WAY):
            one = PEOPLE[(way_number + step * 2 + step // 5) % len(PEOPLE)]
            number += 1
            yield _row(f"V{number:03d}", "hide", way, one, written(one))
    for way, person, text, kept in _others():
        number += 1
        yield _row(f"V{number:03d}", "keep", way, person, (text, [], kept))


def _row(code: str, kind: str, way: str, one: Someone, written: Written) -> dict[str, Any]:
    text, hidden, kept = written
    identity = {name: value for name, value in one._asdict().items() if name != "latin"}
    return {
        "id": code,
        "lang": "en" if text.isascii() else "ar",
        "kind": kind,
        "way": way,
        "text": text,
        "identity": json.dumps(identity, ensure_ascii=False),
        "must_hide": json.dumps(hidden, ensure_ascii=False),
        "must_keep": json.dumps(kept, ensure_ascii=False),
    }


# ---- texts about others, written by hand ----


def _others() -> Iterator[tuple[str, Someone, str, list[str]]]:
    with (Path(__file__).parent / "namesakes.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            first, second, third, family = row["name"].split("/")
            one = Someone(
                first, second, third, family, "0795551000", "nobody.here@mail.example", row["address"], ("", "")
            )
            yield row["way"], one, row["text"], row["kept"].split("|")


def main() -> None:
    """Write the file."""
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        rows = list(all_rows())
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
