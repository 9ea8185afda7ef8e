"""Each carrier says truthfully whether a message was taken, and wrong settings are named."""

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured

from notifications import carriers, checks
from notifications.carriers import Accepted, NotSent, Refused, Uncertain
from notifications.carriers.embedded import EmbeddedCarrier
from notifications.carriers.smtp import SmtpCarrier, server_options
from notifications.carriers.twilio import TwilioCarrier
from notifications.models import Channel
from tests.notifications.servers import MailServer, TwilioLike, mail_server, twilio_like

SMS = {
    "to": "+962790001234",
    "subject": "",
    "body": "صدر الرد على شكوى 2604821735",
    "language": "ar",
    "message_id": "5a0c2b1e-0000-4000-8000-000000000001",
    "sender": "CMU",
}
EMAIL = SMS | {
    "to": "amina@example.com",
    "subject": "صدر الرد على معاملتكم 2604821735",
    "body": "صدر الرد على معاملتكم 2604821735.\n\nhttps://bk.gov.jo/r/7Kq2Xd\n\nبخدمتكم\n065008080",
    "sender": "noreply@bk.gov.jo",
}


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioLike]:
    """Serve a Twilio and point the settings to it."""
    with twilio_like() as server:
        settings.TWILIO_API_URL = server.url
        settings.TWILIO_ACCOUNT_SID = "AC1"
        settings.TWILIO_AUTH_TOKEN = "token"
        yield server


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """Serve a mail server and point the settings to it."""
    with mail_server() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        settings.EMAIL_FROM = "noreply@bk.gov.jo"
        settings.PUBLIC_URL = "https://bk.gov.jo"
        yield server


