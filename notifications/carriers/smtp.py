"""E-mail through an SMTP server, step by step, so that every failure is known to lie before or after the data."""

import email.policy
import smtplib
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string

from notifications.carriers import Accepted, NotSent, Refused, Uncertain

SECONDS: Final = 15
PERMANENT_FROM: Final = 500
SCHEMES: Final = {
    "smtp": {"use_tls": False, "use_ssl": False},
    "smtp+tls": {"use_tls": True, "use_ssl": False},
    "smtp+ssl": {"use_tls": False, "use_ssl": True},
}


class SmtpCarrier:
    """Hand e-mail to the server of EMAIL_URL; a connection lost after DATA leaves it unknown."""

    name = "smtp"

    def __init__(self) -> None:
        """Read the server's address; raise ImproperlyConfigured where it is missing."""
        for setting in ("EMAIL_URL", "EMAIL_FROM"):
            if not getattr(settings, setting):
                text = f"{setting} is empty, and EMAIL_CARRIER is SMTP."
                raise ImproperlyConfigured(text)
        self._server = server_options(settings.EMAIL_URL)

    def send(self, *, to: str, subject: str, body: str, language: str, message_id: str, sender: str) -> Accepted:
        """Send one e-mail in a connection of its own, under a ``Message-ID`` that is fixed for the message."""
        backend = EmailBackend(alias="carrier", timeout=SECONDS, **self._server)
        letter = compose(to=to, subject=subject, body=body, language=language, message_id=message_id, sender=sender)
        try:
            addresses = backend.prep_address(sender), backend.prep_address(to)
            data = letter.message(policy=email.policy.SMTP).as_bytes()
        except ValueError:
            # The address, or a header made of it, cannot be written: no later try will find it better.
            raise Refused(code="address", permanent=True) from None
        connection = _connect(backend)
        try:
            _hand_over(connection, *addresses, data)
        finally:
            # The answer is known by now, whatever becomes of the farewell.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
        return Accepted(letter.extra_headers["Message-ID"])


def server_options(url: str) -> dict[str, Any]:
    """Return host, port, credentials and encryption of ``smtp://``, ``smtp+tls://`` or ``smtp+ssl://`` URLs."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        text = "EMAIL_URL is not like smtp+tls://user:password@host:587."
        raise ImproperlyConfigured(text)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        **SCHEMES[parts.scheme],
    }


def compose(*, to: str, subject: str, body: str, language: str, message_id: str, sender: str) -> EmailMultiAlternatives:
    """Return the letter: the frozen text, and the same text as a plain page that reads in its own direction."""
    letter = EmailMultiAlternatives(
        subject,
        body,
        sender,
        [to],
        headers={"Message-ID": fixed_id(message_id), "Auto-Submitted": "auto-generated"},
    )
    page = {
        "language": language,
        "direction": "rtl" if language == "ar" else "ltr",
        "subject": subject,
        "paragraphs": body.split("\n\n"),
    }
    letter.attach_alternative(render_to_string("notifications/email.html", page), "text/html")
    return letter


def fixed_id(message_id: str) -> str:
    """Return the ``Message-ID`` of a message: the same at every try, so that a reader's programme shows it once."""
    return f"<{message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _connect(backend: EmailBackend) -> Any:
    """Open the connection; nothing was said about the message yet."""
    try:
        backend.open()
    except smtplib.SMTPResponseException as error:
        raise NotSent(str(error.smtp_code)) from None
    except (smtplib.SMTPException, OSError):
        raise NotSent(code="connect") from None
    return backend.connection


def _hand_over(connection: smtplib.SMTP, sender: str, to: str, data: bytes) -> None:
    """Say sender, recipient and data; before the data a lost connection is certain, after it is not."""
    try:
        connection.ehlo_or_helo_if_needed()
        _judge(connection.mail(sender), blames_recipient=False)
        _judge(connection.rcpt(to), blames_recipient=True)
    except (smtplib.SMTPException, OSError):
        raise NotSent(code="connection") from None
    try:
        answer = connection.data(data)
    except smtplib.SMTPDataError as error:
        # The server did not want the data, which it therefore never got.
        answer = error.smtp_code, b""
    except (smtplib.SMTPException, OSError):
        raise Uncertain(code="data") from None
    _judge(answer, blames_recipient=True)


def _judge(answer: tuple[int, bytes], *, blames_recipient: bool) -> None:
    """Raise ``Refused`` for an answer that is not a yes; a sender refused for good is our setting, not the person."""
    code = answer[0]
    if not 200 <= code < 300:  # noqa: PLR2004 - RFC 5321, 4.2.1: 2yz is a yes
        raise Refused(str(code), permanent=code >= PERMANENT_FROM and blames_recipient)
