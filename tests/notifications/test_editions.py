"""The unit's own words: what is refused, which edition counts, and how long a process may not know of it."""

from collections.abc import Iterator
from datetime import datetime
from threading import Event, Thread
from typing import Any

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from notifications import outbox
from notifications.models import Channel, Message, WordingEdition
from notifications.wordings import ARABIC, ENGLISH, WORDINGS, editions, proofreading, rendering
from notifications.wordings.editions import EditedMeanwhile, WordingRefused
from notifications.wordings.wording import Wording
from tests.notifications.conftest import notice, owed

type Signals = list[tuple[tuple[str, ...], str]]

ANSWERED = ARABIC["case_answered"]
OURS = "جاء الرد على {kind} {ref}. اقرؤوه: {link}"


def save(
    template: str = "case_answered", language: str = "ar", *, at: datetime, seen: int | None = None, **changes: str
) -> WordingEdition | None:
    """Save the built-in words with some of them changed."""
    words = WORDINGS[language][template]
    typed = {"sms": words.sms, "subject": words.subject, "text": words.text} | changes
    return editions.save(template, language, **typed, by="user:lina", at=at, seen=seen)


def problems(template: str, language: str = "ar", **changes: str) -> dict[str, list[str]]:
    """Return what is wrong with the built-in words after a change, in English."""
    words = WORDINGS[language][template]
    typed = {"sms": words.sms, "subject": words.subject, "text": words.text} | changes
    with translation.override("en"):
        found = proofreading.problems(template, language, Wording(**typed, marked=words.marked))
        return {field: [str(problem) for problem in each] for field, each in found.items()}


@pytest.fixture(autouse=True)
def _short_host(settings: Any) -> None:
    """Print the links the built-in words were counted with."""
    settings.SHORT_HOST = "bk.gov.jo"


