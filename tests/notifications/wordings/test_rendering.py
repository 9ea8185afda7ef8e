"""Every message in both languages, at its longest."""

import pytest
from django.utils import translation

from notifications.models import AlarmKind, Channel
from notifications.wordings import (
    ARABIC,
    CASE_KINDS,
    ENGLISH,
    LANGUAGES,
    PROVIDED_CONTEXT,
    TEMPLATES,
    WORDINGS,
    YOUR_CASES,
    proofreading,
    rendering,
    required_context,
)
from notifications.wordings.composing import Rendered, WordingIncomplete, compose
from notifications.wordings.sms import Size, segments, size
from notifications.wordings.wording import FIELDS, Wording

HOST = "bk.gov.jo"
HTTPS = f"https://{HOST}"
LONGEST = {
    "code": "12345",
    "ref": "2604821735",
    "agency": "ع" * 18,
    "date": "22/12/2026",
    "phone": "065008080",
    "host": HOST,
    "alarm": "ع" * 40,
    "url": f"{HTTPS}/ar/account/email/7Kq2Xd7Kq2Xd7Kq2Xd7Kq2Xd/",
    "due_today": "120",
    "at_risk": "99",
    "to_decide": "99",
    "triage": "99",
    "likely_missed": "99",
    "returned": "10",
    "failed": "0",
    "delay": "متأخر 12 يوم عمل",
    "reported": "120",
    "vacant": "9",
    "cases": "2604821735: متأخر منذ 11/1/2026.",
    "late": "تأخر 3 أيام عمل. الخطوة التالية يوم 22/12/2026.",
    "count": "120",
    "status": "ع" * 25,
    "role": "رئيس وحدة إدارة الشكاوى الحكومية",
}
# The only words a message may leave open: numbers, dates, names of offices and addresses, nothing a person wrote.
OPEN_WORDS = {
    "ref",
    "kind",
    "Kind",
    "yours",
    "agency",
    "date",
    "code",
    "link",
    "host",
    "phone",
    "service",
    "url",
    "alarm",
    "due_today",
    "at_risk",
    "to_decide",
    "triage",
    "likely_missed",
    "returned",
    "failed",
    "delay",
    "reported",
    "vacant",
    "cases",
    "late",
    "count",
    "role",
    "status",
}
BY_SMS = [template for template in TEMPLATES if ARABIC[template].sms]
SERVICE = {"ar": "بخدمتكم", "en": "At Your Service"}
#: What callers give; {kind}, {Kind} and {yours} follow from it.
KINDS = ("complaint", "suggestion", "inquiry", "praise")
LONGEST_SUBJECT = 100


def longest_sms(template: str, language: str, kind: str) -> str:
    """Return the SMS with the longest words there are."""
    context = LONGEST | {"kind": kind}
    if language == "en":
        context |= {"agency": "W" * 24, "alarm": "W" * 60, "status": "W" * 40}
    return rendering.render(
        template, channel=Channel.SMS, language=language, context=context, link=f"{HOST}/r/7Kq2Xd"
    ).body


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sms_is_one_segment_with_the_longest_words(language: str) -> None:
    texts = {(template, kind): longest_sms(template, language, kind) for template in BY_SMS for kind in KINDS}
    assert {key: size(text) for key, text in texts.items() if segments(text) != 1} == {}


def test_english_sms_need_no_unicode() -> None:
    encodings = {template: size(longest_sms(template, "en", "suggestion")).encoding for template in BY_SMS}
    assert encodings == dict.fromkeys(BY_SMS, "GSM-7")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sms_about_a_case_ends_in_its_link_and_no_other_in_random_letters(language: str) -> None:
    texts = {template: longest_sms(template, language, KINDS[0]) for template in BY_SMS}
    about_cases = {template for template in BY_SMS if "ref" in required_context(template)}
    assert {template for template, text in texts.items() if text.endswith(f" {HOST}/r/7Kq2Xd")} == about_cases
    assert {template for template, text in texts.items() if "7Kq2X" in text} == about_cases


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_email_is_whole_with_the_longest_words(language: str, kind: str) -> None:
    context, link, broken = LONGEST | {"kind": kind}, f"{HTTPS}/r/7Kq2Xd", {}
    for template in TEMPLATES:
        rendered = rendering.render(template, channel=Channel.EMAIL, language=language, context=context, link=link)
        is_whole = rendered.body.endswith(f"\n\n{link}\n\n{SERVICE[language]}\n065008080")
        is_open = "{" in rendered.subject + rendered.body
        if len(rendered.subject) > LONGEST_SUBJECT or "\n" in rendered.subject or is_open or not is_whole:
            broken[template] = rendered
    assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proofreader_finds_nothing_in_the_built_in_words(language: str) -> None:
    found = {
        template: proofreading.problems(template, language, WORDINGS[language][template]) for template in TEMPLATES
    }
    assert found == {template: {} for template in TEMPLATES}
    fitting = {
        template for template in TEMPLATES if proofreading.still_fits(template, language, WORDINGS[language][template])
    }
    assert fitting == set(TEMPLATES)


