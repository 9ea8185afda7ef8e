"""The Twilio client says truthfully whether a message was taken, and what became of it."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from socketserver import BaseRequestHandler, TCPServer
from threading import Thread
from time import monotonic
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from notifications.carriers import (
    Accepted,
    CheckableCarrier,
    Declined,
    Meaning,
    OutgoingMessage,
    Status,
    StatusReport,
    StatusUnavailable,
    Uncertain,
)
from notifications.carriers.twilio import MEANINGS, STATUSES, TwilioCarrier, callback_url, status_report
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio, Taken, serving

AMINA, KARIM = "+962790001234", "+962790005678"
BODY = "صدر الرد على شكوى 2604821735 bk.gov.jo/r/7Kq2Xd"
DECLINED = (
    "10001 ACCOUNT, 20003 ACCOUNT, 20005 ACCOUNT, 20006 ACCOUNT, 20008 ACCOUNT, 20010 ACCOUNT, 20403 ACCOUNT, 20404 "
    "ACCOUNT, 20429 BUSY, 21211 DEAD, 21212 ACCOUNT, 21214 DEAD, 21217 DEAD, 21219 ACCOUNT, 21265 DEAD, 21266 "
    "UNFIT, 21267 ACCOUNT, 21268 DEAD, 21408 UNFIT, 21470 ACCOUNT, 21471 ACCOUNT, 21472 ACCOUNT, 21601 DEAD, 21602 "
    "UNFIT, 21603 ACCOUNT, 21604 UNFIT, 21605 UNFIT, 21606 ACCOUNT, 21607 ACCOUNT, 21608 ACCOUNT, 21609 ACCOUNT, "
    "21610 STOPPED, 21611 BUSY, 21612 UNFIT, 21614 DEAD, 21616 ACCOUNT, 21617 UNFIT, 21618 UNFIT, 21619 UNFIT, "
    "21635 DEAD, 21657 ACCOUNT, 21659 ACCOUNT, 21660 ACCOUNT, 21661 ACCOUNT, 21663 ACCOUNT, 21910 UNFIT, 30001 "
    "BUSY, 30002 ACCOUNT, 30003 UNFIT, 30004 UNFIT, 30005 DEAD, 30006 DEAD, 30007 UNFIT, 30008 UNFIT, 30010 UNFIT, "
    "30017 BUSY, 30018 ACCOUNT, 30019 UNFIT, 30022 BUSY, 30023 BUSY, 30024 ACCOUNT, 30027 BUSY, 30032 ACCOUNT, "
    "30033 ACCOUNT, 30034 ACCOUNT, 30035 ACCOUNT, 30036 BUSY, 30037 ACCOUNT, 30038 UNFIT, 30039 UNFIT, 30040 "
    "ACCOUNT, 30041 ACCOUNT, 30042 ACCOUNT, 30044 ACCOUNT, 30410 UNFIT, 30450 BUSY, 30453 UNFIT, 30454 ACCOUNT"
)
TABLE = {int(code): meaning for code, meaning in (entry.split(" ") for entry in DECLINED.split(", "))}


@pytest.fixture(autouse=True)
def twilio(settings: Any) -> Iterator[FakeTwilio]:
    """Serve a Twilio and point the settings to it."""
    with serving() as fake:
        settings.TWILIO_API_URL = fake.url
        settings.TWILIO_ACCOUNT_SID = ACCOUNT
        settings.TWILIO_AUTH_TOKEN = TOKEN
        settings.SMS_SENDER = "CMU"
        # Nobody listens to callbacks here.
        settings.PUBLIC_URL = "http://127.0.0.1:1"
        yield fake


def outgoing(**changes: Any) -> OutgoingMessage:
    given = {
        "message_id": "5a0c2b1e-0000-4000-8000-000000000001",
        "attempt_id": 7,
        "to": AMINA,
        "subject": "",
        "body": BODY,
        "language": "ar",
        "token": "7Kq2Xd",
    }
    return OutgoingMessage(**(given | changes))


def said_by(act: Any) -> tuple[object, ...]:
    """Return how an act ended: what it returned, or what it raised with its code and its meaning."""
    try:
        return (act(),)
    except (Declined, Uncertain) as said:
        return type(said), said.code, getattr(said, "meaning", None)


class TestSending:
    def test_a_message_is_created_once_with_sender_recipient_body_and_callback(
        self, twilio: FakeTwilio, settings: Any
    ) -> None:
        settings.PUBLIC_URL = "https://bk.gov.jo"
        accepted = TwilioCarrier().send(outgoing())
        (taken,) = twilio.ledger
        assert accepted == Accepted(taken.sid)
        assert (taken.to, taken.sender, taken.body) == (AMINA, "CMU", BODY)
        assert taken.callback == "https://bk.gov.jo/callbacks/twilio/7"

    def test_the_callback_is_an_address_of_ours(self, settings: Any) -> None:
        settings.PUBLIC_URL = "https://bk.gov.jo"
        assert callback_url(7) == "https://bk.gov.jo" + reverse("twilio-status", args=[7])

    def test_the_table_of_codes_is_the_one_written_here(self) -> None:
        assert {code: meaning.name for code, meaning in MEANINGS.items()} == TABLE

    def test_every_code_of_the_table_is_judged_by_it(self, twilio: FakeTwilio) -> None:
        carrier = TwilioCarrier()
        judged = {}
        for code in TABLE:
            twilio.behave(refuse={"next": 1, "code": code})
            judged[code] = said_by(lambda: carrier.send(outgoing()))
        assert judged == {code: (Declined, str(code), Meaning[meaning]) for code, meaning in TABLE.items()}
        assert (twilio.ledger, twilio.requests) == ([], len(TABLE))

    @pytest.mark.parametrize(
        ("faults", "said", "taken"),
        [
            ({"too_many": {"next": 1}}, (Declined, "20429", Meaning.BUSY), 0),
            ({"too_many": {"next": 1, "code": 99999}}, (Declined, "99999", Meaning.BUSY), 0),
            ({"unauthorised": {"next": 1}}, (Declined, "20003", Meaning.ACCOUNT), 0),
            ({"refuse": {"next": 1, "code": 99999}}, (Uncertain, "99999", None), 0),
            ({"error_before_accepting": {"next": 1}}, (Uncertain, "500", None), 0),
            ({"error_before_accepting": {"next": 1, "code": 21614}}, (Uncertain, "500", None), 0),
            ({"error_after_accepting": {"next": 1}}, (Uncertain, "500", None), 1),
            ({"hang_up_after_accepting": {"next": 1}}, (Uncertain, "connection", None), 1),
            ({"no_sid": {"next": 1}}, (Uncertain, "no sid", None), 1),
        ],
    )
    def test_what_each_answer_means(
        self, twilio: FakeTwilio, faults: dict[str, Any], said: tuple[object, ...], taken: int
    ) -> None:
        twilio.behave(**faults)
        assert said_by(lambda: TwilioCarrier().send(outgoing())) == said
        assert (len(twilio.ledger), twilio.requests) == (taken, 1)

    def test_a_wrong_token_is_the_fault_of_the_line(self, settings: Any) -> None:
        settings.TWILIO_AUTH_TOKEN = "wrong"
        assert said_by(lambda: TwilioCarrier().send(outgoing())) == (Declined, "20003", Meaning.ACCOUNT)

    @pytest.mark.parametrize("answer", ["", "garbage", "[]", "{}", '{"sid": null}', '{"sid": 7}', '{"sid": "SM1"}'])
    def test_a_yes_without_an_id_is_no_certainty(self, settings: Any, answer: str) -> None:
        with answering("201 Created", answer) as settings.TWILIO_API_URL, pytest.raises(Exception) as raised:  # noqa: PT011 - any but the certain one
            TwilioCarrier().send(outgoing())
        assert not isinstance(raised.value, Declined)

    @pytest.mark.parametrize(
        ("status", "answer", "said"),
        [
            ("429 Too Many Requests", "garbage", (Declined, "429", Meaning.BUSY)),
            ("400 Bad Request", "garbage", (Uncertain, "400", None)),
            ("400 Bad Request", '{"code": "21614"}', (Uncertain, "400", None)),
            ("401 Unauthorized", "<html>", (Uncertain, "401", None)),
            ("403 Forbidden", '{"code": 20003}', (Declined, "20003", Meaning.ACCOUNT)),
            ("302 Found", "", (Uncertain, "302", None)),
            ("502 Bad Gateway", '{"code": 21614, "status": 400}', (Uncertain, "502", None)),
            (
                "503 Unavailable",
                '{"type": "x", "title": "x", "status": 400, "code": 21614}',
                (Uncertain, "503", None),
            ),
            (
                "400 Bad Request",
                '{"type": "x", "title": "x", "status": 400, "code": 21614}',
                (Declined, "21614", Meaning.DEAD),
            ),
        ],
    )
    def test_what_an_unusual_answer_means(
        self, settings: Any, status: str, answer: str, said: tuple[object, ...]
    ) -> None:
        with answering(status, answer) as settings.TWILIO_API_URL:
            assert said_by(lambda: TwilioCarrier().send(outgoing())) == said

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid"])
    def test_no_connection_is_a_certainty(self, settings: Any, url: str) -> None:
        settings.TWILIO_API_URL = url
        assert said_by(lambda: TwilioCarrier().send(outgoing())) == (Declined, "connect", Meaning.BUSY)

    def test_the_client_waits_no_longer_than_it_is_told(self, twilio: FakeTwilio, settings: Any) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.01
        twilio.behave(accept_then_time_out={"next": 1})
        began = monotonic()
        assert said_by(lambda: TwilioCarrier().send(outgoing())) == (Uncertain, "connection", None)
        assert (0.2 <= monotonic() - began < 1, len(twilio.ledger)) == (True, 1)

    def test_a_dripped_answer_is_not_waited_for_longer_than_a_silence(self, twilio: FakeTwilio, settings: Any) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.01
        twilio.behave(drip={"next": 1, "seconds": 0.05})
        began = monotonic()
        assert said_by(lambda: TwilioCarrier().send(outgoing())) == (Uncertain, "slow", None)
        assert monotonic() - began < 1

    def test_a_slow_answer_in_time_is_an_answer(self, twilio: FakeTwilio) -> None:
        twilio.behave(slow={"next": 1, "seconds": 0.1})
        assert TwilioCarrier().send(outgoing()) == Accepted(twilio.ledger[0].sid)

    def test_threads_get_their_own_answers(self, twilio: FakeTwilio) -> None:
        carrier = TwilioCarrier()

        def send(number: int) -> tuple[str, str]:
            return carrier.send(outgoing(body=f"message {number}")).provider_id, f"message {number}"

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(send, range(200)))
        assert dict(answers) == {taken.sid: taken.body for taken in twilio.ledger}

    def test_connections_are_kept_and_left_when_they_were_idle(
        self, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carrier = TwilioCarrier()
        for _ in range(3):
            carrier.send(outgoing())
        pools = carrier._client.http_client._session.get_adapter("http://").poolmanager.pools
        assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - not a mapping
        monkeypatch.setattr("notifications.carriers.twilio.IDLE_SECONDS", -1)
        carrier.send(outgoing())
        assert len(twilio.ledger) == 4

    def test_neither_number_nor_body_is_logged_or_in_an_error(
        self, twilio: FakeTwilio, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            carrier = TwilioCarrier()
            carrier.send(outgoing())
            carrier.find(outgoing(), since=timezone.now())
            settings.TWILIO_API_URL = "http://127.0.0.1:1"
            with pytest.raises(StatusUnavailable) as raised:
                TwilioCarrier().find(outgoing(), since=timezone.now())
        told = f"{caplog.text} {raised.value!r} {raised.value.__cause__!r}"
        assert ("790001234" in told, "2604821735" in told) == (False, False)
        assert raised.value.__suppress_context__


class TestFinding:
    def find(self, wanted: OutgoingMessage | None = None, **back: float) -> StatusReport | None:
        return TwilioCarrier().find(wanted or outgoing(), since=timezone.now() - timedelta(**back))

    def test_twilio_can_be_asked(self) -> None:
        assert isinstance(TwilioCarrier(), CheckableCarrier)

    def test_a_message_is_known_by_its_token_among_others_to_the_same_number(self, twilio: FakeTwilio) -> None:
        TwilioCarrier().send(outgoing(body="another body 9Kq2Xd"))
        sid = TwilioCarrier().send(outgoing()).provider_id
        TwilioCarrier().send(outgoing(body="a third 8Kq2Xd"))
        TwilioCarrier().send(outgoing(to=KARIM))
        twilio.settle()
        assert self.find() == StatusReport(sid, Status.DELIVERED, "delivered", body=BODY)

    def test_a_queued_message_is_found_although_it_has_no_date(self, twilio: FakeTwilio) -> None:
        twilio.step_seconds = 60
        sid = TwilioCarrier().send(outgoing()).provider_id
        assert self.find() == StatusReport(sid, Status.TAKEN, "queued", body=BODY)

    def test_what_is_not_there_is_none(self) -> None:
        TwilioCarrier().send(outgoing(to=KARIM))
        assert self.find() is None

    def test_a_code_without_a_token_is_known_by_its_whole_text(self) -> None:
        TwilioCarrier().send(outgoing(body="12345 is your code", token=""))
        assert [self.find(outgoing(body=f"{code} is your code", token="")) is None for code in ("12345", "2345")] == [
            False,
            True,
        ]

    def test_of_two_the_one_that_did_not_fail_counts(self, twilio: FakeTwilio) -> None:
        sid = TwilioCarrier().send(outgoing()).provider_id
        twilio.behave(fail={"next": 1})
        TwilioCarrier().send(outgoing())
        twilio.settle()
        found = self.find()
        assert found is not None
        assert (found.provider_id, found.status) == (sid, Status.DELIVERED)

    def test_a_failed_one_says_what_it_tells_of_the_address(self, twilio: FakeTwilio) -> None:
        twilio.behave(fail={"next": 1, "code": 30005})
        sid = TwilioCarrier().send(outgoing()).provider_id
        twilio.settle()
        assert self.find() == StatusReport(sid, Status.FAILED, "undelivered", "30005", Meaning.DEAD, BODY)

    def test_every_page_is_read_back_to_a_day_before(self, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("notifications.carriers.twilio.PAGE", 2)
        wanted = TwilioCarrier().send(outgoing()).provider_id
        for number in range(9):
            TwilioCarrier().send(outgoing(body=f"later {number}"))
        twilio.by_sid[wanted].created -= timedelta(hours=30)
        found = {hours: self.find(hours=hours) is not None for hours in (0, 7)}
        # The page it is on is not older as a whole, so that it is seen even from nearer.
        assert found == {0: True, 7: True}
        for taken in twilio.ledger:
            taken.created -= timedelta(days=3)
        before = twilio.requests
        assert (self.find(), twilio.requests - before) == (None, 1)

    @pytest.mark.parametrize("fault", ["list_fails", "list_garbage"])
    def test_a_list_that_cannot_be_read_says_nothing(self, twilio: FakeTwilio, fault: str) -> None:
        TwilioCarrier().send(outgoing())
        twilio.behave(**{fault: {"next": 1}})
        with pytest.raises(StatusUnavailable):
            self.find()

    def test_a_list_that_fails_on_its_second_page_says_nothing(
        self, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("notifications.carriers.twilio.PAGE", 1)
        for number in range(3):
            TwilioCarrier().send(outgoing(body=f"message {number}"))
        asked = iter([False, True])
        monkeypatch.setattr(twilio, "_happens", lambda name: name == "list_fails" and next(asked))
        with pytest.raises(StatusUnavailable):
            self.find()

    def test_a_list_longer_than_can_be_read_says_nothing(
        self, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in (("PAGE", 1), ("MOST_PAGES", 2)):
            monkeypatch.setattr(f"notifications.carriers.twilio.{name}", value)
        for number in range(3):
            TwilioCarrier().send(outgoing(body=f"message {number}"))
        with pytest.raises(StatusUnavailable):
            self.find()

    @pytest.mark.parametrize("answer", ["{}", "[]", '{"messages": 7}', '{"messages": [{"sid": "SM1"}]}'])
    def test_a_list_of_another_shape_says_nothing(self, settings: Any, answer: str) -> None:
        with answering("200 OK", answer) as settings.TWILIO_API_URL, pytest.raises(StatusUnavailable):
            self.find()

    def test_a_list_without_the_texts_says_nothing(self, twilio: FakeTwilio) -> None:
        TwilioCarrier().send(outgoing())
        twilio.ledger[0].body = ""
        with pytest.raises(StatusUnavailable):
            self.find()

    def test_a_wrong_token_says_nothing(self, settings: Any) -> None:
        settings.TWILIO_AUTH_TOKEN = "wrong"
        with pytest.raises(StatusUnavailable):
            self.find()


class TestFetching:
    def test_a_message_is_fetched_by_its_id(self, twilio: FakeTwilio) -> None:
        sid = TwilioCarrier().send(outgoing()).provider_id
        twilio.settle()
        assert TwilioCarrier().fetch(sid) == StatusReport(sid, Status.DELIVERED, "delivered", body=BODY)

    def test_an_id_nobody_knows_is_none(self) -> None:
        assert TwilioCarrier().fetch(f"SM{0:032x}") is None

    def test_a_failure_says_nothing(self, twilio: FakeTwilio) -> None:
        twilio.behave(list_fails={"next": 1})
        with pytest.raises(StatusUnavailable):
            TwilioCarrier().fetch(f"SM{0:032x}")


class TestListing:
    def listed(self, since: datetime, until: datetime) -> list[str]:
        return [seen.body for seen in TwilioCarrier().listing(since=since, until=until)]

    def test_the_span_is_listed_whole_over_all_pages(self, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("notifications.carriers.twilio.PAGE", 2)
        now = timezone.now().replace(microsecond=0)
        for hours, body in ((26, "before"), (25, "first"), (2, "last"), (1, "after")):
            TwilioCarrier().send(outgoing(body=body))
            twilio.ledger[-1].created = now - timedelta(hours=hours)
        assert self.listed(now - timedelta(hours=25), now - timedelta(hours=1)) == ["last", "first"]

    def test_what_people_sent_to_us_is_not_of_ours(self, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
        TwilioCarrier().send(outgoing(body="ours"))
        TwilioCarrier().send(outgoing(body="theirs"))
        shown = twilio.as_json

        def as_json(taken: Taken) -> dict[str, Any]:
            return shown(taken) | {"direction": "inbound" if taken.body == "theirs" else "outbound-api"}

        monkeypatch.setattr(twilio, "as_json", as_json)
        now = timezone.now()
        assert self.listed(now - timedelta(hours=1), now + timedelta(hours=1)) == ["ours"]

    def test_a_list_that_fails_says_so(self, twilio: FakeTwilio) -> None:
        twilio.behave(list_fails={"next": 1})
        with pytest.raises(StatusUnavailable):
            self.listed(timezone.now() - timedelta(hours=1), timezone.now())


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", Status.TAKEN),
        ("scheduled", Status.TAKEN),
        ("queued", Status.TAKEN),
        ("sending", Status.TAKEN),
        ("sent", Status.TAKEN),
        ("delivered", Status.DELIVERED),
        ("read", Status.DELIVERED),
        ("undelivered", Status.FAILED),
        ("failed", Status.FAILED),
        ("canceled", Status.FAILED),
        ("teleported", Status.TAKEN),
    ],
)
def test_what_each_word_of_twilios_means(word: str, status: Status) -> None:
    assert status_report("SM1", word, "").status == status
    assert len(STATUSES) == 10


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("30005", Meaning.DEAD),
        ("21610", Meaning.STOPPED),
        ("", Meaning.UNFIT),
        ("99999", Meaning.UNFIT),
        ("x", Meaning.UNFIT),
        ("²", Meaning.UNFIT),
    ],
)
def test_what_the_code_of_a_failure_means(code: str, meaning: Meaning) -> None:
    assert status_report("SM1", "undelivered", code).meaning == meaning


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_ACCOUNT_SID", ""),
        ("TWILIO_AUTH_TOKEN", ""),
        ("SMS_SENDER", ""),
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("TWILIO_ACCOUNT_SID", TOKEN),
        ("TWILIO_API_URL", "api.twilio.com"),
        ("TWILIO_API_URL", "https://"),
    ],
)
def test_a_wrong_setting_is_named(settings: Any, name: str, value: str) -> None:
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is "):
        TwilioCarrier()


@contextmanager
def answering(status: str, text: str) -> Iterator[str]:
    """Serve an address where every question gets one answer, whatever it is."""
    answer = f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(64 * 1024)
            self.request.sendall(answer)

    with TCPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