class TestWhatCounts:
    """The newest edition of a template in a language, else the built-in words."""

    @pytest.mark.django_db(transaction=True)
    def test_an_edition_replaces_the_built_in_words_of_its_language_alone(
        self, signals: Signals, now: datetime
    ) -> None:
        save(at=now, sms=OURS)
        arabic, english = (
            owed(notice(language=language), occasion=f"case:1:{language}")[0] for language in ("ar", "en")
        )
        assert arabic.body == f"جاء الرد على شكوى 2604821735. اقرؤوه: bk.gov.jo/r/{arabic.token}"
        assert english.body.startswith("شكوى 2604821735 is answered.")

    @pytest.mark.django_db(transaction=True)
    def test_a_language_that_is_none_of_ours_has_the_arabic_edition(self, now: datetime) -> None:
        save(at=now, sms=OURS)
        assert rendering.current_wording("case_answered", "fr").sms == OURS

    @pytest.mark.django_db(transaction=True)
    def test_the_newest_edition_counts_whatever_the_clocks_say(self, now: datetime) -> None:
        save(at=now, sms=OURS)
        save(at=now.replace(year=2025), sms=f"بشرى: {OURS}")
        assert rendering.current_wording("case_answered", "ar").sms == f"بشرى: {OURS}"
        assert [edition.sms for edition in editions.history("case_answered", "ar")] == [f"بشرى: {OURS}", OURS]

    @pytest.mark.django_db(transaction=True)
    def test_the_built_in_words_come_back_as_an_edition_of_their_own(self, now: datetime) -> None:
        save(at=now, sms=OURS)
        save(at=now)
        assert (rendering.current_wording("case_answered", "ar"), WordingEdition.objects.count()) == (ANSWERED, 2)

    @pytest.mark.django_db
    def test_saving_what_is_in_force_writes_nothing(self, now: datetime) -> None:
        assert (save(at=now), save(at=now, sms=OURS) is None, save(at=now, sms=OURS)) == (None, False, None)
        assert WordingEdition.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_what_is_owed_keeps_its_words(self, signals: Signals, now: datetime) -> None:
        (message,) = owed()
        save(at=now, sms=OURS)
        assert Message.objects.get().body == message.body

    @pytest.mark.django_db(transaction=True)
    def test_the_code_keeps_the_line_that_telephones_read(self, now: datetime) -> None:
        save("code", at=now, sms="{code} هو رمزكم.\n@{host} #{code}")
        rendered = rendering.render(
            "code", channel=Channel.SMS, language="ar", context={"code": "12345", "host": "bk.gov.jo"}, mark="7Kq2X"
        )
        assert rendered.body == "12345 هو رمزكم.\n@bk.gov.jo #12345"

    @pytest.mark.django_db
    def test_an_edition_that_a_release_left_behind_is_passed_over(
        self, now: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        fields = {"language": "ar", "subject": "{ref}", "text": "{ref}", "edited_by": "user:lina", "edited_at": now}
        for template, sms in (("case_answered", "{ref} {agency} {link}"), ("case_forgotten", "{ref}")):
            WordingEdition.objects.create(template=template, sms=sms, **fields)
        editions.clear_cache()
        assert rendering.current_wording("case_answered", "ar") == ANSWERED
        editions.clear_cache()
        assert (editions.in_force(), len(caplog.records)) == ({}, 2)


class TestWhoComesSecond:
    """Two people at the same words."""

    @pytest.mark.django_db
    def test_whoever_did_not_see_the_newest_edition_overwrites_nothing(self, now: datetime) -> None:
        first = save(at=now, sms=OURS, seen=0)
        assert first is not None
        with pytest.raises(EditedMeanwhile):
            save(at=now, sms=f"بشرى: {OURS}", seen=0)
        assert save(at=now, sms=f"بشرى: {OURS}", seen=first.pk) is not None

    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_overtaken(self, now: datetime) -> None:
        ended: list[str] = []

        def second() -> None:
            try:
                save(at=now, sms=f"بشرى: {OURS}", seen=0)
            except EditedMeanwhile:
                ended.append("overtaken")
            finally:
                close_old_connections()
                connection.close()

        with transaction.atomic():
            save(at=now, sms=OURS, seen=0)
            thread = Thread(target=second)
            thread.start()
            thread.join(timeout=0.5)
            is_waiting = thread.is_alive()
        thread.join(timeout=10)
        assert (is_waiting, ended, WordingEdition.objects.count()) == (True, ["overtaken"], 1)


class TestTheShelf:
    """A process keeps what it knows for half a minute, and never what it knows to be old."""

    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
        hands = [1000.0]
        monkeypatch.setattr(editions, "monotonic", lambda: hands[0])
        editions.clear_cache()
        yield hands
        editions.clear_cache()

    @pytest.mark.django_db
    def test_another_processs_edition_is_known_after_half_a_minute(self, clock: list[float], now: datetime) -> None:
        assert editions.in_force() == {}
        # As another process would: this one is told nothing.
        WordingEdition.objects.create(
            template="case_answered",
            language="ar",
            sms=OURS,
            subject=ANSWERED.subject,
            text=ANSWERED.text,
            edited_by="user:lina",
            edited_at=now,
        )
        clock[0] += 29.9
        assert editions.in_force() == {}
        clock[0] += 0.2
        assert editions.in_force()["case_answered", "ar"].sms == OURS

    @pytest.mark.django_db
    def test_what_is_known_costs_no_statement(self, clock: list[float], signals: Signals) -> None:
        editions.in_force()
        with CaptureQueriesContext(connection) as queries:
            for number in range(3):
                owed(notice(recipient=f"user:{number}"))
        assert [query["sql"] for query in queries if "wordingedition" in query["sql"]] == []
        clock[0] += 31
        with CaptureQueriesContext(connection) as queries:
            owed(notice(), notice(recipient="user:omar"), occasion="case:1:5")
        assert len([query["sql"] for query in queries if "wordingedition" in query["sql"]]) == 1

    @pytest.mark.django_db(transaction=True)
    def test_an_edition_that_is_rolled_back_never_counts(self, clock: list[float], now: datetime) -> None:
        editions.in_force()
        with transaction.atomic():
            save(at=now, sms=OURS)
            transaction.set_rollback(True)
        assert editions.in_force() == {}

    @pytest.mark.django_db(transaction=True)
    def test_rows_read_before_an_edition_was_saved_are_not_kept(
        self, clock: list[float], now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read, saved = Event(), Event()
        rows = editions.newest

        def slowly() -> list[WordingEdition]:
            found = rows()
            if not saved.is_set():
                read.set()
                saved.wait(timeout=10)
            return found

        def reader() -> None:
            editions.in_force()
            connection.close()

        monkeypatch.setattr(editions, "newest", slowly)
        thread = Thread(target=reader)
        thread.start()
        assert read.wait(timeout=10)
        save(at=now, sms=OURS)
        saved.set()
        thread.join(timeout=10)
        assert editions.in_force()["case_answered", "ar"].sms == OURS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notifications_wordingedition SET sms = ''",
        "DELETE FROM notifications_wordingedition",
        "TRUNCATE notifications_wordingedition",
    ],
)
def test_editions_are_append_only(now: datetime, statement: str) -> None:
    save(at=now, sms=OURS)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert WordingEdition.objects.count() == 1


