"""What is owed is owed once, frozen, encrypted, and announced to the workers after the commit."""

import logging
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import outbox, runtime
from notifications.addresses import AddressRefused
from notifications.models import Channel, Lane, Message, MessageState
from notifications.outbox import Notice
from notifications.wordings import ARABIC, ENGLISH, links, rendering, required_context
from notifications.wordings.composing import WordingIncomplete
from notifications.wordings.sms import segments
from notifications.wordings.wording import Wording
from tests.notifications.conftest import notice, owed

pytestmark = pytest.mark.django_db

type Signals = list[str]


@pytest.fixture
def now() -> datetime:
    """Return the present."""
    return timezone.now()


def test_an_occasion_owes_each_recipient_one_message_a_channel(signals: Signals) -> None:
    both = (notice(), notice(channel=Channel.EMAIL, address="amina@example.com"), notice(recipient="user:omar"))
    first = owed(*both)
    again = owed(*both)
    later = owed(*both, occasion="case:1:5")
    assert (len(first), len(again), len(later), Message.objects.count()) == (3, 0, 3, 6)


def test_what_is_owed_already_keeps_its_first_words(signals: Signals) -> None:
    owed(notice())
    owed(notice(template="case_withdrawn"))
    assert [message.template for message in Message.objects.all()] == ["case_answered"]


def test_any_number_of_notices_costs_one_statement(signals: Signals) -> None:
    for count in (1, 3):
        people = [notice(recipient=f"user:{number}") for number in range(count)]
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            outbox.owe(people, occasion=f"case:{count}:1", at=timezone.now())
        assert [query["sql"].split()[0] for query in queries] == ["INSERT"]


def test_owing_nothing_costs_nothing(signals: Signals) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert outbox.owe([], occasion="case:1:1", at=timezone.now()) == []
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_owing_outside_a_transaction_is_refused(now: datetime) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        outbox.owe([notice()], occasion="case:1:1", at=now)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_occasion_owes_and_announces_nothing(signals: Signals, now: datetime) -> None:
    with transaction.atomic():
        outbox.owe([notice()], occasion="case:1:1", at=now)
        transaction.set_rollback(True)
    assert (Message.objects.count(), signals) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_one_signal_after_the_commit_for_all_messages_of_an_occasion(signals: Signals, now: datetime) -> None:
    with transaction.atomic():
        messages = outbox.owe([notice(), notice(recipient="user:omar")], occasion="case:1:1", at=now)
        assert signals == []
    assert (len(messages), signals) == (2, ["notices"])


@pytest.mark.django_db(transaction=True)
def test_codes_are_announced_in_their_own_lane_and_expire(signals: Signals, now: datetime) -> None:
    code = notice(template="code", context={"code": "12345"}, reference="")
    with transaction.atomic():
        (message,) = outbox.owe([code], occasion="code:1", at=now, lane=Lane.CODES)
    assert (message.token, message.expires_at) == (None, now + timedelta(minutes=10))
    assert signals == ["codes"]


def test_what_is_over_before_it_begins_is_settled_and_nothing_else_is(signals: Signals, now: datetime) -> None:
    code = notice(template="code", context={"code": "12345"}, reference="")
    with transaction.atomic():
        (over,) = outbox.owe([code], occasion="code:1", at=now, lane=Lane.CODES, expires_at=now)
        (good,) = outbox.owe([code], occasion="code:2", at=now, lane=Lane.CODES)
    settled = [(message.state, message.settled_at) for message in (over, good)]
    assert settled == [(MessageState.EXPIRED, now), (MessageState.PENDING, None)]