def test_the_open_words_are_these_and_no_others() -> None:
    """No subject, no text of a case, no finding can be in a message: there is no word for them."""
    allowed = {
        word
        for language in LANGUAGES
        for template in TEMPLATES
        for field in FIELDS
        for word in proofreading.allowed_placeholders(template, language, field)
    }
    needed = {word for template in TEMPLATES for word in required_context(template)}
    assert (allowed, needed | PROVIDED_CONTEXT | {"Kind", "yours"}) == (OPEN_WORDS, OPEN_WORDS)


def test_an_address_to_open_stands_in_the_text_of_an_email_alone() -> None:
    places = {
        (template, field)
        for language in LANGUAGES
        for template in TEMPLATES
        for field in FIELDS
        if "url" in proofreading.allowed_placeholders(template, language, field)
    }
    assert places == {
        ("email_confirm", "text"),
        ("problem_over", "text"),
        ("staff_invitation", "text"),
        ("staff_new_password", "text"),
        ("directorate_request", "text"),
        ("directorate_reminder", "text"),
        ("officer_digest", "text"),
        ("cmu_digest", "text"),
        ("ladder_digest", "text"),
        *(
            (template, "text")
            for template in WORDINGS["en"]
            if template.startswith(("directive_", "report_", "annex_", "index_", "commitment_"))
        ),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alarm_fits_the_sms_to_the_operators(language: str) -> None:
    with translation.override(language):
        too_long = [label for label in map(str, AlarmKind.labels) if len(label) > proofreading.LONGEST_ALARM[language]]
    assert too_long == []


@pytest.mark.parametrize("template", ["email_confirm", "email_changed", "officer_digest"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_without_an_sms_is_refused_for_that_channel(template: str, language: str) -> None:
    with pytest.raises(WordingIncomplete, match="no words for the channel sms"):
        rendering.render(template, channel=Channel.SMS, language=language, context=LONGEST)


def test_the_digest_says_its_numbers_line_by_line() -> None:
    context = {
        "date": "4/1/2026",
        "due_today": "3",
        "to_decide": "5",
        "at_risk": "2",
        "likely_missed": "4",
        "returned": "1",
        "failed": "0",
        "url": "https://bk.gov.jo/en/staff/queue/",
        "phone": "065008080",
    }
    rendered = rendering.render("officer_digest", channel=Channel.EMAIL, language="en", context=context)
    assert rendered == Rendered(
        subject="Your agency's cases on 4/1/2026",
        body="Your agency's cases on 4/1/2026:\n\n"
        "For you to decide: 5\nDue today: 3\nDue soon: 2\nCame back: 1\n"
        "Promises likely to be missed: 4\nMessages that did not arrive: 0\n\n"
        "Your work queue:\n\nhttps://bk.gov.jo/en/staff/queue/\n\nAt Your Service\n065008080",
    )


def test_a_word_cannot_open_another_word() -> None:
    context = {"ref": "{phone}", "kind": "{code}", "phone": "065008080"}
    rendered = rendering.render("case_answered", channel=Channel.EMAIL, language="en", context=context)
    assert rendered.subject == "Your {code} {phone} has been answered"


def test_both_languages_have_the_same_templates() -> None:
    assert set(ARABIC) == set(ENGLISH)


def test_both_languages_say_the_same_things() -> None:
    words = ("{code}", "{date}", "{link}", "{agency}", "{alarm}")
    said = {
        language: {template: {word for word in words if word in table[template].sms} for template in TEMPLATES}
        for language, table in WORDINGS.items()
    }
    assert said["ar"] == said["en"]


def test_arabic_promises_say_until_and_not_before() -> None:
    assert [name for name, words in ARABIC.items() if " قبل " in f"{words.sms} {words.text}"] == []


def test_arabic_sms_carry_no_vowel_marks() -> None:
    marks = {chr(code) for code in range(0x64B, 0x653)}
    assert [name for name, words in ARABIC.items() if marks & set(words.sms)] == []


def test_the_accepted_notice_reads_as_agreed() -> None:
    context = {"ref": "2604821735", "kind": "شكوى", "agency": "أمانة عمان", "date": "22/1/2026"}
    rendered = rendering.render(
        "case_accepted", channel=Channel.SMS, language="ar", context=context, link=f"{HOST}/r/7Kq2Xd"
    )
    assert rendered.body == f"2604821735: رد أمانة عمان حتى 22/1/2026. {HOST}/r/7Kq2Xd"


def test_an_email_has_the_number_the_state_and_the_link() -> None:
    context = {"ref": "2604821735", "kind": "complaint", "phone": "065008080"}
    rendered = rendering.render(
        "case_answered", channel=Channel.EMAIL, language="en", context=context, link="https://bk.gov.jo/r/7Kq2Xd"
    )
    assert rendered == Rendered(
        subject="Your complaint 2604821735 has been answered",
        body="Your complaint 2604821735 has been answered. Read the answer here:\n\n"
        "https://bk.gov.jo/r/7Kq2Xd\n\nAt Your Service\n065008080",
    )


def test_a_kind_may_be_given_by_its_code() -> None:
    context = {"ref": "2604821735", "kind": "inquiry"}
    arabic, english = (
        rendering.render(
            "case_triage", channel=Channel.SMS, language=language, context=context, link=f"{HOST}/r/7Kq2Xd"
        ).body
        for language in ("ar", "en")
    )
    assert arabic.startswith("استفسار 2604821735: ")
    assert english.startswith("Inquiry 2604821735: ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_noun_and_the_same_with_your(language: str) -> None:
    assert (tuple(CASE_KINDS[language]), tuple(YOUR_CASES[language])) == (KINDS, KINDS)


@pytest.mark.parametrize(
    ("kind", "yours"),
    [
        ("complaint", "شكواكم"),
        ("suggestion", "اقتراحكم"),
        ("inquiry", "استفساركم"),
        ("praise", "ثناءكم"),
        ("INQUIRY", "استفساركم"),
        # A kind that is no code of ours stands for itself.
        ("طلب خاص", "طلب خاص"),
    ],
)
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_citizen_reads_your_and_the_kind(kind: str, yours: str, language: str) -> None:
    context = {"ref": "2604821735", "kind": kind, "phone": "065008080"}
    sms, email = (
        rendering.render(
            "case_received", channel=channel, language=language, context=context, link="bk.gov.jo/r/7Kq2Xd"
        )
        for channel in (Channel.SMS, Channel.EMAIL)
    )
    assert sms.body == f"استلمنا {yours}. رقم المتابعة 2604821735. bk.gov.jo/r/7Kq2Xd"
    assert email.subject == f"استلمنا {yours} رقم 2604821735"


@pytest.mark.parametrize(
    ("kind", "yours"),
    [
        ("complaint", "your complaint"),
        ("suggestion", "your suggestion"),
        ("inquiry", "your inquiry"),
        ("praise", "your praise"),
        ("طلب خاص", "طلب خاص"),
    ],
)
def test_a_version_in_english_may_say_your_and_the_kind_in_one_word(kind: str, yours: str) -> None:
    ours = Wording(sms="We have {yours}. {ref} {link}", subject="We have {yours}", text="We have {yours}.")
    context = {"ref": "2604821735", "kind": kind, "phone": "065008080"}
    said = [
        compose(ours, channel=channel, language="en", context=context, link="bk.gov.jo/r/7Kq2Xd")
        for channel in (Channel.SMS, Channel.EMAIL)
    ]
    assert said == [
        Rendered("", f"We have {yours}. 2604821735 bk.gov.jo/r/7Kq2Xd"),
        Rendered(f"We have {yours}", f"We have {yours}.\n\nbk.gov.jo/r/7Kq2Xd\n\nAt Your Service\n065008080"),
    ]


def test_whoever_gives_the_kind_gives_your_and_the_kind() -> None:
    """No caller names {yours} or {Kind}: where a message has one of them, it is the kind that is asked for."""
    words = {
        template: {
            word for table in WORDINGS.values() for field in FIELDS for word in table[template].placeholders(field)
        }
        for template in TEMPLATES
    }
    spoken = {template for template in TEMPLATES if {"kind", "Kind", "yours"} & words[template]}
    asked = {template for template in TEMPLATES if "kind" in required_context(template)}
    assert spoken == asked
    assert {word for template in TEMPLATES for word in required_context(template)} & {"Kind", "yours"} == set()


def test_a_word_cannot_add_a_header_or_a_line() -> None:
    context = {"ref": "26\r\nBcc: someone@example.com", "kind": "complaint", "phone": "065008080"}
    rendered = rendering.render("case_answered", channel=Channel.EMAIL, language="en", context=context)
    assert rendered.subject == "Your complaint 26 Bcc: someone@example.com has been answered"


def test_a_missing_word_is_named() -> None:
    with pytest.raises(WordingIncomplete, match="case_accepted: agency, date"):
        rendering.render(
            "case_accepted", channel=Channel.SMS, language="ar", context={"ref": "2604821735", "agency": " "}
        )


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(WordingIncomplete, match="case_forgotten"):
        rendering.current_wording("case_forgotten", "ar")


@pytest.mark.parametrize(
    ("text", "encoding", "places", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        # The escape and its letter stay together: one place of each segment is left empty.
        ("a" + "€" * 152, "GSM-7", 305, 2),
        ("€" * 153, "GSM-7", 306, 3),
        ("[]{}\\~^|", "GSM-7", 16, 1),
        ("ع" * 70, "UCS-2", 70, 1),
        ("ع" * 71, "UCS-2", 71, 2),
        ("ع" * 134, "UCS-2", 134, 2),
        ("ع" * 135, "UCS-2", 135, 3),
        ("a" * 69 + "ع", "UCS-2", 70, 1),
        ("a" * 70 + "ع", "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 67, "UCS-2", 134, 3),
        ("ع" + "😀" * 33 + "😀" * 33 + "ع", "UCS-2", 134, 2),
    ],
)
def test_sizes_at_the_limits(text: str, encoding: str, places: int, segments: int) -> None:
    assert size(text) == Size(encoding, places, segments)
