"""E-mail step by step: what each answer of a mail server means, and when nobody knows."""

import smtplib
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from notifications.carriers import Accepted, Declined, Meaning, OutgoingMessage, Uncertain
from notifications.carriers.smtp import SmtpCarrier, server_options
from notifications.carriers.smtp_connection import BoundedBackend
from tests.notifications.outgoing import EMAIL, email
from tests.notifications.servers import MailServer, mail_server, of_nobody

FIXED_ID = "<5a0c2b1e-0000-4000-8000-000000000001@bk.gov.jo>"


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """Serve a mail server and point the settings to it."""
    with mail_server() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        settings.EMAIL_FROM = "noreply@bk.gov.jo"
        settings.PUBLIC_URL = "https://bk.gov.jo"
        yield server


def said(message: OutgoingMessage = EMAIL) -> Accepted | tuple[Meaning | None, str]:
    """Return what a new carrier makes of the server's answers; None is not knowing."""
    try:
        return SmtpCarrier().send(message)
    except Declined as declined:
        return declined.meaning, declined.code
    except Uncertain as unsure:
        return None, unsure.code


class TestTheLetter:
    """What arrives."""

    def test_a_message_has_text_a_page_and_a_fixed_id(self, mail: MailServer) -> None:
        assert [said(email(attempt_id=number)) for number in (1, 2)] == [Accepted(FIXED_ID)] * 2
        assert [message["Message-ID"] for message in mail.mails] == [FIXED_ID] * 2
        message = mail.mails[0]
        headers = {name: str(message[name]) for name in ("To", "From", "Subject", "Auto-Submitted")}
        assert headers == {
            "To": "amina@example.com",
            "From": "noreply@bk.gov.jo",
            "Subject": EMAIL.subject,
            "Auto-Submitted": "auto-generated",
        }
        text, page = message.iter_parts()
        lines = text.get_content().strip().splitlines()
        assert lines[: len(EMAIL.body.splitlines())] == EMAIL.body.splitlines()
        assert '<html lang="ar" dir="rtl">' in page.get_content()
        assert 'href="https://bk.gov.jo/r/7Kq2Xd"' in page.get_content()

    def test_an_english_message_reads_from_the_left(self, mail: MailServer) -> None:
        said(email(language="en", body="<b>"))
        page = list(mail.mails[0].iter_parts())[1].get_content()
        assert ('<html lang="en" dir="ltr">' in page, "&lt;b&gt;" in page) == (True, True)

    def test_a_name_may_stand_before_our_address(self, mail: MailServer, settings: Any) -> None:
        settings.EMAIL_FROM = "بخدمتكم <noreply@bk.gov.jo>"
        assert said() == Accepted(FIXED_ID)
        assert (str(mail.mails[0]["From"]), mail.commands[1]) == (settings.EMAIL_FROM, "mail from:<noreply@bk.gov.jo>")

    def test_a_line_with_a_dot_of_its_own_ends_nothing(self, mail: MailServer) -> None:
        assert said(email(body="one\n.\ntwo\n..\nthree")) == Accepted(FIXED_ID)
        text = next(mail.mails[0].iter_parts()).get_content()
        assert text.split()[:5] == ["one", ".", "two", "..", "three"]

    @pytest.mark.parametrize(
        "to",
        [
            "amina@example.com\r\nBcc: spy@example.com",
            "amina@example.com\nRCPT TO:<spy@example.com>",
            "amina@example.com, spy@example.com",
            "amina@example.com> SIZE=1\r\nRCPT TO:<spy@example.com",
            "no address",
            "",
        ],
    )
    def test_no_address_is_a_second_recipient(self, mail: MailServer, to: str) -> None:
        assert (said(email(to=to)), mail.commands) == ((Meaning.DEAD, "address"), [])

    @pytest.mark.parametrize("subject", ["hello\r\nBcc: spy@example.com", "hello\nX: y", "hello\rX: y"])
    def test_no_subject_is_a_second_header_and_the_address_may_be_good(self, mail: MailServer, subject: str) -> None:
        assert (said(email(subject=subject)), mail.commands) == ((Meaning.UNFIT, "header"), [])


