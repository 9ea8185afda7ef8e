"""The redaction of one person: what leaked in the review, namesakes that stay, its cost, and its measurement."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import contact
from accounts.account.email import change_address
from accounts.account.phone import change_phone
from accounts.models import Citizen, User
from complaints.models import Case
from complaints.retention.erasing import erase_person
from complaints.visibility import redaction
from complaints.visibility.redaction import COVER, Person
from kit.shares import Share
from tests.bench import identity_variants
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, statements_of

VARIANTS = redaction.SAMPLE.with_name("hidden_identity_variants.csv")
AMINA = Person(
    ("أمينة", "سامي", "يوسف", "الخطيب"),
    phone="+962790001234",
    email="amina@home.example",
    address="عمان، جبل عمان، شارع الخرفان، بناية 12، الطابق الثالث",
    number="9902103456",
)

#: What the review read on the pages of an agency (finding S3), and further forms of the same.
LEAKED = """
امينة محمود سالم الخطيب
Amina Khatib
أمينة (الخطيب)
أمينة "الخطيب"
أمينة:الخطيب
أمينة—الخطيب
أمينة محمود الخطيب
أمينة، السيدة الخطيب
أمينه آل خطيب
الخطيبة أمينة
أ م ي ن ة
أ.م.ي.ن.ة
أمـــيـنة الخطيب
Amena Al-Khateeb
0790_001_234
079*000*1234
٠٧٩٠-٠٠١-٢٣٤
00962 (79) 000 12 34
O79OOO1234
صفر سبعة تسعة صفر صفر صفر واحد اثنين ثلاثة أربعة
99 02-10 34.56
amina @ home.example
amina(at)home.example
amina [at] home [dot] example
بناية 12، الطابق الثالث
AminaKhatib92
khatibamina
""".strip().splitlines()
#: A person whose names are two words each, as many are.
SALAM = Person(("عبد السلام", "نواف", "سالم", "أبو حمور"), phone="+962790001234", email="salam.h@home.example")
IN_A_SENTENCE = {
    "أنا أمينة، راجعتكم أمس": "أنا •••، راجعتكم أمس",
    "My name is Amina and I waited": "My name is ••• and I waited",
    "اسمي أمينة ولم يرد أحد": "اسمي ••• ولم يرد أحد",
    "هاتفي ينتهي بـ 1234 للتأكد": "هاتفي ينتهي بـ ••• للتأكد",
    "الشارع مظلم\nأمينة": "الشارع مظلم\n•••",
    "أُخبر أخي سامر الخطيب بذلك": "أُخبر أخي ••• بذلك",
}
KEPT = """
قرية أمينة
شارع الخطيب
المدير خالد الخطيب
الموظفة أمينة في الشباك الثاني
كانت أمينة على المال
خطيب الجمعة
معالي الوزير سامي العبادي
مدرسة أمينة الخطيب
الطابق الثالث من الوزارة مغلق
طلب رقم 2600000177 ومبلغ 790.001
a mean man, Amman
help@home.example
""".strip().splitlines()


@pytest.mark.parametrize("text", LEAKED)
def test_what_leaked_is_covered(text: str) -> None:
    shown = AMINA.redact(f"قبل ذلك كلام {text} وبعده كلام")
    assert (shown.startswith("قبل ذلك كلام •••"), shown.endswith("وبعده كلام")) == (True, True)
    assert [piece for piece in text.split() if len(piece) > 3 and piece in shown] == []


@pytest.mark.parametrize(("text", "shown"), IN_A_SENTENCE.items())
def test_a_part_said_of_oneself_is_covered_and_nothing_else(text: str, shown: str) -> None:
    assert AMINA.redact(text) == shown


def test_names_of_two_words_are_as_sure_as_others_and_a_greeting_names_its_reader() -> None:
    said = {
        "الحفرة أمام دار أبو حمور مباشرة": "الحفرة أمام دار ••• مباشرة",
        "الاسم: عبد السلام\nاللقب: أبو حمور\nالموضوع: مياه": "الاسم: •••\nاللقب: •••\nالموضوع: مياه",
        "كتبوا: عزيزي عبد السلام، أُغلق طلبك": "كتبوا: عزيزي •••، أُغلق طلبك",
        "ايميلي salam.h على خدمة أخرى": "ايميلي ••• على خدمة أخرى",
        "كتبوا: عزيزي المشترك، أُغلق طلبك": "كتبوا: عزيزي المشترك، أُغلق طلبك",
    }
    assert {text: SALAM.redact(text) for text in said} == said


def test_what_is_covered_is_found_once_and_what_is_remembered_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = (*IN_A_SENTENCE, *LEAKED, *KEPT)
    shown = [AMINA.redact_again(text) for text in texts]
    assert shown == [AMINA.redact(text) for text in texts]
    places = {type(part) for spans in redaction._remembered.values() for span in spans for part in span}
    assert ({type(digest) for digest in redaction._remembered}, places) == ({bytes}, {int})
    other = replace(AMINA, names=("Zayd",))
    assert other.redact_again(LEAKED[0]) == other.redact(LEAKED[0])
    monkeypatch.setattr(redaction, "read_text", None)
    assert [replace(AMINA).redact_again(text) for text in texts] == shown


@pytest.mark.parametrize("text", KEPT)
def test_namesakes_and_ordinary_words_stay(text: str) -> None:
    assert AMINA.redact(text) == text


def test_a_place_that_is_the_own_home_is_covered_where_a_street_in_a_text_is_not() -> None:
    street = "شارع الخرفان"
    assert (AMINA.redact(street), AMINA.redact_place(street)) == (street, "•••")


def test_four_times_the_letters_take_no_nine_times_the_work() -> None:
    """What grows with the square takes sixteen times; how long a letter takes is a benchmark's question."""
    seeds = ("أمينة ", "أ ", "بن ", "7", "شارع الخرفان ", "كلام عادي عن الماء ", "ينتهي 1234 ", "«@")
    AMINA.redact("كلمة")

    def work(seed: str, length: int) -> float:
        text, spent = (seed * length)[:length], []
        for _ in range(3):
            before = time.process_time()
            AMINA.redact(text)
            spent.append(time.process_time() - before)
        return min(spent)

    assert sum(work(seed, 40_000) for seed in seeds) < 9 * sum(work(seed, 10_000) for seed in seeds)