class TestTwilio:
    """SMS through the real client against a server of our own."""

    def test_a_message_is_created_once_with_sender_recipient_and_body(self, twilio: TwilioLike) -> None:
        assert TwilioCarrier().send(**SMS) == Accepted("SM1")
        asked = {"To": [SMS["to"]], "From": ["CMU"], "Body": [SMS["body"]]}
        assert twilio.asked == [("/2010-04-01/Accounts/AC1/Messages.json", asked)]

    @pytest.mark.parametrize(
        ("status", "answer", "meaning"),
        [
            (429, '{"code": 20429, "message": "slow down", "status": 429}', (NotSent, "20429", None)),
            (429, "garbage", (NotSent, "429", None)),
            (400, '{"code": 21614, "message": "not mobile", "status": 400}', (Refused, "21614", True)),
            (400, '{"code": 21610, "message": "stop", "status": 400}', (Refused, "21610", True)),
            (401, '{"code": 20003, "message": "who", "status": 401}', (Refused, "20003", False)),
            (400, '{"code": 99999, "message": "new", "status": 400}', (Uncertain, "99999", None)),
            (400, "garbage", (Uncertain, "400", None)),
            (500, '{"code": 21614, "message": "not mobile", "status": 500}', (Uncertain, "21614", None)),
            (302, "", (Uncertain, "302", None)),
        ],
    )
    def test_what_an_answer_means(
        self, twilio: TwilioLike, status: int, answer: str, meaning: tuple[type[Exception], str, bool | None]
    ) -> None:
        twilio.status, twilio.answer = status, answer
        with pytest.raises(Exception) as raised:  # noqa: PT011 - judged below
            TwilioCarrier().send(**SMS)
        said = raised.value
        assert (type(said), getattr(said, "code", ""), getattr(said, "permanent", None)) == meaning
        assert len(twilio.asked) == 1

    @pytest.mark.parametrize("answer", ["", "garbage", "{}", '{"sid": null}'])
    def test_a_yes_without_an_id_is_no_certainty(self, twilio: TwilioLike, answer: str) -> None:
        twilio.answer = answer
        with pytest.raises(Exception) as raised:  # noqa: PT011 - any but the certain ones
            TwilioCarrier().send(**SMS)
        assert not isinstance(raised.value, NotSent | Refused)

    def test_a_connection_lost_after_the_question_is_no_certainty_and_not_repeated(self, twilio: TwilioLike) -> None:
        twilio.hangs_up = True
        with pytest.raises(Exception) as raised:  # noqa: PT011 - any but the certain ones
            TwilioCarrier().send(**SMS)
        assert (isinstance(raised.value, NotSent | Refused), len(twilio.asked)) == (False, 1)

    def test_no_connection_is_a_certainty(self, twilio: TwilioLike, settings: Any) -> None:
        settings.TWILIO_API_URL = "http://127.0.0.1:1"
        with pytest.raises(NotSent):
            TwilioCarrier().send(**SMS)

    def test_no_such_host_is_a_certainty(self, twilio: TwilioLike, settings: Any) -> None:
        settings.TWILIO_API_URL = "http://nowhere.invalid"
        with pytest.raises(NotSent):
            TwilioCarrier().send(**SMS)

    def test_the_client_waits_no_longer_than_it_is_told(
        self, twilio: TwilioLike, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("notifications.carriers.twilio.READ_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            settings.TWILIO_API_URL = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            with pytest.raises(Exception, match=r"read timeout=0\.2"):
                TwilioCarrier().send(**SMS)

    def test_neither_number_nor_body_is_logged(self, twilio: TwilioLike, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            TwilioCarrier().send(**SMS)
        assert ("790001234" in caplog.text, "2604821735" in caplog.text) == (False, False)

    @pytest.mark.parametrize("name", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SMS_SENDER"])
    def test_a_missing_setting_is_named(self, twilio: TwilioLike, settings: Any, name: str) -> None:
        setattr(settings, name, "")
        with pytest.raises(ImproperlyConfigured, match=name):
            TwilioCarrier()


class TestSmtp:
    """E-mail step by step against a server of our own."""

    def test_a_letter_has_text_a_page_and_a_fixed_id(self, mail: MailServer) -> None:
        accepted = [SmtpCarrier().send(**EMAIL) for _ in range(2)]
        expected = "<5a0c2b1e-0000-4000-8000-000000000001@bk.gov.jo>"
        assert accepted == [Accepted(expected)] * 2
        assert [letter["Message-ID"] for letter in mail.mails] == [expected] * 2
        letter = mail.mails[0]
        headers = {name: str(letter[name]) for name in ("To", "From", "Subject", "Auto-Submitted")}
        assert headers == {
            "To": "amina@example.com",
            "From": "noreply@bk.gov.jo",
            "Subject": EMAIL["subject"],
            "Auto-Submitted": "auto-generated",
        }
        text, page = letter.iter_parts()
        assert text.get_content().strip().splitlines() == EMAIL["body"].splitlines()
        assert '<html lang="ar" dir="rtl">' in page.get_content()
        assert '<a href="https://bk.gov.jo/r/7Kq2Xd">' in page.get_content().replace(' rel="nofollow"', "")

    def test_an_english_letter_reads_from_the_left(self, mail: MailServer) -> None:
        SmtpCarrier().send(**(EMAIL | {"language": "en", "body": "<b>"}))
        page = list(mail.mails[0].iter_parts())[1].get_content()
        assert ('<html lang="en" dir="ltr">' in page, "&lt;b&gt;" in page) == (True, True)

    @pytest.mark.parametrize(
        ("moment", "answer", "meaning"),
        [
            ("GREETING", "421 closing", (NotSent, "421", None)),
            ("GREETING", None, (NotSent, "connect", None)),
            ("MAIL", "451 later", (Refused, "451", False)),
            ("MAIL", "550 sender", (Refused, "550", False)),
            ("MAIL", None, (NotSent, "connection", None)),
            ("RCPT", "450 busy", (Refused, "450", False)),
            ("RCPT", "550 no such user", (Refused, "550", True)),
            ("RCPT", None, (NotSent, "connection", None)),
            ("DATA", "451 later", (Refused, "451", False)),
            ("DATA", "554 no", (Refused, "554", True)),
            ("DATA", None, (Uncertain, "data", None)),
            ("BODY", "452 full", (Refused, "452", False)),
            ("BODY", "552 too big", (Refused, "552", True)),
            ("BODY", None, (Uncertain, "data", None)),
        ],
    )
    def test_what_each_failure_means(
        self, mail: MailServer, moment: str, answer: str | None, meaning: tuple[type[Exception], str, bool | None]
    ) -> None:
        mail.answers[moment] = answer
        with pytest.raises(Exception) as raised:  # noqa: PT011 - judged below
            SmtpCarrier().send(**EMAIL)
        said = raised.value
        assert (type(said), getattr(said, "code", ""), getattr(said, "permanent", None)) == meaning

    def test_a_connection_lost_at_the_farewell_takes_nothing_back(self, mail: MailServer) -> None:
        mail.answers["QUIT"] = None
        SmtpCarrier().send(**EMAIL)
        assert len(mail.mails) == 1

    def test_no_connection_is_a_certainty(self, mail: MailServer, settings: Any) -> None:
        settings.EMAIL_URL = "smtp://127.0.0.1:1"
        with pytest.raises(NotSent):
            SmtpCarrier().send(**EMAIL)

    @pytest.mark.parametrize(
        "change",
        [
            {"to": "amina@example.com\r\nBcc: spy@example.com"},
            {"to": "amina@example.com, spy@example.com"},
            {"to": "no address"},
            {"subject": "hello\r\nBcc: spy@example.com"},
            {"subject": "hello\nX: y"},
        ],
    )
    def test_no_field_can_add_a_header_or_a_recipient(self, mail: MailServer, change: dict[str, str]) -> None:
        with pytest.raises(Refused) as refused:
            SmtpCarrier().send(**(EMAIL | change))
        assert (refused.value.permanent, mail.mails) == (True, [])
        assert [command for command in mail.commands if "spy" in command] == []

    @pytest.mark.parametrize(
        ("url", "options"),
        [
            ("smtp://mail:25", ("mail", 25, "", "", False, False)),
            ("smtp+tls://me%40x:p%2Fw@mail:587", ("mail", 587, "me@x", "p/w", True, False)),
            ("smtp+ssl://mail", ("mail", None, "", "", False, True)),
        ],
    )
    def test_the_servers_address_is_read(self, url: str, options: tuple[object, ...]) -> None:
        assert tuple(server_options(url).values()) == options

    @pytest.mark.parametrize("url", ["", "mail:25", "http://mail", "smtp://"])
    def test_a_wrong_address_is_named(self, mail: MailServer, settings: Any, url: str) -> None:
        settings.EMAIL_URL = url
        with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
            SmtpCarrier()


class TestTheChoice:
    """Settings choose the carriers, and a wrong choice is an error with a name."""

    @pytest.mark.parametrize("channel", Channel)
    def test_development_uses_the_ledger(self, channel: Channel) -> None:
        assert type(carriers.carrier_for(channel)) is EmbeddedCarrier

    def test_a_carrier_is_made_once(self) -> None:
        assert carriers.carrier_for(Channel.SMS) is carriers.carrier_for(Channel.SMS)

    @pytest.mark.parametrize("name", ["SMS_CARRIER", "EMAIL_CARRIER"])
    @pytest.mark.parametrize("path", ["", "no.such.Carrier", "notifications.carriers.twilio.NoCarrier", "nonsense"])
    def test_a_wrong_carrier_is_an_error_that_names_the_setting(self, settings: Any, name: str, path: str) -> None:
        setattr(settings, name, path)
        (problem,) = checks.carriers_can_work(None)
        assert problem.msg.startswith(f"{name} ")

    def test_production_refuses_the_ledger(self, settings: Any) -> None:
        settings.EMBEDDED = False
        assert [problem.id for problem in checks.carriers_can_work(None)] == ["notifications.E002"] * 2
        assert "EMBEDDED=true" in checks.carriers_can_work(None)[0].msg

    def test_the_checks_are_registered(self) -> None:
        assert {checks.carriers_can_work, checks.links_are_short} <= set(registry.get_checks())

    @pytest.mark.parametrize(
        ("url", "short", "warned"),
        [
            ("https://bk.gov.jo", "", []),
            ("https://bekhedmatkom.gov.jo", "", ["notifications.W001"]),
            ("https://bekhedmatkom.gov.jo", "bk.gov.jo", []),
        ],
    )
    def test_a_long_host_is_warned_of(self, settings: Any, url: str, short: str, warned: list[str]) -> None:
        settings.EMBEDDED, settings.PUBLIC_URL, settings.SHORT_HOST = False, url, short
        assert [warning.id for warning in checks.links_are_short(None)] == warned
