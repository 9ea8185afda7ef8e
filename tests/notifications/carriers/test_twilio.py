"""The Twilio client says truthfully whether a message was taken, and what became of it."""

import logging
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone
from urllib3.connection import HTTPConnection

from notifications.carriers import (
    Accepted,
    Declined,
    Meaning,
    Status,
    StatusUnavailable,
    Uncertain,
)
from notifications.carriers.twilio import TwilioCarrier, callback_url
from notifications.carriers.twilio_states import MEANINGS, STATUSES, status_report
from tests.fakes.twilio.account import TOKEN, FakeTwilio
from tests.notifications.carriers.twilio_messages import AMINA, BODY, answering, outgoing, said_by

pytestmark = pytest.mark.usefixtures("twilio")

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

    def test_a_wrong_token_is_the_fault_of_the_account(self, settings: Any) -> None:
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
        twilio.behave(accept_then_time_out={"next": 1, "seconds": 60})
        began = monotonic()
        assert said_by(lambda: TwilioCarrier().send(outgoing())) == (Uncertain, "connection", None)
        assert (0.2 <= monotonic() - began < 20, len(twilio.ledger)) == (True, 1)

    def test_a_dripped_answer_is_not_waited_for_longer_than_a_silence(self, twilio: FakeTwilio, settings: Any) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.01
        # Some hundred letters: half a minute.
        twilio.behave(drip={"next": 1, "seconds": 0.05})
        began = monotonic()
        assert said_by(lambda: TwilioCarrier().send(outgoing())) == (Uncertain, "slow", None)
        assert monotonic() - began < 10

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
        manager = carrier._client.http_client._session.get_adapter("http://").poolmanager
        (pool,) = [manager.pools[key] for key in manager.pools.keys()]  # noqa: SIM118 - not a mapping
        assert pool.num_connections == 1
        made: list[HTTPConnection] = []
        connect = HTTPConnection.connect

        def counting(connection: HTTPConnection) -> None:
            made.append(connection)
            connect(connection)

        monkeypatch.setattr(HTTPConnection, "connect", counting)
        carrier.send(outgoing())
        monkeypatch.setattr("notifications.carriers.connections.IDLE_SECONDS", -1)
        carrier.send(outgoing())
        assert (len(made), len(twilio.ledger)) == (1, 5)

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
