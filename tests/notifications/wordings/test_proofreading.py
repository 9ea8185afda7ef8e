"""What is wrong with a wording is said beside the field, its length included."""

from typing import Any

import pytest
from django.utils import translation

from notifications.wordings import ENGLISH, WORDINGS, proofreading
from notifications.wordings.wording import Wording

pytestmark = pytest.mark.usefixtures("short_host")


def problems(template: str, language: str = "ar", **changes: str) -> dict[str, list[str]]:
    """Return what is wrong with the built-in words after a change, in English."""
    words = WORDINGS[language][template]
    typed = {"sms": words.sms, "subject": words.subject, "text": words.text} | changes
    with translation.override("en"):
        found = proofreading.problems(template, language, Wording(**typed))
        return {field: [str(problem) for problem in each] for field, each in found.items()}


class TestProofreading:
    """What is wrong with words is said beside the field, in a sentence."""

    @pytest.mark.parametrize("field", ["sms", "subject", "text"])
    @pytest.mark.parametrize(
        "word",
        [
            "subject",
            "details",
            "body",
            "found",
            "done",
            "answer",
            "question",
            "name",
            "date",
            "agency",
            "url",
            "REF",
            "host",
        ],
    )
    def test_a_word_that_is_not_given_is_refused(self, field: str, word: str) -> None:
        text = f"{{{word}}} {getattr(ENGLISH['case_answered'], field)}"
        found = problems("case_answered", "en", **{field: text})
        assert found == {field: [f"{{{word}}} cannot be used here."]}

    @pytest.mark.parametrize(
        ("template", "field", "word"),
        [
            ("case_answered", "sms", "ref"),
            ("case_answered", "sms", "link"),
            ("case_answered", "subject", "ref"),
            ("case_accepted", "sms", "date"),
            ("case_accepted", "text", "agency"),
            ("case_withdrawn", "text", "phone"),
            ("officer_digest", "text", "at_risk"),
            ("email_confirm", "text", "url"),
            ("operator_alarm", "subject", "alarm"),
        ],
    )
    def test_a_word_that_is_needed_must_stay(self, template: str, field: str, word: str) -> None:
        text = getattr(ENGLISH[template], field).replace(f"{{{word}}}", "it")
        expected = {field: [f"Add {{{word}}}: the message needs it here."]}
        assert problems(template, "en", **{field: text}) == expected

    def test_a_message_may_say_a_word_twice_and_others_that_callers_give(self) -> None:
        assert problems("case_withdrawn", "en", text="{Kind} {ref} ({kind} {ref}): {service} {phone} {phone}") == {}

    def test_the_kind_may_move_to_or_from_the_beginning(self) -> None:
        assert problems("case_answered", "en", sms="The {kind} {ref} is answered. Read it: {link}") == {}

    @pytest.mark.parametrize("language", ["ar", "en"])
    @pytest.mark.parametrize("kind", ["", "{kind} ", "{yours} ", "{kind} {yours} "])
    def test_the_number_names_the_case_so_that_its_kind_may_be_left_out(self, language: str, kind: str) -> None:
        typed = {"sms": f"{kind}{{ref}} {{link}}", "subject": f"{kind}{{ref}}", "text": f"{kind}{{ref}}"}
        for template in ("case_received", "case_answered"):
            assert problems(template, language, **typed) == {}

    @pytest.mark.parametrize("language", ["ar", "en"])
    @pytest.mark.parametrize("word", ["kind", "yours"])
    def test_a_message_to_which_no_kind_is_given_cannot_say_it(self, language: str, word: str) -> None:
        text = f"{{{word}}} {WORDINGS[language]['registered'].text}"
        assert problems("registered", language, text=text) == {"text": [f"{{{word}}} cannot be used here."]}

    @pytest.mark.parametrize("field", ["sms", "subject", "text"])
    @pytest.mark.parametrize(
        "typed",
        [
            "{ref!r}",
            "{ref.x}",
            "{ref.__class__}",
            "{ref[0]}",
            "{ref:>99999999}",
            "{}",
            "{0}",
            "{ ref }",
            "{{ref}}",
            "{ref",
            "ref}",
            "{رقم}",
            "{\nref}",
        ],
    )
    def test_braces_hold_one_word_and_nothing_else(self, field: str, typed: str) -> None:
        text = f"{typed} {getattr(ENGLISH['case_answered'], field)}"
        found = problems("case_answered", "en", **{field: text})
        assert (sorted(found), found[field][-1]) == (
            [field],
            "Put one word of the list in braces and nothing else, like this: {ref}",
        )

    def test_an_email_cannot_say_its_link_or_a_code_where_none_belongs(self) -> None:
        assert problems("case_answered", "en", text="{ref} {link}") == {"text": ["{link} cannot be used here."]}
        assert problems("code", "en", subject="{code}") == {"subject": ["{code} cannot be used here."]}
        assert problems("registered", "en", sms="You are registered: {link}") == {
            "sms": ["{link} cannot be used here."]
        }

    @pytest.mark.parametrize("field", ["sms", "subject", "text"])
    @pytest.mark.parametrize(
        "letter", ["\0", "\x07", "\t", "\r", "\x1b", "\x85", "\u202e", "\u2066", "\u200b", "\u2028", "\ud800", "\ufeff"]
    )
    def test_hidden_letters_are_refused(self, field: str, letter: str) -> None:
        text = f"{letter}{getattr(ENGLISH['case_answered'], field)}"
        sentence = "There are hidden characters in this text. Type it here instead of pasting it."
        assert problems("case_answered", "en", **{field: text})[field][0] == sentence

    def test_a_line_ends_in_a_text_and_never_in_a_subject(self) -> None:
        assert list(problems("case_answered", "en", subject="{ref}\nBcc: x@example.com")) == ["subject"]
        assert problems("case_answered", "en", text="{ref}\n\nRead it.") == {}

    @pytest.mark.parametrize("mark", ["\u064b", "\u0651", "\u0652", "\u0670"])
    def test_an_arabic_sms_has_no_vowel_marks_and_an_email_may(self, mark: str) -> None:
        assert problems("case_answered", sms=f"جا{mark}ء الرد {{kind}} {{ref}} {{link}}") == {
            "sms": ["Remove the vowel marks: each one takes up a character of the SMS."]
        }
        assert problems("case_answered", text=f"جا{mark}ء الرد {{ref}}") == {}

    @pytest.mark.parametrize("link", ["{link}.", "({link})", "اقرؤوه:{link}"])
    def test_a_link_stands_between_spaces(self, link: str) -> None:
        found = problems("case_answered", sms=f"{{kind}} {{ref}} {link}")
        assert found == {"sms": ["Leave a space on both sides of {link}, so that phones know where it ends."]}

    @pytest.mark.parametrize(
        "sms", ["@{host} #{code}\nرمزكم", "{code} رمزكم @{host} #{code}", "{code}\n@{host} #{code}."]
    )
    def test_the_last_line_of_the_code_is_what_telephones_read(self, sms: str) -> None:
        found = problems("code", sms=sms)
        assert found == {"sms": ["The last line must stay @{host} #{code}: phones read the code there."]}

    @pytest.mark.parametrize(
        ("template", "typed", "sentence"),
        [
            ("case_answered", {"sms": " "}, "Enter a text: a message cannot be empty."),
            ("case_answered", {"subject": ""}, "Enter a text: a message cannot be empty."),
            ("case_answered", {"text": "\n"}, "Enter a text: a message cannot be empty."),
            ("email_confirm", {"sms": "Confirm"}, "This message is never sent as an SMS."),
            ("case_answered", {"text": "{ref}" + "x" * 3000}, "Enter no more than 3000 characters."),
            ("case_answered", {"subject": "{ref}" + "x" * 200}, "Enter no more than 200 characters."),
        ],
    )
    def test_a_field_is_neither_empty_nor_endless(self, template: str, typed: dict[str, str], sentence: str) -> None:
        assert problems(template, "en", **typed) == {field: [sentence] for field in typed}


