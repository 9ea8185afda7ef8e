"""The judgement of an answer: sent, challenged with the question it leaves open, or refused where that is certain."""

from __future__ import annotations

from time import process_time

import pytest

from complaints.answer_quality.judgement import CaseWords, Fault, Judgement, Result, judge
from complaints.answer_quality.lexicon import Lexicon, shipped
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT

LEXICON = shipped()
CASE = CaseWords(own=f"{SUBJECT}. {DETAILS}", about="انقطاع المياه Water outage", group="water")
ENGLISH = CaseWords(
    own="Deep pothole on a main street. A deep pothole has damaged two cars near the embassy in Abdoun.",
    about="Potholes and road cuts",
    group="roads",
)
THANKED = "نشكر لكم تواصلكم معنا وحرصكم على المصلحة العامة."


def judged(found: str = FOUND, done: str = DONE, case: CaseWords = CASE) -> Judgement:
    return judge(found=found, done=done, case=case, lexicon=LEXICON)


@pytest.mark.parametrize(
    ("found", "done", "case"),
    [
        pytest.param(FOUND, DONE, CASE, id="found-and-done"),
        pytest.param("كسر في الوصلة قرب المدرسة.", "أصلحناها يوم 3/11.", CASE, id="a-good-short-answer"),
        pytest.param("المي كانت مقطوعة لأن السكورة مسكرة.", "فتحناها ووصلت المي السطح بعد المغرب.", CASE, id="dialect"),
        pytest.param(
            "الشبكة تتبع مياهنا وليست للأمانة.",
            "سجلنا لديهم بلاغًا برقم 51877، وأعادوا الضخ صباح الأحد.",
            CASE,
            id="passed-on-with-its-result",
        ),
        pytest.param(
            "لا يشملكم البرنامج: الحد 500 دينار ودخلكم 720.",
            "رُفض الطلب لهذا السبب سندًا للمادة 5، ويحق لكم التظلم حتى 30/11.",
            CaseWords(own="رفض طلب الدعم النقدي دون بيان السبب", group="social"),
            id="a-refusal-with-its-basis",
        ),
        pytest.param("The hole was 18 cm deep.", "Filled with hot asphalt on 6 November.", ENGLISH, id="english"),
        pytest.param(THANKED + " " + FOUND, DONE + " ودمتم بخير.", CASE, id="politeness-around-substance"),
    ],
)
def test_what_says_something_is_sent(found: str, done: str, case: CaseWords) -> None:
    judgement = judged(found, done, case)
    assert (judgement.result, judgement.fault) == (Result.SENT, None)


CHALLENGED = {
    "promise": ("الشركة على علم بالمشكلة.", "سيتم إرسال فرقة الصيانة في أقرب وقت إن شاء الله.", Fault.PROMISE),
    "brush-off": ("تمت مخاطبة الدائرة المعنية بالموضوع.", "سيتم الرد عليكم في أقرب وقت.", Fault.REFERRAL),
    "referral": ("تم تحويل الشكوى إلى القسم المختص.", "بانتظار رد القسم على كتابنا رقم 7/3/4410.", Fault.REFERRAL),
    "meeting": ("نوقش الموضوع في اجتماع دوري بتاريخ 9/9/2025.", "تم التأكيد على ضرورة المتابعة.", Fault.PROCESS),
    "thanks": (THANKED, "شاكرين لكم حسن تعاونكم.", Fault.THANKS),
    "assurance": ("تؤكد الشركة أنها لن تتهاون في خدمة المواطن.", "أبوابنا مفتوحة للجميع.", Fault.PADDING),
    "blame": ("على المواطنين ترشيد الاستهلاك.", "الانقطاع بسبب سوء استخدام المواطن للمياه.", Fault.BLAME),
    "retold": (
        "يشتكي المواطن من عدم وصول المياه إلى منازلنا منذ عشرة أيام.",
        "المواطن يطلب إيصال المياه وفق دوره يوم الثلاثاء.",
        Fault.RETOLD,
    ),
    "another-subject": (
        "تم تعبيد الشارع الرئيسي وصيانة الأرصفة.",
        "تم دهان الأطاريف وتركيب إشارات تحذيرية يوم 4/11.",
        Fault.OTHER_SUBJECT,
    ),
    "another-language": (
        "The valve near the school was found broken on Monday.",
        "It was replaced on 12 January and pumping resumed.",
        Fault.LANGUAGE,
    ),
    "nothing-to-check": ("المشكلة معروفة لدى أهل الحي.", "تحسن الوضع كثيرا والحمد لله.", Fault.THIN),
}


@pytest.mark.parametrize("way", CHALLENGED)
def test_what_leaves_a_question_open_is_challenged(way: str) -> None:
    found, done, fault = CHALLENGED[way]
    judgement = judged(found, done)
    assert (judgement.result, judgement.fault) == (Result.CHALLENGED, fault)