@pytest.mark.django_db
def test_words_with_a_fault_are_not_saved(now: datetime) -> None:
    with pytest.raises(WordingRefused) as refused:
        save(at=now, sms="صدر الرد.", text=" {subject} {ref}")
    assert (sorted(refused.value.problems), WordingEdition.objects.count()) == (["sms", "text"], 0)


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
        expected = {field: [f"{{{word}}} is missing: the message needs it here."]}
        assert problems(template, "en", **{field: text}) == expected

    def test_a_message_may_say_a_word_twice_and_others_that_callers_give(self) -> None:
        assert problems("case_withdrawn", "en", text="{Kind} {ref} ({kind} {ref}): {service} {phone} {phone}") == {}

    def test_the_kind_may_move_to_or_from_the_beginning(self) -> None:
        assert problems("case_answered", "en", sms="The {kind} {ref} is answered. Read it: {link}") == {}

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
            "Braces stand around one word of the list and nothing else, like this: {ref}",
        )

    def test_an_email_cannot_say_its_link_or_a_code_where_none_belongs(self) -> None:
        assert problems("case_answered", "en", text="{ref} {link}") == {"text": ["{link} cannot be used here."]}
        assert problems("code", "en", subject="{code}") == {"subject": ["{code} cannot be used here."]}
        assert problems("case_triage", "en", sms="{Kind} {ref}: {link}") == {"sms": ["{link} cannot be used here."]}

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
            "sms": ["An SMS has no vowel marks: each takes a place. Remove them."]
        }
        assert problems("case_answered", text=f"جا{mark}ء الرد {{ref}}") == {}

    @pytest.mark.parametrize("link", ["{link}.", "({link})", "اقرؤوه:{link}"])
    def test_a_link_stands_between_spaces(self, link: str) -> None:
        found = problems("case_answered", sms=f"{{kind}} {{ref}} {link}")
        assert found == {"sms": ["Leave a space on both sides of {link}, so that telephones know where it ends."]}

    @pytest.mark.parametrize(
        "sms", ["@{host} #{code}\nرمزكم", "{code} رمزكم @{host} #{code}", "{code}\n@{host} #{code}."]
    )
    def test_the_last_line_of_the_code_is_what_telephones_read(self, sms: str) -> None:
        found = problems("code", sms=sms)
        assert found == {"sms": ["The last line must stay @{host} #{code}: telephones read the code there."]}

    @pytest.mark.parametrize(
        ("template", "typed", "sentence"),
        [
            ("case_answered", {"sms": " "}, "Write something here: no message goes out empty."),
            ("case_answered", {"subject": ""}, "Write something here: no message goes out empty."),
            ("case_answered", {"text": "\n"}, "Write something here: no message goes out empty."),
            ("email_confirm", {"sms": "Confirm"}, "This message is never sent as an SMS."),
            ("case_answered", {"text": "{ref}" + "x" * 3000}, "At most 3000 letters fit here."),
            ("case_answered", {"subject": "{ref}" + "x" * 200}, "At most 200 letters fit here."),
        ],
    )
    def test_a_field_is_neither_empty_nor_endless(self, template: str, typed: dict[str, str], sentence: str) -> None:
        assert problems(template, "en", **typed) == {field: [sentence] for field in typed}


