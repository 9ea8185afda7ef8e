"""What carriers and people tell us is believed with a signature alone, in any order and however often."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now
from django.test import Client
from hypothesis import HealthCheck, example, given, settings as hypothesis_settings, strategies as st
from pytest_django.live_server_helper import LiveServer

from notifications import addresses, reconciliation
from notifications.carriers import Accepted, OutgoingMessage, Uncertain
from notifications.carriers.twilio import TwilioCarrier
from notifications.models import Attempt, Channel, Message, MessageState, Receipt, Verdict
from notifications.sending import delivery, sweep
from tests.fakes.twilio.account import FakeTwilio
from tests.fakes.twilio.server import serving
from tests.notifications.conftest import notice, owed
from tests.notifications.web.twilio_requests import AMINA, HOME, INBOUND, OURS, SAYS, SENT, SID, TWILIO, at, post, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio_settings")]


def taken(signals: list[str], use: Callable[..., None], occasion: str = "case:1:4") -> Attempt:
    """Return the attempt of a message that Twilio took."""
    use(Wire())
    (message,) = owed(occasion=occasion)
    assert delivery.deliver(str(message.pk)) == MessageState.ACCEPTED
    return message.attempts.get()


class Killed(BaseException):
    """The sender is gone in the middle of its work."""


class Wire(TwilioCarrier):
    """A Twilio whose answer is chosen, and whose callbacks may come before it."""

    def __init__(self, ends: str = "accepted", early: Sequence[dict[str, str]] = ()) -> None:
        super().__init__()
        # Called by the sender itself: a thread would have another connection, and not see this test's rows.
        del self.in_flight
        self.ends, self.early = ends, early

    def send(self, message: OutgoingMessage) -> Accepted:
        for told in self.early:
            assert tell(at(message.attempt_id), told).status_code == 200
        if self.ends == "killed":
            raise Killed
        if self.ends == "uncertain":
            raise Uncertain(code="connection")
        return Accepted(SID)


class TestSignatures:
    @pytest.mark.parametrize(
        ("signature", "status"),
        [
            (TWILIO.signature(HOME + at(7), SENT), 200),
            (TWILIO.signature(f"https://bk.gov.jo:443{at(7)}", SENT), 200),
            (None, 403),
            ("", 403),
            ("wrong", 403),
            ("ñ" * 28, 403),
            (TWILIO.signature(HOME + at(8), SENT), 403),
            (TWILIO.signature(HOME + at(7) + "/", SENT), 403),
            (TWILIO.signature(f"http://bk.gov.jo{at(7)}", SENT), 403),
            (TWILIO.signature(f"http://bk.gov.jo:443{at(7)}", SENT), 403),
            (TWILIO.signature(f"https://testserver{at(7)}", SENT), 403),
            (TWILIO.signature(f"http://testserver{at(7)}", SENT), 403),
            (TWILIO.signature(HOME + at(7), {}), 403),
            (TWILIO.signature(HOME + at(7), SENT | {"MessageStatus": "delivered"}), 403),
            (TWILIO.signature(HOME + at(7), SENT | {"More": ""}), 403),
            (FakeTwilio(token="another").signature(HOME + at(7), SENT), 403),
        ],
    )
    def test_only_the_signature_of_this_callback_is_believed(self, signature: str | None, status: int) -> None:
        assert post(at(7), SENT, signature).status_code == status
        assert Receipt.objects.count() == (1 if status == 200 else 0)

    def test_the_host_the_request_names_is_not_asked(self) -> None:
        signature = TWILIO.signature(HOME + at(7), SENT)
        assert post(at(7), SENT, signature, HTTP_HOST="localhost").status_code == 200

    def test_an_added_query_is_noticed_and_a_signed_one_is_believed(self) -> None:
        url = f"{at(7)}?x=1"
        signatures = (TWILIO.signature(HOME + at(7), SENT), TWILIO.signature(HOME + url, SENT))
        assert [post(url, SENT, signature).status_code for signature in signatures] == [403, 200]

    @pytest.mark.parametrize(
        ("signed", "status"), [("WayaWayb", 200), ("Waya", 403), ("Wayb", 403), ("WaybWaya", 403), ("", 403)]
    )
    def test_each_value_of_a_repeated_parameter_is_signed(self, signed: str, status: int) -> None:
        told = [*sorted(SENT.items()), ("Way", "b"), ("Way", "a")]
        # The name sorts last, so that the text before it is that of the other parameters.
        text = HOME + at(7) + "".join(f"{name}{value}" for name, value in sorted(SENT.items())) + signed
        assert post(at(7), told, TWILIO.signature(text, {})).status_code == status

    def test_the_account_must_be_ours(self) -> None:
        other = SENT | {"AccountSid": "AC" + "0" * 32}
        without = {name: value for name, value in SENT.items() if name != "AccountSid"}
        assert [tell(at(7), told).status_code for told in (other, without)] == [403, 403]
        assert Receipt.objects.count() == 0

    def test_a_megabyte_is_not_read(self) -> None:
        told = SENT | {"Body": "x" * 1024 * 1024}
        assert [tell(path, told).status_code for path in (at(7), INBOUND)] == [413, 413]

    @pytest.mark.parametrize(("size", "status"), [(16 * 1024, 403), (16 * 1024 + 1, 413)])
    def test_the_limit_is_sixteen_kilobytes(self, size: int, status: int) -> None:
        answer = Client().post(at(7), b"x" * size, "application/x-www-form-urlencoded")
        assert answer.status_code == status

    def test_a_length_that_is_no_number_is_no_crash(self) -> None:
        assert post(at(7), SENT, "wrong", CONTENT_LENGTH="many").status_code == 403

    @pytest.mark.parametrize("path", [at(7), INBOUND])
    def test_other_methods_are_not_answered(self, path: str) -> None:
        client = Client()
        statuses = [getattr(client, method)(path).status_code for method in ("get", "head", "put", "delete")]
        assert statuses == [405] * 4

    @pytest.mark.parametrize("path", [at(7), INBOUND])
    def test_where_twilio_is_not_our_carrier_there_is_nothing(self, settings: Any, path: str) -> None:
        settings.SMS_CARRIERS = ["notifications.carriers.embedded.EmbeddedCarrier"]
        assert tell(path, SENT).status_code == 404

    def test_neither_session_nor_form_token_is_asked_for_or_given(self) -> None:
        client = Client(enforce_csrf_checks=True)
        signature = TWILIO.signature(HOME + at(7), SENT)
        answer = client.post(
            at(7), urlencode(SENT), "application/x-www-form-urlencoded", HTTP_X_TWILIO_SIGNATURE=signature
        )
        assert (answer.status_code, dict(answer.cookies)) == (200, {})

    def test_a_refused_callback_is_logged_without_what_it_says(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            post(INBOUND, SAYS | {"Body": "my secret"}, "wrong")
        assert "A callback was refused" in caplog.text
        assert ("my secret" in caplog.text, "790001234" in caplog.text) == (False, False)


class TestReports:
    def test_a_delivered_message_is_delivered(self, signals: list[str], use: Callable[..., None]) -> None:
        attempt = taken(signals, use)
        assert tell(at(attempt.pk), SENT | {"MessageStatus": "delivered"}).status_code == 200
        assert Message.objects.get().state == MessageState.DELIVERED
        receipt = Receipt.objects.get()
        assert (receipt.carrier, receipt.provider_id, receipt.status, receipt.attempt) == (
            "twilio",
            SID,
            "delivered",
            attempt,
        )

    def test_a_dead_number_is_known_from_its_code(self, signals: list[str], use: Callable[..., None]) -> None:
        attempt = taken(signals, use)
        assert tell(at(attempt.pk), SENT | {"MessageStatus": "undelivered", "ErrorCode": "30005"}).status_code == 200
        assert Message.objects.get().state == MessageState.UNDELIVERABLE
        assert addresses.verdict(Channel.SMS, AMINA) == Verdict.DEAD
        assert Receipt.objects.get().error_code == "30005"

    @pytest.mark.parametrize("attempt_id", [0, 999_999, 2**63 - 1, 2**63, 10**40])
    def test_what_is_said_of_an_unknown_attempt_is_kept_and_answered_alike(self, attempt_id: int) -> None:
        assert tell(at(attempt_id), SENT).status_code == 200
        receipt = Receipt.objects.get()
        assert (receipt.provider_id, receipt.status, receipt.attempt) == (SID, "sent", None)

    def test_another_messages_id_moves_nothing(self, signals: list[str], use: Callable[..., None]) -> None:
        attempt = taken(signals, use)
        told = SENT | {"MessageSid": f"SM{8:032x}", "MessageStatus": "undelivered", "ErrorCode": "30005"}
        assert tell(at(attempt.pk), told).status_code == 200
        assert (Message.objects.get().state, Receipt.objects.get().attempt) == (MessageState.ACCEPTED, None)

    def test_an_unknown_word_is_kept_and_moves_nothing(self, signals: list[str], use: Callable[..., None]) -> None:
        use(Wire("uncertain"))
        (message,) = owed()
        assert delivery.deliver(str(message.pk)) == MessageState.UNKNOWN
        assert tell(at(message.attempts.get().pk), SENT | {"MessageStatus": "teleported"}).status_code == 200
        assert (Message.objects.get().state, Receipt.objects.get().status) == (MessageState.UNKNOWN, "teleported")

    @pytest.mark.parametrize(
        "changes",
        [{"MessageSid": ""}, {"MessageSid": "SM1"}, {"MessageSid": "SM" + "x" * 200}, {"MessageStatus": ""}],
    )
    def test_what_says_nothing_is_refused(self, changes: dict[str, str]) -> None:
        assert (tell(at(7), SENT | changes).status_code, Receipt.objects.count()) == (400, 0)

    def test_a_word_without_end_is_cut(self) -> None:
        assert tell(at(7), SENT | {"MessageStatus": "x" * 300, "ErrorCode": "9" * 300}).status_code == 200
        receipt = Receipt.objects.get()
        assert (receipt.status, receipt.error_code) == ("x" * 40, "9" * 9)

    @pytest.mark.parametrize("error", [OperationalError, InterfaceError])
    @pytest.mark.parametrize("path", [at(7), INBOUND])
    def test_while_the_database_is_away_twilio_is_asked_to_come_again(
        self, monkeypatch: pytest.MonkeyPatch, error: type[Exception], path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        def away(*_: object, **__: object) -> None:
            text = "server at 10.0.0.7 closed the connection"
            raise error(text)

        monkeypatch.setattr(reconciliation, "record_report", away)
        monkeypatch.setattr(addresses, "record", away)
        answer = tell(path, SENT | {"Body": "stop", "To": OURS})
        assert (answer.status_code, answer["Retry-After"], "10.0.0.7" in caplog.text) == (503, "30", False)


DELIVERED: Final = ("queued", "sending", "sent", "delivered")
UNDELIVERED: Final = ("queued", "sending", "sent", "undelivered")
numbers = count()


@st.composite
def fates(draw: st.DrawFn) -> tuple[list[str], list[str], str, int]:
    """Draw callbacks in any order, some before the sender's own record; how it ends; when its lease is found over."""
    words = st.sampled_from(draw(st.sampled_from([DELIVERED, UNDELIVERED])))
    early, late = draw(st.lists(words, max_size=4)), draw(st.lists(words, max_size=5))
    return early, late, draw(st.sampled_from(["accepted", "uncertain", "killed"])), draw(st.integers(0, len(late)))


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(fate=fates())
@example(fate=(["delivered", "queued"], ["sent"], "killed", 1))
@example(fate=([], [], "uncertain", 0))
@example(fate=(["undelivered"], ["sent", "undelivered", "queued"], "accepted", 0))
def test_any_order_and_repetition_of_callbacks_and_of_the_senders_record_has_one_end(
    signals: list[str], use: Callable[..., None], fate: tuple[list[str], list[str], str, int]
) -> None:
    early, late, ends, recovered_before = fate
    use(Wire(ends, [told(word) for word in early]))
    (message,) = owed(notice(reference=f"26{next(numbers):08}"), occasion=f"any:{next(numbers)}")
    try:
        delivery.deliver(str(message.pk))
    except Killed:
        Message.objects.filter(pk=message.pk, state=MessageState.SENDING).update(
            lease_until=Now() - timedelta(seconds=1)
        )
    attempt = message.attempts.get()
    for place, word in enumerate(late):
        if place == recovered_before:
            sweep.settle_abandoned()
        assert tell(at(attempt.pk), told(word)).status_code == 200
    sweep.settle_abandoned()
    message.refresh_from_db()
    heard = {*early, *late}
    assert message.state == the_end(heard, ends)
    assert {receipt.status for receipt in Receipt.objects.filter(attempt=attempt)} == heard
    attempt.refresh_from_db()
    assert (message.attempts.count(), attempt.provider_id) == (1, SID if heard or ends == "accepted" else "")
    Receipt.objects.all().delete()