@pytest.mark.django_db(transaction=True)
def test_a_signal_that_raises_does_not_reach_the_caller(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    def burst(lane: str) -> bool:
        raise RuntimeError(lane)

    monkeypatch.setattr(runtime, "notify_workers", burst)
    with transaction.atomic():
        outbox.owe([notice()], occasion="case:1:1", at=now)
    assert Message.objects.get().state == MessageState.PENDING


def test_the_words_are_frozen(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    (message,) = owed()
    said = message.body
    changed: Mapping[str, Wording] = {**ARABIC, "case_answered": Wording("x {link}", "x", "x")}
    monkeypatch.setattr(rendering, "WORDINGS", {"ar": changed, "en": ENGLISH})
    assert (Message.objects.get().body, owed(occasion="other")[0].body[:2]) == (said, "x ")


def test_a_dump_of_the_table_holds_no_number_and_no_words(signals: Signals) -> None:
    email = notice(channel=Channel.EMAIL, address="amina@example.com")
    messages = owed(notice(), email)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(m::text, '') || string_agg(encode(address || subject || body, 'escape'), '')"
            " FROM notifications_message m"
        )
        (dump,) = cursor.fetchone()
        cursor.execute("SELECT address || subject || body FROM notifications_message")
        raw = b"".join(bytes(row) for (row,) in cursor.fetchall())
    secret = ["790001234", "amina@example.com", *(message.body for message in messages), "صدر الرد"]
    assert [word for word in secret if word in dump or word.encode() in raw] == []
    # The control: what is not secret is found by the same search.
    assert "case_answered" in dump


def test_a_linked_sms_ends_in_its_short_link(signals: Signals, now: datetime) -> None:
    (message,) = owed()
    assert message.body.endswith(f". للقراءة: {links.short_host()}/r/{message.token}")
    assert outbox.message_by_link(message.token or "", at=now) == message


def test_the_link_leads_on_as_it_is_printed_without_a_closing_slash(signals: Signals, client: Client) -> None:
    (message,) = owed()
    first = client.get(f"/r/{message.token}")
    assert (first.status_code, first["Location"]) == (301, f"/r/{message.token}/")
    assert client.get(first["Location"])["Location"] == "/ar/cases/2604821735/"


def test_short_links_cannot_be_guessed_through_and_nobody_else_is_stopped(signals: Signals, client: Client) -> None:
    (message,) = owed()
    answers = [client.get(f"/r/gue{place}/").status_code for place in range(61)]
    assert (answers, client.get(f"/r/{message.token}/").status_code) == ([404] * 60 + [429], 429)
    assert client.get(f"/r/{message.token}/", REMOTE_ADDR="198.51.100.7").status_code == 302


def test_an_sms_without_a_link_ends_in_no_letters_of_chance(signals: Signals, now: datetime) -> None:
    (message,) = owed(notice(template="password_changed", context={}, reference=""))
    assert (message.linked, message.token, message.body.endswith("065008080")) == (False, None, True)


def test_an_email_carries_its_link_below_its_text(signals: Signals, settings: Any) -> None:
    (message,) = owed(notice(template="case_triage", channel=Channel.EMAIL, address="amina@example.com"))
    assert message.body.split("\n\n")[1] == f"{settings.PUBLIC_URL}/r/{message.token}"


def test_a_notice_without_a_reference_has_no_link(signals: Signals) -> None:
    plain = notice(template="password_changed", channel=Channel.EMAIL, address="a@example.com", reference="")
    (message,) = owed(plain)
    assert (message.linked, message.token, "/r/" in message.body) == (False, None, False)


def test_a_link_opens_for_thirty_days(signals: Signals, now: datetime) -> None:
    (message,) = owed()
    Message.objects.update(created_at=now - timedelta(days=30) + timedelta(seconds=1))
    assert outbox.message_by_link(message.token or "", at=now) == message
    assert outbox.message_by_link(message.token or "", at=now + timedelta(seconds=1)) is None
    assert outbox.message_by_link("nosuch", at=now) is None


def test_a_token_that_is_taken_is_rolled_again(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    rolled = iter(["BBBBBB", "BBBBBB", "CCCCCC", "DDDDDD"])
    monkeypatch.setattr(outbox, "_draw_token", lambda _length: next(rolled))
    owed(occasion="case:1:1")
    (message, other) = owed(notice(), notice(recipient="user:omar"), occasion="case:1:2")
    assert {message.token, other.token} == {"CCCCCC", "DDDDDD"}
    assert all(each.body.endswith(each.token or "?") for each in Message.objects.all())


@pytest.mark.parametrize(
    "given",
    [
        notice(),
        notice(template="password_changed", context={}, reference=""),
        notice(channel=Channel.EMAIL, address="amina@example.com"),
        notice(template="code", context={"code": "12345"}, reference=""),
    ],
)
def test_a_preview_shows_what_will_be_frozen_but_for_the_token(signals: Signals, given: Notice) -> None:
    (message,) = owed(given)
    shown = outbox.preview(given, at=message.created_at)
    hidden = links.DOT * len(message.token or "")
    expected = message.body.replace(message.token, hidden) if message.token else message.body
    assert (shown.subject, shown.body) == (message.subject, expected)
    assert list(Message.objects.all()) == [message]


def test_tokens_cannot_be_mistaken_or_be_words() -> None:
    assert set("0O1lIaeiouyAEIOUY") & set(links.ALPHABET) == set()


def test_short_links_use_their_own_host_where_one_is_set(signals: Signals, settings: Any) -> None:
    settings.SHORT_HOST = "bk.gov.jo"
    (message,) = owed()
    assert message.body.endswith(f" bk.gov.jo/r/{message.token}")


@pytest.mark.parametrize("address", ["", " ", "a@example.com\r\nBcc: b@example.com", "+96279\x000001234"])
def test_an_address_that_would_be_a_header_is_refused(signals: Signals, address: str) -> None:
    with pytest.raises(AddressRefused):
        owed(notice(address=address))
    assert Message.objects.count() == 0


def test_a_notice_that_lacks_a_word_is_refused(signals: Signals) -> None:
    with pytest.raises(WordingIncomplete, match="case_accepted: agency, date"):
        owed(notice(template="case_accepted"))


def test_a_notice_does_not_show_its_addresses_or_its_words() -> None:
    shown = repr(notice(other_address="amina@example.com"))
    assert [text in shown for text in ("790001234", "شكوى", "amina@example.com")] == [False] * 3


def test_what_a_notice_does_not_ask_for_it_does_not_get(signals: Signals) -> None:
    plain, asked = owed(notice(), notice(recipient="citizen:karim", must_reach=True, daytime=True))
    assert [(one.must_reach, one.daytime) for one in (plain, asked)] == [(False, False), (True, True)]


def test_an_email_is_one_part_and_has_its_link_whatever_the_sms_has(signals: Signals, now: datetime) -> None:
    for template in ("identity_confirmed", "case_answered"):
        said = {"template": template, "context": dict.fromkeys(required_context(template), "1")}
        email = {"channel": Channel.EMAIL, "address": "amina@example.com"}
        by_sms, by_email = owed(notice(**said), notice(**said | email), occasion=template)
        assert by_sms.linked is ARABIC[template].sms_carries_link
        assert (by_email.linked, by_email.segments, by_sms.segments) == (True, 1, segments(by_sms.body))
        assert segments(by_email.body) > 1


class TestCancelling:
    """What is overtaken before it left is cancelled; what left is not."""

    def test_only_the_named_messages_of_the_reference_are_cancelled(self, signals: Signals, now: datetime) -> None:
        overtaken, kept, stranger = (
            owed(notice(template="case_triage"), occasion="case:1:2")[0],
            owed(notice(), occasion="case:1:3")[0],
            owed(notice(template="case_triage", reference="2600000012"), occasion="case:2:2")[0],
        )
        assert outbox.cancel(reference="2604821735", templates={"case_triage"}, at=now) == ["case_triage"]
        states = dict(Message.objects.values_list("pk", "state"))
        assert states == {overtaken.pk: "cancelled", kept.pk: "pending", stranger.pk: "pending"}

    def test_an_occasion_can_be_cancelled_alone(self, signals: Signals, now: datetime) -> None:
        owed(occasion="case:1:3")
        owed(occasion="case:1:4")
        assert outbox.cancel(reference="2604821735", occasion="case:1:4", at=now) == ["case_answered"]
        assert list(Message.objects.waiting().values_list("occasion", flat=True)) == ["case:1:3"]

    @pytest.mark.parametrize(
        ("state", "left"),
        [
            ("pending", False),
            ("sending", True),
            ("accepted", True),
            ("delivered", True),
            ("unknown", True),
            ("undeliverable", False),
            ("cancelled", False),
            ("expired", False),
        ],
    )
    def test_what_has_left_stays(self, signals: Signals, now: datetime, state: str, *, left: bool) -> None:
        owed()
        Message.objects.update(
            state=state,
            lease_until=now if state == "sending" else None,
            unsure_since=now if state == "unknown" else None,
        )
        assert outbox.has_left("case:1:4") == left
        assert outbox.cancel(reference="2604821735", at=now) == (["case_answered"] if state == "pending" else [])

    def test_another_occasion_has_not_left(self, signals: Signals) -> None:
        owed()
        Message.objects.update(state=MessageState.ACCEPTED)
        assert outbox.has_left("case:1:44") is False


class TestTheBell:
    """A signal may be lost; that never hurts the page that sends it."""

    def use_broker(self, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
        """Point the broker's address to a port of this machine."""
        monkeypatch.setitem(current_app.conf, "broker_url", f"redis://:secret@127.0.0.1:{port}/0")

    def assert_quick_and_quiet(self, caplog: pytest.LogCaptureFixture) -> None:
        """Ring three times; each must name its lane. Without limits each waits for as long as the broker is silent."""
        started = monotonic()
        with caplog.at_level(logging.ERROR, logger="notifications"):
            assert [runtime.notify_workers(lane) for lane in ("codes", "notices", "codes")] == [False] * 3
        assert monotonic() - started < 10
        assert [record.lane for record in caplog.records] == ["codes", "notices", "codes"]
        assert "secret" not in caplog.text

    def test_a_dead_broker_costs_a_moment(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        self.use_broker(monkeypatch, 1)
        self.assert_quick_and_quiet(caplog)

    def test_a_broker_that_takes_connections_and_never_answers_costs_a_moment(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            self.use_broker(monkeypatch, deaf.getsockname()[1])
            self.assert_quick_and_quiet(caplog)

    def test_after_a_moment_the_broker_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.use_broker(monkeypatch, 1)
        monkeypatch.setattr(runtime, "PAUSE_SECONDS", 0)
        tried: list[int] = []

        def failing() -> None:
            tried.append(1)
            raise ConnectionError

        monkeypatch.setattr(runtime, "_producers", cache(failing))
        assert [runtime.notify_workers("codes") for _ in range(2)] == [False, False]
        assert len(tried) == 2
