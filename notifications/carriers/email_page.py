"""An e-mail as people see it: the frozen text drawn with status, date, one button, and how to stop such e-mails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy
from django_stubs_ext import StrPromise

from notifications.carriers import OutgoingMessage
from notifications.carriers.email_styles import STYLES

_ADDRESS: Final = re.compile(r"https?://\S+")
#: Messages about a citizen's own case: the citizen chose to get them by e-mail, and may choose otherwise.
ABOUT_OWN_CASE: Final = "case_"

#: What the case is waiting for after the message, in two or three words.
STATUSES: Final[Mapping[str, StrPromise]] = {
    "case_received": pgettext_lazy("status in an e-mail", "Received"),
    "case_filed_by_phone": pgettext_lazy("status in an e-mail", "Received"),
    "case_received_triage": pgettext_lazy("status in an e-mail", "Finding the right agency"),
    "case_triage": pgettext_lazy("status in an e-mail", "Finding the right agency"),
    "case_moved": pgettext_lazy("status in an e-mail", "With another agency"),
    "case_accepted": pgettext_lazy("status in an e-mail", "In progress"),
    "case_new_date": pgettext_lazy("status in an e-mail", "In progress, with a new date"),
    "case_earlier_date": pgettext_lazy("status in an e-mail", "In progress, with an earlier date"),
    "case_delivered": pgettext_lazy("status in an e-mail", "Delivered"),
    "case_resumed": pgettext_lazy("status in an e-mail", "In progress"),
    "case_question": pgettext_lazy("status in an e-mail", "Waiting for your answer"),
    "case_reminder": pgettext_lazy("status in an e-mail", "Waiting for your answer"),
    "case_late": pgettext_lazy("status in an e-mail", "Late"),
    "case_answered": pgettext_lazy("status in an e-mail", "Answered"),
    "case_adopted": pgettext_lazy("status in an e-mail", "Adopted"),
    "case_not_adopted": pgettext_lazy("status in an e-mail", "Not adopted"),
    "case_rating": pgettext_lazy("status in an e-mail", "Answered"),
    "case_unanswered": pgettext_lazy("status in an e-mail", "Closed"),
    "case_archived": pgettext_lazy("status in an e-mail", "Closed"),
    "case_status": pgettext_lazy("status in an e-mail", "The status you asked for"),
    "case_withdrawn": pgettext_lazy("status in an e-mail", "Withdrawn"),
    "case_objected": pgettext_lazy("status in an e-mail", "Objection under review"),
    "case_upheld": pgettext_lazy("status in an e-mail", "Open again"),
    "case_dismissed": pgettext_lazy("status in an e-mail", "The answer was not changed"),
}
#: The words on the one button, where they say more than "View the details".
BUTTONS: Final[Mapping[str, StrPromise]] = {
    "case_answered": pgettext_lazy("button in an e-mail", "Read the answer"),
    "case_adopted": pgettext_lazy("button in an e-mail", "Read the decision"),
    "case_not_adopted": pgettext_lazy("button in an e-mail", "Read the decision"),
    "case_question": pgettext_lazy("button in an e-mail", "Answer the question"),
    "case_reminder": pgettext_lazy("button in an e-mail", "Answer the question"),
    "case_rating": pgettext_lazy("button in an e-mail", "Rate the answer"),
    "email_confirm": pgettext_lazy("button in an e-mail", "Confirm the address"),
    "staff_new_password": pgettext_lazy("button in an e-mail", "Set a new password"),
    "staff_invitation": pgettext_lazy("button in an e-mail", "Accept the invitation"),
}


@dataclass(frozen=True)
class FooterLine:
    """A sentence below an e-mail, and the address it speaks of."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class MailTexts:
    """The two parts of an e-mail: the text alone, and the page."""

    plain: str
    page: str


def draw(message: OutgoingMessage) -> MailTexts:
    """Return both parts, in the language of the message; both say how to reply and how to stop such e-mails."""
    with translation.override(message.language):
        footer = _footer(message)
        plain = "\n\n".join([message.body, *(f"{line.text} {line.address}".rstrip() for line in footer)])
        return MailTexts(plain, render_to_string("notifications/email.html", _content(message, footer)))


def settings_address() -> str:
    """Return where a citizen chooses how messages come, in the active language.

    Without a closing slash: at the end of a line that reads from the right it would be drawn in front.
    """
    return f"{settings.PUBLIC_URL}{reverse('account-notices').rstrip('/')}"


def _content(message: OutgoingMessage, footer: list[FooterLine]) -> dict[str, Any]:
    paragraphs, signature = _split(message.body)
    address = next((part for part in paragraphs if _ADDRESS.fullmatch(part)), "")
    return {
        "style": STYLES,
        "language": message.language,
        "direction": "rtl" if message.language == "ar" else "ltr",
        "side": "right" if message.language == "ar" else "left",
        "subject": message.subject,
        "status": STATUSES.get(message.template, ""),
        "reference": message.reference,
        "date": message.date,
        "paragraphs": [part for part in paragraphs if part != address],
        "address": address,
        "button": BUTTONS.get(message.template) or gettext("View the details"),
        "host": urlsplit(settings.PUBLIC_URL).netloc,
        "signature": signature,
        "footer": footer,
    }


def _split(body: str) -> tuple[list[str], list[str]]:
    """Return the paragraphs of a text, and the lines of its signature, which is its last paragraph of two lines."""
    paragraphs = body.split("\n\n")
    last = paragraphs[-1].split("\n")
    return (paragraphs[:-1], last) if len(paragraphs) > 1 and len(last) > 1 else (paragraphs, [])


def _footer(message: OutgoingMessage) -> list[FooterLine]:
    if settings.CONTACT_EMAIL:
        lines = [FooterLine(gettext("You can reply to this message."))]
    else:
        lines = [FooterLine(gettext("This message was sent automatically. Replies to it are not read."))]
    if message.template.startswith(ABOUT_OWN_CASE):
        how = gettext("To get SMS instead of e-mails, or to stop e-mails, change it in your account:")
        lines.append(FooterLine(how, settings_address()))
    return lines