def told(word: str) -> dict[str, str]:
    """Return a callback; a phone that was off says nothing against its number."""
    return SENT | {"MessageStatus": word} | ({"ErrorCode": "30003"} if word == "undelivered" else {})


def the_end(heard: set[str], ends: str) -> MessageState:
    """Return where a message ends of which these words were heard."""
    if "delivered" in heard:
        return MessageState.DELIVERED
    if "undelivered" in heard:
        return MessageState.UNDELIVERABLE
    return MessageState.ACCEPTED if heard or ends == "accepted" else MessageState.UNKNOWN


@pytest.fixture
def twilio(settings: Any, live_server: LiveServer) -> Iterator[FakeTwilio]:
    """Serve a Twilio that reaches this system by HTTP."""
    with serving() as fake:
        settings.TWILIO_API_URL, settings.PUBLIC_URL = fake.url, live_server.url
        yield fake


@pytest.mark.django_db(transaction=True)
class TestWithTheStandIn:
    """From the outbox to the carrier and back, over two real connections."""

    def test_a_message_is_sent_once_and_its_delivery_comes_back(self, signals: list[str], twilio: FakeTwilio) -> None:
        (message,) = owed()
        delivery.deliver(str(message.pk))
        twilio.settle()
        message.refresh_from_db()
        assert (message.state, twilio.bodies_to(AMINA)) == (MessageState.DELIVERED, [message.body])
        assert [posted.answer for posted in twilio.posted] == [200, 200]

    @pytest.mark.parametrize("fault", ["accept_then_time_out", "error_after_accepting", "garbage"])
    def test_the_callback_of_an_unanswered_create_settles_it(
        self, signals: list[str], twilio: FakeTwilio, settings: Any, fault: str
    ) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.02
        twilio.behave(**{fault: {"next": 1}})
        (message,) = owed()
        delivery.deliver(str(message.pk))
        twilio.settle()
        message.refresh_from_db()
        assert (message.state, len(twilio.ledger)) == (MessageState.DELIVERED, 1)

    def test_a_reply_comes_back_signed(self, twilio: FakeTwilio, live_server: LiveServer) -> None:
        assert twilio.reply(live_server.url + INBOUND, sender=AMINA, body="أوقفوا") == 200
        assert addresses.verdict(Channel.SMS, AMINA) == Verdict.STOPPED