@pytest.mark.parametrize(
    ("found", "done", "fault"),
    [
        ("Your complaint has been reviewed.", "It will be repaired as soon as possible.", Fault.PROMISE),
        ("The matter has been forwarded to the operator.", "The operator will contact you directly.", Fault.REFERRAL),
        ("Drivers should drive carefully.", "You should have avoided the hole.", Fault.BLAME),
        ("تم ردم الحفرة يوم 6/11 بالإسفلت الساخن.", "استبدلنا غطاء المنهل وأغلقنا المسرب ساعتين.", Fault.LANGUAGE),
    ],
    ids=["promise", "referral", "blame", "arabic-to-an-english-case"],
)
def test_english_cases_are_challenged_alike(found: str, done: str, fault: Fault) -> None:
    assert judged(found, done, ENGLISH).fault == fault


THIRD = {
    "French": "L'eau est coupée depuis dix jours dans notre immeuble et personne ne nous répond.",
    "Hebrew": "המים מנותקים בבניין שלנו כבר שבוע ואף אחד לא עונה.",
    "Chinese": "我们大楼已经停水一个星期了，没有人回答我们。",
    "Urdu": "ہمارے گھر میں پانی تین دن سے بند ہے اور کوئی جواب نہیں دیتا۔",
    "Arabic in Latin letters": "el mayy ma2tou3a 3an el 7ay men 3 ayyam w ma7ad bired",
}


def test_who_writes_in_a_third_language_is_answered_in_the_chosen_one_of_the_two() -> None:
    english = ("The valve near the school was found broken.", "It was replaced on 12 January and pumping resumed.")
    wrong = []
    for name, text in THIRD.items():
        for chosen, wanted, other in (("ar", (FOUND, DONE), english), ("en", english, (FOUND, DONE))):
            case = CaseWords(own=text, about=CASE.about, group=CASE.group, chosen=chosen)
            wrong += [f"{name}, {chosen}: {fault}" for fault in [judged(*wanted, case).fault] if fault]
            wrong += [f"{name}, not {chosen}: sent"] if judged(*other, case).fault != Fault.LANGUAGE else []
        # An answer in it is never refused as if it were no words, and reaches nobody unasked.
        answer = judged(text, f"{text} 12/1. {text[:12]}", CASE)
        wrong += [f"answer in {name}: {answer.fault}"] if answer.result == Result.SENT else []
    assert wrong == []


@pytest.mark.parametrize(
    ("found", "done", "fault"),
    [
        ("aaa bbb ccc ddd", "eee fff ggg hhh", Fault.GIBBERISH),
        ("asdf qwer zxcv", "شسيب ضصثق شسيب", Fault.GIBBERISH),
        ("تم تم تم", "لا يوجد لا يوجد 123", Fault.GIBBERISH),
        ("...", DONE, Fault.MISSING),
        (DETAILS, SUBJECT, Fault.COPIED),
        (DONE, DONE, Fault.SAME_TWICE),
        ("تم عمل اللازم", "تمّ اتخاذ الإجراءات اللازمة حسب الأصول، وشكرا لتواصلكم", Fault.FORMULA),
        ("تـم الاطـلاع على الشكوى", "تم اتخاد الاجرائات المناسبه حسب الانظمه", Fault.FORMULA),
        ("Noted.", "The needful has been done, thank you.", Fault.FORMULA),
    ],
    ids=["letters", "keys", "one-word", "dots", "copied", "twice", "formula", "misspelled-formula", "english-formula"],
)
def test_only_what_is_certain_is_refused(found: str, done: str, fault: Fault) -> None:
    judgement = judged(found, done)
    assert (judgement.result, judgement.fault) == (Result.REFUSED, fault)


def test_the_passages_behind_a_judgement_are_named_with_their_category() -> None:
    found, done, _fault = CHALLENGED["brush-off"]
    stock = judged(found, done).stock
    assert [(passage.text, [str(each) for each in passage.categories]) for passage in stock] == [
        ("تمت مخاطبة الدائرة المعنية بالموضوع", ["referral"]),
        ("سيتم الرد عليكم في أقرب وقت", ["promise"]),
    ]


def test_a_phrase_that_is_added_counts_from_then_on() -> None:
    found, done = "المشكلة سببها الكسر.", "عولج الأمر بالهمة المعهودة يوم 3/11 قرب المدرسة."
    rows = [("act", "كسر"), ("date", "يوم")]
    assert judge(found=found, done=done, case=CASE, lexicon=Lexicon(rows)).result == Result.SENT
    more = Lexicon([*rows, ("padding", "بالهمة المعهودة"), ("padding", "المشكلة سببها")])
    assert judge(found=found, done=done, case=CASE, lexicon=more).result == Result.CHALLENGED


def test_an_answer_is_judged_at_once() -> None:
    judged()
    start = process_time()
    for _ in range(20):
        judged(FOUND * 10, DONE * 10)
    assert (process_time() - start) / 20 < 0.05
