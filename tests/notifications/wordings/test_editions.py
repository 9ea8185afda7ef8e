"""The unit's own words: what is refused, which edition counts, and how long a process may not know of it."""

from collections.abc import Iterator
from datetime import datetime
from threading import Event, Thread

import psycopg
import pytest
from django.db import ProgrammingError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications import outbox
from notifications.models import Channel, Message, WordingEdition
from notifications.wordings import ARABIC, WORDINGS, editions, rendering
from notifications.wordings.editions import EditedMeanwhile, WordingRefused
from tests.notifications.conftest import notice, owed
from tests.owner import owner

pytestmark = pytest.mark.usefixtures("short_host")

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
        assert english.body.startswith("Your شكوى 2604821735 has been answered.")

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
            "code", channel=Channel.SMS, language="ar", context={"code": "12345", "host": "bk.gov.jo"}
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
        thread.join(timeout=60)
        assert (is_waiting, ended, WordingEdition.objects.count()) == (True, ["overtaken"], 1)


class TestTheCache:
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
                saved.wait(timeout=60)
            return found

        def reader() -> None:
            editions.in_force()
            connection.close()

        monkeypatch.setattr(editions, "newest", slowly)
        thread = Thread(target=reader)
        thread.start()
        assert read.wait(timeout=60)
        save(at=now, sms=OURS)
        saved.set()
        thread.join(timeout=60)
        assert editions.in_force()["case_answered", "ar"].sms == OURS


@pytest.mark.django_db(transaction=True)
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
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(psycopg.IntegrityError, match="append-only"):
        owner().execute(statement)
    assert WordingEdition.objects.count() == 1


@pytest.mark.django_db
def test_words_with_a_fault_are_not_saved(now: datetime) -> None:
    with pytest.raises(WordingRefused) as refused:
        save(at=now, sms="صدر الرد.", text=" {subject} {ref}")
    assert (sorted(refused.value.problems), WordingEdition.objects.count()) == (["sms", "text"], 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("signals")
def test_a_preview_shows_the_edition(now: datetime) -> None:
    save(at=now, sms=OURS)
    shown = outbox.preview(notice(), at=now)
    assert shown.body == "جاء الرد على شكوى 2604821735. اقرؤوه: bk.gov.jo/r/······"