class TestLength:
    """An SMS costs no more than the built-in one, even with the longest agency, date, kind and host."""

    def filling(self, letters: int, letter: str = "ع") -> str:
        """Return the words of an SMS with so many letters more than it must have."""
        return "{agency} {date} {ref} " + letter * letters

    def test_one_letter_decides(self) -> None:
        # 18 + 10 + 10 letters, three spaces, 26 more, and a mark of five after a space: 70 and 71.
        assert problems("case_accepted", sms=self.filling(23)) == {}
        assert problems("case_accepted", sms=self.filling(24)) == {
            "sms": ["At its longest it takes 71 of 70 places: 2 parts. Shorten it."]
        }

    def test_the_longest_kind_is_counted(self) -> None:
        # At 70 with شكوى it would be at 73 with استفسار.
        sms = "{kind} {ref} " + "ع" * 35 + " {link}"
        assert problems("case_answered", sms=sms) == {
            "sms": ["At its longest it takes 73 of 70 places: 2 parts. Shorten it."]
        }

    def test_the_real_host_is_counted_and_sets_what_is_allowed(self, settings: Any) -> None:
        sms = "{kind} {ref} " + "ع" * 32 + " {link}"
        assert problems("case_answered", sms=sms) == {}
        settings.SHORT_HOST = "at-your-service.example.jo"
        # The built-in words take two parts with such a host: others may as well, and no third.
        assert proofreading.parts_allowed("case_answered", "ar") == 2
        assert problems("case_answered", sms=sms) == {}
        assert problems("case_answered", sms=sms + " " + "ع" * 60) == {
            "sms": ["At its longest it takes 148 of 134 places: 3 parts. Shorten it."]
        }

    def test_one_foreign_letter_halves_an_english_sms_and_is_named(self) -> None:
        sms = "{Kind} {ref}: accepted by {agency} – you’ll have its reply by {date}."
        assert problems("case_accepted", "en", sms=sms) == {
            "sms": [
                "At its longest it takes 104 of 70 places: 2 parts. Shorten it.",
                "An SMS with these letters has 70 places only: – ’",
            ]
        }

    def test_an_english_sms_has_160_places(self) -> None:
        room = 160 - len("W" * 24 + " 22/12/2026 2604821735 suggestion  XXXXX")
        sms = "{agency} {date} {ref} {kind} "
        assert problems("case_accepted", "en", sms=sms + "w" * room) == {}
        assert problems("case_accepted", "en", sms=sms + "w" * (room + 1)) == {
            "sms": ["At its longest it takes 161 of 160 places: 2 parts. Shorten it."]
        }

    def test_nothing_else_is_said_of_an_sms_that_has_another_fault(self) -> None:
        assert problems("case_accepted", sms="{agency} {date} " + "ع" * 99) == {
            "sms": ["{ref} is missing: the message needs it here."]
        }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("signals")
def test_a_preview_shows_the_edition(now: datetime) -> None:
    save(at=now, sms=OURS)
    shown = outbox.preview(notice(), at=now)
    assert shown.body == "جاء الرد على شكوى 2604821735. اقرؤوه: bk.gov.jo/r/······"
