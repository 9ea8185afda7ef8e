"""Messages are found, fetched and listed at Twilio."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from notifications.carriers import (
    CheckableCarrier,
    Meaning,
    OutgoingMessage,
    Status,
    StatusReport,
    StatusUnavailable,
)
from notifications.carriers.twilio import TwilioCarrier
from tests.fakes.twilio.account import FakeTwilio
from tests.fakes.twilio.shapes import Taken
from tests.notifications.carriers.twilio_messages import BODY, KARIM, answering, outgoing

pytestmark = pytest.mark.usefixtures("twilio")


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

    def test_of_equal_messages_those_known_to_be_others_are_passed_over(self) -> None:
        words = {"body": "Your password changed", "token": ""}
        first, second = (TwilioCarrier().send(outgoing(**words)).provider_id for _ in range(2))
        found = self.find(outgoing(**words, known_ids=frozenset({second})))
        assert (found and found.provider_id, found and found.to) == (first, outgoing().to)
        assert self.find(outgoing(**words, known_ids=frozenset({first, second}))) is None

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