class TestWhatAnswersMean:
    """Every step of the conversation, refused in every way."""

    @pytest.mark.parametrize(
        ("moment", "answer", "meaning"),
        [
            ("GREETING", "421 closing", (Meaning.BUSY, "421")),
            ("GREETING", "554 5.7.1 not you", (Meaning.ACCOUNT, "554 5.7.1")),
            ("GREETING", "hello", (Meaning.BUSY, "-1")),
            ("GREETING", None, (Meaning.BUSY, "connect")),
            ("MAIL", "451 later", (Meaning.BUSY, "451")),
            ("MAIL", "550 5.1.0 sender", (Meaning.ACCOUNT, "550 5.1.0")),
            ("MAIL", "530 5.7.0 sign in first", (Meaning.ACCOUNT, "530 5.7.0")),
            ("MAIL", "552 5.3.4 too large", (Meaning.ACCOUNT, "552 5.3.4")),
            ("MAIL", "garbage", (Meaning.BUSY, "-1")),
            ("MAIL", None, (Meaning.BUSY, "connection")),
            ("RCPT", "421 4.3.2 closing", (Meaning.BUSY, "421 4.3.2")),
            ("RCPT", "450 4.2.1 greylisted", (Meaning.BUSY, "450 4.2.1")),
            ("RCPT", "452 4.2.2 full", (Meaning.BUSY, "452 4.2.2")),
            ("RCPT", "550 no such user", (Meaning.DEAD, "550")),
            ("RCPT", "551 not here", (Meaning.DEAD, "551")),
            ("RCPT", "553 no such name", (Meaning.DEAD, "553")),
            ("RCPT", "556 no mail here", (Meaning.DEAD, "556")),
            ("RCPT", "550 5.1.1 no such user", (Meaning.DEAD, "550 5.1.1")),
            ("RCPT", "550-5.1.1 two\r\n550 5.1.1 lines", (Meaning.DEAD, "550 5.1.1")),
            ("RCPT", "550 5.1.10 null MX", (Meaning.DEAD, "550 5.1.10")),
            ("RCPT", "554 5.1.2 no such domain", (Meaning.DEAD, "554 5.1.2")),
            ("RCPT", "550 5.2.1 switched off", (Meaning.DEAD, "550 5.2.1")),
            ("RCPT", "552 5.2.2 full", (Meaning.UNFIT, "552 5.2.2")),
            ("RCPT", "552 full", (Meaning.UNFIT, "552")),
            ("RCPT", "554 no", (Meaning.UNFIT, "554")),
            ("RCPT", "550 5.4.4 no route", (Meaning.UNFIT, "550 5.4.4")),
            ("RCPT", "550 5.7.1 relaying denied", (Meaning.UNFIT, "550 5.7.1")),
            ("RCPT", "550 5.7.17 new owner", (Meaning.UNFIT, "550 5.7.17")),
            ("RCPT", "530 sign in first", (Meaning.ACCOUNT, "530")),
            ("RCPT", "530 5.7.0 sign in first", (Meaning.ACCOUNT, "530 5.7.0")),
            ("RCPT", "550 5.1.8 your domain does not exist", (Meaning.ACCOUNT, "550 5.1.8")),
            ("RCPT", "550 5.1.1x no code", (Meaning.DEAD, "550")),
            ("RCPT", "503 order", (Meaning.UNFIT, "503")),
            ("RCPT", "354 odd", (Meaning.BUSY, "354")),
            ("RCPT", "garbage", (Meaning.BUSY, "-1")),
            ("RCPT", None, (Meaning.BUSY, "connection")),
            ("DATA", "451 later", (Meaning.BUSY, "451")),
            ("DATA", "554 5.5.1 no recipients", (Meaning.UNFIT, "554 5.5.1")),
            ("DATA", "554 5.1.1 no such user", (Meaning.DEAD, "554 5.1.1")),
            ("DATA", "250 taken before it was given", (Meaning.BUSY, "250")),
            ("DATA", "garbage", (Meaning.BUSY, "-1")),
            ("DATA", None, (None, "data")),
            ("BODY", "421 4.3.2 closing", (Meaning.BUSY, "421 4.3.2")),
            ("BODY", "452 4.3.1 disk full", (Meaning.BUSY, "452 4.3.1")),
            ("BODY", "550 5.7.1 spam", (Meaning.UNFIT, "550 5.7.1")),
            ("BODY", "550 spam", (Meaning.UNFIT, "550")),
            ("BODY", "552 5.3.4 too large", (Meaning.UNFIT, "552 5.3.4")),
            ("BODY", "550 5.1.1 no such user", (Meaning.DEAD, "550 5.1.1")),
            ("BODY", "354 go on", (None, "data")),
            ("BODY", "garbage", (None, "data")),
            ("BODY", None, (None, "data")),
        ],
    )
    def test_what_each_answer_means(
        self, mail: MailServer, moment: str, answer: str | None, meaning: tuple[Meaning | None, str]
    ) -> None:
        mail.answers[moment] = answer
        assert said() == meaning

    @pytest.mark.parametrize(
        ("hello", "auth", "meaning"),
        [
            ("250-me\r\n250 AUTH PLAIN", "235 welcome", Accepted(FIXED_ID)),
            ("250-me\r\n250 AUTH PLAIN", "535 5.7.8 wrong", (Meaning.ACCOUNT, "535 5.7.8")),
            ("250-me\r\n250 AUTH PLAIN", "454 4.7.0 later", (Meaning.BUSY, "454 4.7.0")),
            ("250-me\r\n250 AUTH PLAIN", None, (Meaning.BUSY, "connect")),
            ("250 me", "", (Meaning.ACCOUNT, "SMTPNotSupportedError")),
        ],
    )
    def test_refused_credentials_stop_the_route(
        self, mail: MailServer, settings: Any, hello: str, auth: str | None, meaning: Any
    ) -> None:
        settings.EMAIL_URL = f"smtp://cmu:secret@127.0.0.1:{mail.port}"
        mail.answers |= {"EHLO": hello, "AUTH": auth}
        assert said() == meaning

    def test_a_server_without_the_encryption_asked_for_is_told_nothing(self, mail: MailServer, settings: Any) -> None:
        settings.EMAIL_URL = f"smtp+tls://cmu:secret@127.0.0.1:{mail.port}"
        assert said() == (Meaning.ACCOUNT, "SMTPNotSupportedError")
        assert [command for command in mail.commands if command.upper().startswith(("AUTH", "MAIL"))] == []

    def test_a_certificate_of_somebody_else_is_told_nothing_and_stops_the_route(
        self, mail: MailServer, settings: Any
    ) -> None:
        with mail_server(tls=of_nobody()) as impostor:
            settings.EMAIL_URL = f"smtp+ssl://cmu:secret@127.0.0.1:{impostor.port}"
            assert (said(), impostor.commands) == ((Meaning.ACCOUNT, "SSLCertVerificationError"), [])

    def test_whoever_is_not_there_took_nothing(self, mail: MailServer, settings: Any) -> None:
        settings.EMAIL_URL = "smtp://127.0.0.1:1"
        assert said() == (Meaning.BUSY, "connect")

    def test_no_such_host_took_nothing(self, mail: MailServer, settings: Any) -> None:
        settings.EMAIL_URL = "smtp://nowhere.invalid"
        assert said() == (Meaning.BUSY, "connect")

    @pytest.mark.parametrize(("moment", "meaning"), [("RCPT", (Meaning.BUSY, "connection")), ("BODY", (None, "data"))])
    def test_no_answer_in_time_is_judged_by_what_was_said_before(
        self, mail: MailServer, settings: Any, moment: str, meaning: tuple[Meaning | None, str]
    ) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.01
        mail.silent_at = moment
        assert said() == meaning

    def test_a_server_that_takes_too_long_over_every_step_is_given_nothing(
        self, mail: MailServer, settings: Any
    ) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.05
        mail.seconds_before_each = 0.25
        assert (said(), mail.mails) == ((Meaning.BUSY, "slow"), [])

    @pytest.mark.parametrize(
        ("moment", "meaning"),
        [
            ("GREETING", (Meaning.BUSY, "connect")),
            ("EHLO", (Meaning.BUSY, "connection")),
            ("RCPT", (Meaning.BUSY, "connection")),
            ("DATA", (None, "data")),
            ("BODY", (None, "data")),
        ],
    )
    def test_a_server_that_drips_holds_nobody_beyond_the_time_of_the_exchange(
        self, mail: MailServer, settings: Any, moment: str, meaning: tuple[Meaning | None, str]
    ) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.04
        mail.dripping_at = moment
        began = monotonic()
        assert said() == meaning
        # A second for the exchange; the server would take half a minute.
        assert monotonic() - began < 15

    def test_a_connection_that_limits_each_read_alone_is_held(
        self, mail: MailServer, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: Django's own connection waits for as long as letters come."""
        monkeypatch.setattr(BoundedBackend, "connection_class", smtplib.SMTP)
        settings.NOTIFICATIONS_TIME_FACTOR = 0.02
        mail.dripping_at, mail.drips = "GREETING", 70
        began = monotonic()
        said()
        assert monotonic() - began > 1.4

    @pytest.mark.parametrize("farewell", [None, "garbage", "421 closing"])
    def test_nothing_said_at_the_farewell_takes_anything_back(self, mail: MailServer, farewell: str | None) -> None:
        mail.answers["QUIT"] = farewell
        assert (said(), len(mail.mails)) == (Accepted(FIXED_ID), 1)

    def test_nobody_waits_for_the_answer_to_a_farewell(self, mail: MailServer) -> None:
        mail.silent_at = "QUIT"
        assert said() == Accepted(FIXED_ID)

    def test_the_connection_is_closed_whatever_happens(
        self, mail: MailServer, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[smtplib.SMTP] = []
        make = smtplib.SMTP.__init__

        def noted(connection: smtplib.SMTP, *given: Any, **named: Any) -> None:
            opened.append(connection)
            make(connection, *given, **named)

        monkeypatch.setattr(smtplib.SMTP, "__init__", noted)
        mail.answers |= {"EHLO": "250-me\r\n250 AUTH PLAIN", "AUTH": "535 wrong"}
        settings.EMAIL_URL = f"smtp://cmu:secret@127.0.0.1:{mail.port}"
        said()
        mail.answers |= {"AUTH": "235 welcome", "RCPT": "550 no"}
        said()
        assert [connection.sock for connection in opened] == [None, None]


class TestTheSettings:
    """The server's address and ours."""

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

    @pytest.mark.parametrize(
        "url", ["mail:25", "http://mail", "smtp://", "smtp://u:secret@mail:x", "smtp://mail:99999", "smtp://[::1"]
    )
    def test_a_wrong_address_of_the_server_is_named(self, mail: MailServer, settings: Any, url: str) -> None:
        settings.EMAIL_URL = url
        with pytest.raises(ImproperlyConfigured) as refused:
            SmtpCarrier()
        assert str(refused.value) == "EMAIL_URL is not like smtp+tls://user:password@host:587."

    @pytest.mark.parametrize(
        "sender", ["CMU", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "سر@b.jo"]
    )
    def test_a_wrong_address_of_ours_is_named(self, mail: MailServer, settings: Any, sender: str) -> None:
        settings.EMAIL_FROM = sender
        with pytest.raises(ImproperlyConfigured) as refused:
            SmtpCarrier()
        assert str(refused.value) == "EMAIL_FROM is not one e-mail address, like noreply@service.example."

    @pytest.mark.parametrize("name", ["EMAIL_URL", "EMAIL_FROM"])
    def test_a_missing_address_is_named(self, mail: MailServer, settings: Any, name: str) -> None:
        setattr(settings, name, "")
        with pytest.raises(ImproperlyConfigured) as refused:
            SmtpCarrier()
        assert str(refused.value) == f"{name} is empty, and EMAIL_CARRIERS names the SMTP carrier."
