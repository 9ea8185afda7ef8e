"""A message of each channel, as a sender gives it to a carrier."""

from dataclasses import replace
from typing import Any

from notifications.carriers import OutgoingMessage

SMS = OutgoingMessage(
    message_id="5a0c2b1e-0000-4000-8000-000000000001",
    attempt_id=7,
    to="+962790001234",
    subject="",
    body="صدر الرد على شكوى 2604821735\nbk.gov.jo/r/7Kq2Xd",
    language="ar",
    token="7Kq2Xd",
)
EMAIL = replace(
    SMS,
    to="amina@example.com",
    subject="صدر الرد على معاملتكم 2604821735",
    body="صدر الرد على معاملتكم 2604821735.\n\nhttps://bk.gov.jo/r/7Kq2Xd\n\nبخدمتكم\n065008080",
)


def sms(**changes: Any) -> OutgoingMessage:
    """Return the SMS with something changed."""
    return replace(SMS, **changes)


def email(**changes: Any) -> OutgoingMessage:
    """Return the e-mail with something changed."""
    return replace(EMAIL, **changes)
