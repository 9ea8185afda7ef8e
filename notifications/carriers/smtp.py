"""E-mail over SMTP, command by command, so that it is known at which command a server failed."""

import email.policy
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Final, cast
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from notifications.carriers import (
    Accepted,
    Declined,
    Meaning,
    OutgoingMessage,
    Uncertain,
    email_page,
    read_in_flight,
)
from notifications.carriers.smtp_connection import BoundedBackend
from notifications.models import Channel
from notifications.runtime import timings

SCHEMES: Final = {
    "smtp": {"use_tls": False, "use_ssl": False},
    "smtp+tls": {"use_tls": True, "use_ssl": False},
    "smtp+ssl": {"use_tls": False, "use_ssl": True},
}

# RFC 5321, 4.2.1, by the first digit of an answer.
YES: Final = range(200, 300)
LATER: Final = range(400, 500)
NEVER: Final = range(500, 600)

# What a permanent refusal of one message means, by its enhanced status (RFC 3463 and the registry of RFC 5248), which
# says more than the answer's number. The first that fits decides; what fits none is about the message: the address may
# be good, and one server with a policy of its own must not stop the route for everybody.
ENHANCED: Final = {
    "5.1.7": Meaning.ACCOUNT,  # our own address is malformed
    "5.1.8": Meaning.ACCOUNT,  # our own domain does not exist
    "5.1": Meaning.DEAD,  # no such mailbox or domain, a malformed address, moved, a domain without mail
    "5.2.1": Meaning.DEAD,  # the mailbox is switched off
    "5.7.0": Meaning.ACCOUNT,  # encryption or a sign-in comes first
    "5.7.8": Meaning.ACCOUNT,  # the credentials are refused
    "5": Meaning.UNFIT,  # full (5.2.2), too large (5.2.3, 5.3.4), no route (5.4), not allowed or not wanted (5.7)
}
# What a permanent refusal of RCPT means without an enhanced status (RFC 5321, 4.2.3; RFC 7504).
PLAIN: Final = {
    521: Meaning.DEAD,  # the domain takes no mail
    530: Meaning.ACCOUNT,  # a sign-in comes first
    550: Meaning.DEAD,  # no such mailbox
    551: Meaning.DEAD,  # not here, and not forwarded
    553: Meaning.DEAD,  # not a possible mailbox
    556: Meaning.DEAD,  # the domain takes no mail
}


class SmtpCarrier:
    """Hand e-mail to the server of EMAIL_URL; after a connection lost at DATA nobody knows whether it was taken."""

    name = "smtp"
    channels = (Channel.EMAIL,)

    def __init__(self) -> None:
        """Read the server's address and ours; raise ImproperlyConfigured where one is missing or wrong."""
        for setting in ("EMAIL_URL", "EMAIL_FROM"):
            if not getattr(settings, setting):
                text = f"{setting} is empty, and EMAIL_CARRIERS names the SMTP carrier."
                raise ImproperlyConfigured(text)
        self.in_flight = read_in_flight("EMAIL_IN_FLIGHT")
        self._server = server_options(settings.EMAIL_URL)
        self._sender = _bare_address(EmailBackend(alias="carrier", **self._server), settings.EMAIL_FROM)
        if "@" not in self._sender:
            text = "EMAIL_FROM is not one e-mail address, like noreply@service.example."
            raise ImproperlyConfigured(text)

    def send(self, message: OutgoingMessage) -> Accepted:
        """Send one e-mail in a connection of its own, under a ``Message-ID`` that is fixed for the message.

        The whole exchange takes no longer than the time to connect and to read, however the server spends it.
        """
        until = monotonic() + (timings().connect + timings().read).total_seconds()
        backend = BoundedBackend(until=until, **self._server)
        to = _bare_address(backend, message.to)
        if not to:
            # It is no address, and will be none at a later try.
            raise Declined(Meaning.DEAD, "address")
        data = _written(message)
        with _connection(backend) as connection:
            _send_envelope(connection, self._sender, to)
            # With less time for the answer to the message itself, nobody would know whether it was taken.
            if until - monotonic() < timings().read.total_seconds() / 2:
                raise Declined(Meaning.BUSY, "slow")
            _send_data(connection, data)
        return Accepted(fixed_id(message.message_id))