# ---- measured ----


def measured(**options: object) -> list[str]:
    out = StringIO()
    call_command("measure_hidden_identity", stdout=out, **options)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("options", [{}, {"file": VARIANTS}])
def test_both_samples_reach_the_goal(options: dict[str, Path]) -> None:
    lines = measured(**options)
    assert lines[-1] == "reached"
    assert ("only measured:" in lines) == (not options)


def test_the_second_sample_is_what_its_program_writes() -> None:
    with VARIANTS.open(encoding="utf-8", newline="") as rows:
        assert list(csv.DictReader(rows)) == list(identity_variants.all_rows())


def test_a_sample_that_is_not_reached_says_so_and_one_that_is_none_is_an_error(tmp_path: Path) -> None:
    head, first, *_ = VARIANTS.read_text(encoding="utf-8").splitlines()
    worse = tmp_path / "worse.csv"
    worse.write_text(
        "\n".join([head, first.replace('[""مقطوعة منذ أسبوع""]', '[""كلمة ليست هنا""]')]), encoding="utf-8"
    )
    assert measured(file=worse)[-1] == "not reached"
    worse.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError):
        measured(file=worse)


def test_the_interval_is_wilsons() -> None:
    low, high = Share(95, 100).interval
    assert (round(low, 4), round(high, 4)) == (0.8882, 0.9785)
    assert (Share(0, 0).reaches(0.5), str(Share(0, 0))) == (False, "-")


# ---- for whom it is hidden ----


@pytest.mark.django_db
def test_who_changed_number_address_or_name_stays_hidden_in_what_was_written_before(
    amina: Citizen, karim: Citizen, now: datetime
) -> None:
    """Until the person is erased, also by a record that became part of theirs."""
    home, phone = "ماركا، شارع البحتري، عمارة 12", amina.phone
    Citizen.objects.filter(pk=amina.pk).update(email="amina.k@example.com")
    change_address(amina, country="JO", governorate="JO-AM", city="عمان", address=home, at=now)
    change_address(amina, country="JO", governorate="JO-AM", city="عمان", address="إربد", at=now)
    change_phone(amina, "+962785554433", at=now)
    contact.change(amina, "other@example.com", at=now)
    changed = Citizen.objects.get(pk=amina.pk)
    changed.keep_earlier(karim)
    changed.first_name, changed.family_name = "رنا", "العبادي"
    texts = {
        "phone": f"0{phone[4:]} وقت الدوام",
        "e-mail": "amina.k@example.com",
        "address": "عمارة 12 شارع البحتري بلا ماء",
        "a merged record": f"راجعت ومعي {karim.number}",
        "name": f"مقدمة الطلب {amina.first_name} {amina.family_name}",
        "now": "رنا العبادي 0785554433",
    }
    person = Person.of(changed)
    assert [name for name, text in texts.items() if COVER not in person.redact(text)] == []
    assert person.redact("0795551234 عمارة 13") == "0795551234 عمارة 13"
    erase_person(changed, at=now)
    assert Citizen.objects.get(pk=amina.pk).earlier_data == []


@pytest.mark.usefixtures("clock", "english")
def test_a_case_of_before_is_found_by_nothing_of_a_person_who_hides_now(
    desk: Desk, file_case: FileCase, omar: User, lina: User, amina: Citizen
) -> None:
    case = file_case(details=f"كسر. أنا {amina.first_name}. Amina Khatib 0790_001_234", area="", place="")
    url, typed = reverse("queue"), ("امينة", "Amina", "Khatib", "0790")
    before = [len(desk(omar).get(url, {"q": word}).context["rows"]) for word in typed]
    plain = statements_of(desk(omar), f"{url}?q=كسر")
    Case.objects.filter(pk=case.pk).update(hides_identity=True)
    after = [len(desk(omar).get(url, {"q": word}).context["rows"]) for word in typed]
    assert (before, after) == ([1, 1, 1, 1], [0, 0, 0, 0])
    assert len(desk(lina).get(url, {"q": "Khatib"}).context["rows"]) == 1
    # Who speaks for hidden people, and the words of a hidden case, are read once for the whole page.
    assert statements_of(desk(omar), f"{url}?q=كسر") == plain + 3
    shown = desk(omar).get(address("desk-case", case)).content.decode()
    assert ("كسر. أنا •••." in shown, "Amina Khatib" in shown) == (True, False)
