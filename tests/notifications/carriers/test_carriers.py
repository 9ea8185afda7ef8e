"""What every carrier promises, the choice of carriers by the settings, and the carrier of the how-to."""

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.devstack.state import ROOT
from notifications import carriers
from notifications.carriers import Accepted, CheckableCarrier, Declined, Meaning, Status, StatusUnavailable, Uncertain
from notifications.carriers.embedded import EmbeddedCarrier
from notifications.models import TO_PEOPLE, Attempt, Channel, EmbeddedMail
from tests.notifications.outgoing import EMAIL, SMS, sms
from tests.notifications.servers import GatewayLike, gateway_like

EMBEDDED = "notifications.carriers.embedded.EmbeddedCarrier"
TWILIO = "notifications.carriers.twilio.TwilioCarrier"
HTTP = "notifications.carriers.http.HttpCarrier"
SMTP = "notifications.carriers.smtp.SmtpCarrier"
AT = datetime(2026, 1, 4, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _well_described(settings: Any) -> None:
    """Describe a carrier of each kind, none of which is there."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, "token"
    settings.TWILIO_API_URL = settings.SMS_HTTP_URL = "http://127.0.0.1:1"
    settings.SMS_HTTP_BODY = '{"to": "{to}", "text": "{body}"}'
    settings.SMS_HTTP_ANSWERS = '[{"status": 200, "means": "accepted"}]'
    settings.EMAIL_URL, settings.EMAIL_FROM = "smtp://127.0.0.1:1", "noreply@bk.gov.jo"


class TestThePromise:
    """What all of them have in common."""

    @pytest.mark.parametrize(
        ("path", "what"),
        [
            (EMBEDDED, ("embedded", {Channel.SMS, Channel.EMAIL}, True)),
            (TWILIO, ("twilio", {Channel.SMS}, True)),
            (HTTP, ("http", {Channel.SMS}, False)),
            (SMTP, ("smtp", {Channel.EMAIL}, False)),
        ],
    )
    def test_each_has_a_name_its_channels_and_can_be_asked_or_not(
        self, path: str, what: tuple[str, set[Channel], bool]
    ) -> None:
        carrier = carriers.make_carrier("SMS_CARRIERS", path)
        assert (
            carrier.name,
            set(getattr(carrier, "channels", TO_PEOPLE)),
            isinstance(carrier, CheckableCarrier),
        ) == what

    @pytest.mark.parametrize("path", [TWILIO, HTTP, SMTP])
    def test_a_carrier_that_is_not_there_certainly_took_nothing(self, path: str) -> None:
        carrier = carriers.make_carrier("SMS_CARRIERS", path)
        with pytest.raises(Declined) as declined:
            carrier.send(EMAIL if path == SMTP else SMS)
        assert (declined.value.meaning, declined.value.code) == (Meaning.BUSY, "connect")

    def test_a_message_does_not_say_to_whom_it_goes_when_it_is_printed(self) -> None:
        secrets = (EMAIL.to, EMAIL.subject, EMAIL.body, EMAIL.token)
        assert [secret in repr(EMAIL) for secret in secrets] == [False] * 4

    def test_an_error_says_its_code_and_nothing_else(self) -> None:
        assert [str(Declined(Meaning.DEAD, "21614")), str(Uncertain("data"))] == ["21614", "data"]


class TestTheChoice:
    """Settings choose the carriers, in their order."""

    @pytest.mark.parametrize("channel", TO_PEOPLE)
    def test_development_uses_the_ledger(self, channel: Channel) -> None:
        assert [type(carrier) for carrier in carriers.carriers_for(channel)] == [EmbeddedCarrier]

    def test_the_order_of_the_settings_is_kept(self, settings: Any) -> None:
        settings.SMS_CARRIERS = [HTTP, TWILIO]
        assert [carrier.name for carrier in carriers.carriers_for(Channel.SMS)] == ["http", "twilio"]

    def test_a_carrier_is_made_once(self) -> None:
        assert carriers.carriers_for(Channel.SMS)[0] is carriers.carriers_for(Channel.SMS)[0]

    def test_a_carrier_is_found_by_its_name_as_long_as_it_is_chosen(self, settings: Any) -> None:
        settings.SMS_CARRIERS = [TWILIO, HTTP]
        found = [carriers.carrier_named(name) for name in ("http", "twilio", "mersal")]
        assert [carrier and carrier.name for carrier in found] == ["http", "twilio", None]
        assert [carriers.checkable_carrier(name) is not None for name in ("http", "twilio", "mersal")] == [
            False,
            True,
            False,
        ]

    @pytest.mark.parametrize("path", ["", "nonsense", "no.such.Carrier", "notifications.carriers.twilio.NoCarrier"])
    def test_a_path_that_leads_nowhere_names_the_setting(self, path: str) -> None:
        with pytest.raises(ImproperlyConfigured) as refused:
            carriers.make_carrier("SMS_CARRIERS", path)
        assert str(refused.value) == f"SMS_CARRIERS names no carrier: {path!r} cannot be imported."

    def test_production_refuses_the_ledger(self, settings: Any) -> None:
        settings.EMBEDDED = False
        with pytest.raises(ImproperlyConfigured, match="EMBEDDED=true"):
            EmbeddedCarrier()


@pytest.mark.django_db
class TestTheLedger:
    """The carrier of development keeps what it is given, as often as it is given it."""

    def test_what_was_taken_twice_is_there_twice(self) -> None:
        carrier = EmbeddedCarrier()
        ids = [carrier.send(SMS).provider_id, carrier.send(SMS).provider_id, carrier.send(EMAIL).provider_id]
        assert sorted(ids) == sorted(str(mail.pk) for mail in EmbeddedMail.objects.all())
        assert sorted((mail.channel, mail.to) for mail in EmbeddedMail.objects.all()) == [
            ("email", EMAIL.to),
            ("sms", SMS.to),
            ("sms", SMS.to),
        ]

    def test_it_can_be_asked(self) -> None:
        carrier = EmbeddedCarrier()
        taken = carrier.send(SMS).provider_id
        found, fetched = carrier.find(SMS, since=AT), carrier.fetch(taken)
        assert found is not None
        assert (found.provider_id, found.status, fetched) == (taken, Status.DELIVERED, found)
        other = "5a0c2b1e-0000-4000-8000-000000000002"
        assert (carrier.find(sms(message_id=other), since=AT), carrier.fetch(other)) == (None, None)


@pytest.fixture
def how_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[tuple[ModuleType, GatewayLike]]:
    """Make a module of the how-to's example, as somebody would who follows it, and serve its gateway."""
    text = (ROOT / "docs" / "how-to" / "add-a-carrier.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^ *```python\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "mersal.py").write_text(re.sub(r"^ {3}", "", block, flags=re.MULTILINE), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with gateway_like() as gateway:
        settings.MERSAL_URL, settings.MERSAL_KEY = gateway.url, "0123"
        settings.SMS_CARRIERS = ["mersal.MersalCarrier", TWILIO]
        yield __import__("mersal"), gateway
    del sys.modules["mersal"]


def said(message: dict[str, Any] | None = None, **more: Any) -> bytes:
    """Return an answer of the imagined gateway."""
    return json.dumps((message or {}) | more).encode()


class TestTheHowTo:
    """The example in the documents is a carrier."""

    def test_one_file_and_one_line_of_settings_are_enough(self, how_to: tuple[ModuleType, GatewayLike]) -> None:
        _, gateway = how_to
        gateway.status, gateway.answer = 201, said(id="m-1")
        first, _ = carriers.carriers_for(Channel.SMS)
        assert (first.name, first.send(SMS)) == ("mersal", Accepted("m-1"))
        (asked,) = gateway.asked
        assert (asked.method, asked.path, asked.headers["Authorization"]) == ("POST", "/send/messages", "Bearer 0123")
        assert json.loads(asked.body) == {"from": "CMU", "to": SMS.to, "text": SMS.body}
        assert isinstance(first, CheckableCarrier)
        assert carriers.checkable_carrier("mersal") is first

    @pytest.mark.parametrize("name", ["MERSAL_URL", "MERSAL_KEY"])
    def test_a_missing_setting_is_named(self, how_to: tuple[ModuleType, GatewayLike], settings: Any, name: str) -> None:
        setattr(settings, name, "")
        with pytest.raises(ImproperlyConfigured, match=f"^{name} "):
            carriers.carriers_for(Channel.SMS)

    @pytest.mark.parametrize(
        ("status", "answer", "meaning"),
        [
            (429, said(error="too_many_requests"), Meaning.BUSY),
            (401, said(error="key_refused"), Meaning.ACCOUNT),
            (400, said(error="no_such_number"), Meaning.DEAD),
            (400, said(error="opted_out"), Meaning.STOPPED),
            (400, said(error="text_refused"), Meaning.UNFIT),
            (400, said(error="something new"), None),
            (500, said(error="no_such_number"), None),
            (201, said(), None),
            (201, b"garbage", None),
            (302, b"", None),
        ],
    )
    def test_every_answer_means_what_its_table_says(
        self, how_to: tuple[ModuleType, GatewayLike], status: int, answer: bytes, meaning: Meaning | None
    ) -> None:
        module, gateway = how_to
        gateway.status, gateway.answer = status, answer
        with pytest.raises(Exception) as raised:  # noqa: PT011 - judged below
            module.MersalCarrier().send(SMS)
        assert (getattr(raised.value, "meaning", None), len(gateway.asked)) == (meaning, 1)

    def test_a_connection_lost_is_no_certainty_and_nobody_there_is(
        self, how_to: tuple[ModuleType, GatewayLike], settings: Any
    ) -> None:
        module, gateway = how_to
        gateway.hangs_up = True
        with pytest.raises(Uncertain):
            module.MersalCarrier().send(SMS)
        settings.MERSAL_URL = "http://127.0.0.1:1"
        with pytest.raises(Declined, match="connect"):
            module.MersalCarrier().send(SMS)

    def test_a_message_is_found_by_its_token_and_a_code_by_its_text(
        self, how_to: tuple[ModuleType, GatewayLike]
    ) -> None:
        module, gateway = how_to
        code = sms(body="رمزكم 12345", token="")
        one = {"id": "m-1", "status": "delivered", "text": SMS.body}
        other = {"id": "m-2", "status": "failed", "error": "no_such_number", "text": code.body}
        gateway.answer = said(messages=[one, other], next=None)
        carrier = module.MersalCarrier()
        found = [carrier.find(message, since=AT) for message in (SMS, code, sms(token="zzzzzz"))]
        assert [seen and (seen.provider_id, seen.status, seen.meaning) for seen in found] == [
            ("m-1", Status.DELIVERED, Meaning.UNFIT),
            ("m-2", Status.FAILED, Meaning.DEAD),
            None,
        ]
        gateway.answer = said(one)
        assert carrier.fetch("m-1") == found[0]
        gateway.status = 404
        assert carrier.fetch("m-3") is None

    @pytest.mark.parametrize(("status", "answer"), [(500, b"{}"), (404, b"{}"), (200, b"garbage")])
    def test_a_list_with_a_gap_is_no_list(
        self, how_to: tuple[ModuleType, GatewayLike], status: int, answer: bytes
    ) -> None:
        module, gateway = how_to
        gateway.status, gateway.answer = status, answer
        with pytest.raises(StatusUnavailable):
            module.MersalCarrier().find(SMS, since=AT)


def test_no_name_is_longer_than_what_is_kept_of_it() -> None:
    names = [carriers.make_carrier("SMS_CARRIERS", path).name for path in (EMBEDDED, TWILIO, HTTP, SMTP)]
    assert max(map(len, names)) <= Attempt._meta.get_field("carrier").max_length