class TestLength:
    """An SMS costs no more than the built-in one, even with the longest agency, date, kind and host."""

    def filling(self, letters: int, letter: str = "ع") -> str:
        """Return the words of an SMS with so many letters more than it must have."""
        return "{agency} {date} {ref} " + letter * letters + " {link}"

    def test_one_letter_decides(self) -> None:
        # 18 + 10 + 10 letters, three spaces, 10 or 11 more, and a link of 18 after a space: 70 and 71.
        assert problems("case_accepted", sms=self.filling(10)) == {}
        assert problems("case_accepted", sms=self.filling(11)) == {
            "sms": ["The SMS can reach 71 characters (2 parts), and the limit is 70. Shorten it."]
        }

    def test_the_longest_kind_is_counted(self) -> None:
        # At 70 with شكوى it would be at 73 with استفسار.
        sms = "{kind} {ref} " + "ع" * 35 + " {link}"
        assert problems("case_answered", sms=sms) == {
            "sms": ["The SMS can reach 73 characters (2 parts), and the limit is 70. Shorten it."]
        }

    @pytest.mark.parametrize(
        ("language", "room", "places"),
        # At 70 with شكواكم it would be at 73 with استفساركم; "your suggestion" is the longest in English.
        [
            ("ar", 70 - len("استفساركم"), "71 characters (2 parts), and the limit is 70"),
            ("en", 160 - len("your suggestion"), "161 characters (2 parts), and the limit is 160"),
        ],
    )
    def test_the_longest_kind_with_your_is_counted(self, language: str, room: int, places: str) -> None:
        rest = room - len(" 2604821735  bk.gov.jo/r/7Kq2Xd")
        letters = {"ar": "ع", "en": "w"}[language] * rest
        assert problems("case_received", language, sms=f"{{yours}} {{ref}} {letters} {{link}}") == {}
        assert problems("case_received", language, sms=f"{{yours}} {{ref}} {letters}{letters[0]} {{link}}") == {
            "sms": [f"The SMS can reach {places}. Shorten it."]
        }

    def test_the_real_host_is_counted_and_sets_what_is_allowed(self, settings: Any) -> None:
        sms = "{kind} {ref} " + "ع" * 32 + " {link}"
        assert problems("case_answered", sms=sms) == {}
        settings.SHORT_HOST = "at-your-service.example.jo"
        # The built-in words take two parts with such a host: others may as well, and no third.
        assert proofreading.parts_allowed("case_answered", "ar") == 2
        assert problems("case_answered", sms=sms) == {}
        assert problems("case_answered", sms=sms + " " + "ع" * 60) == {
            "sms": ["The SMS can reach 148 characters (3 parts), and the limit is 134. Shorten it."]
        }

    def test_one_foreign_letter_halves_an_english_sms_and_is_named(self) -> None:
        sms = "{Kind} {ref}: accepted by {agency} – you’ll have its reply by {date}. {link}"
        assert problems("case_accepted", "en", sms=sms) == {
            "sms": [
                "The SMS can reach 117 characters (2 parts), and the limit is 70. Shorten it.",
                "An SMS with these characters has room for only 70 characters: – ’",
            ]
        }

    def test_an_english_sms_has_160_places(self) -> None:
        room = 160 - len("W" * 24 + " 22/12/2026 2604821735 suggestion  bk.gov.jo/r/7Kq2Xd")
        sms = "{agency} {date} {ref} {kind} "
        assert problems("case_accepted", "en", sms=sms + "w" * room + " {link}") == {}
        assert problems("case_accepted", "en", sms=sms + "w" * (room + 1) + " {link}") == {
            "sms": ["The SMS can reach 161 characters (2 parts), and the limit is 160. Shorten it."]
        }

    def test_nothing_else_is_said_of_an_sms_that_has_another_fault(self) -> None:
        assert problems("case_accepted", sms="{agency} {date} " + "ع" * 99 + " {link}") == {
            "sms": ["Add {ref}: the message needs it here."]
        }