def server_options(url: str) -> dict[str, Any]:
    """Return host, port, credentials and encryption of ``smtp://``, ``smtp+tls://`` or ``smtp+ssl://`` URLs."""
    parts = _parts(url)
    if parts is None:
        text = "EMAIL_URL is not like smtp+tls://user:password@host:587."
        raise ImproperlyConfigured(text)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        **SCHEMES[parts.scheme],
    }


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def compose(message: OutgoingMessage) -> EmailMultiAlternatives:
    """Return the e-mail: the frozen text, and the same text as a page that reads in its own direction."""
    texts = email_page.draw(message)
    mail = EmailMultiAlternatives(
        message.subject,
        texts.plain,
        settings.EMAIL_FROM,
        [message.to],
        headers={"Message-ID": fixed_id(message.message_id), "Auto-Submitted": "auto-generated"},
        reply_to=[settings.CONTACT_EMAIL] if settings.CONTACT_EMAIL else None,
    )
    mail.attach_alternative(texts.page, "text/html")
    return mail


def fixed_id(message_id: str) -> str:
    """Return the ``Message-ID`` of a message: the same at every try, so that mail programs show it once."""
    return f"<{message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _bare_address(backend: EmailBackend, address: str) -> str:
    """Return the one address in ``address`` without a name; "" if it is not one."""
    try:
        bare: str = backend.prep_address(address)
    except ValueError:
        return ""
    return bare


def _written(message: OutgoingMessage) -> bytes:
    try:
        return compose(message).message(policy=email.policy.SMTP).as_bytes()
    except ValueError:
        # A subject with a line break would be a second header.
        raise Declined(Meaning.UNFIT, "header") from None


@contextmanager
def _connection(backend: BoundedBackend) -> Iterator[smtplib.SMTP]:
    try:
        yield _opened(backend)
    finally:
        # The result is known by now, so nobody waits for the answer to QUIT.
        if backend.connection:
            with suppress(smtplib.SMTPException, OSError):
                backend.connection.putcmd("QUIT")
            backend.connection.close()
        with suppress(smtplib.SMTPException, OSError):
            backend.close()


def _opened(backend: BoundedBackend) -> smtplib.SMTP:
    """Connect and sign in, before anything of the message is sent."""
    try:
        backend.open()
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
        # No encryption or sign-in where EMAIL_URL asks for it, or a certificate of somebody else.
        raise Declined(Meaning.ACCOUNT, type(error).__name__) from None
    except smtplib.SMTPResponseException as error:
        raise _declined(error.smtp_code, error.smtp_error, never=Meaning.ACCOUNT) from None
    except (smtplib.SMTPException, OSError):
        raise Declined(Meaning.BUSY, "connect") from None
    return cast("smtplib.SMTP", backend.connection)


def _send_envelope(connection: smtplib.SMTP, sender: str, to: str) -> None:
    """Send sender and recipient; even if the server never answers, it does not have the message."""
    try:
        connection.ehlo_or_helo_if_needed()
        code, said = connection.mail(sender)
        if code not in YES:
            # A sender refused for good is our setting, not the person.
            raise _declined(code, said, never=Meaning.ACCOUNT)
        code, said = connection.rcpt(to)
        if code not in YES:
            raise _declined(code, said, never=_enhanced_meaning(said) or PLAIN.get(code, Meaning.UNFIT))
    except (smtplib.SMTPException, OSError):
        raise Declined(Meaning.BUSY, "connection") from None


def _send_data(connection: smtplib.SMTP, data: bytes) -> None:
    """Send the message itself; without an answer nobody knows whether the server has it."""
    try:
        code, said = connection.data(data)
    except smtplib.SMTPDataError as error:
        # The server did not want the data, which it therefore never got.
        raise _declined(
            error.smtp_code, error.smtp_error, never=_enhanced_meaning(error.smtp_error) or Meaning.UNFIT
        ) from None
    except (smtplib.SMTPException, OSError):
        raise Uncertain(code="data") from None
    if code in LATER or code in NEVER:
        raise _declined(code, said, never=_enhanced_meaning(said) or Meaning.UNFIT)
    if code not in YES:
        raise Uncertain(code="data")


def _declined(code: int, said: bytes | str, *, never: Meaning) -> Declined:
    """Return the server's refusal with its two codes; ``never`` is what a permanent one means."""
    return Declined(never if code in NEVER else Meaning.BUSY, f"{code} {_status(said)}".strip())


def _enhanced_meaning(said: bytes | str) -> Meaning | None:
    """Return what the enhanced status of an answer means, if it has one."""
    status = f"{_status(said)}."
    return next((meaning for known, meaning in ENHANCED.items() if status.startswith(f"{known}.")), None)


def _status(said: bytes | str) -> str:
    """Return the enhanced status an answer's text begins with, such as 5.1.1 (RFC 2034)."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", text, re.ASCII)
    return found[0] if found else ""
