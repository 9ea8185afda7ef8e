"""The page of the messages that the embedded carrier took; it exists only in development and demonstrations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import phonenumbers
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.models import EmbeddedMail, Message

SHOWN: Final = 200


@login_not_required
@never_cache
@require_safe
def dev_outbox(request: HttpRequest, current_codes: Callable[[datetime], tuple[str, str]]) -> HttpResponse:
    """Show what the embedded carrier sent, newest first; ``?to=`` keeps one address, ``?format=json`` is for tests.

    Above them stand the ``current_codes`` by which the staff of the demonstration confirm their sign-in.
    """
    if not settings.EMBEDDED:
        raise Http404
    to = request.GET.get("to", "").strip()
    entries = sent_messages(to=to)
    if request.GET.get("format") == "json":
        return JsonResponse(entries, safe=False)
    page = {"entries": entries, "to": to, "codes": current_codes(timezone.now())}
    with translation.override(_language(request)):
        return render(request, "notifications/dev_outbox.html", page)


def _language(request: HttpRequest) -> str:
    """Return the language that was chosen, else the browser's: the address of this page has none."""
    chosen = request.GET.get("language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def sent_messages(*, to: str = "") -> list[dict[str, Any]]:
    """Return the newest messages of the embedded carrier, each with its template.

    Addresses are encrypted, so one address is picked out here and not in the database: a page for development.
    """
    mails = EmbeddedMail.objects.order_by("-sent_at", "-pk")[:SHOWN]
    wanted = _as_stored(to)
    kept = [mail for mail in mails if wanted in mail.to.casefold()]
    templates = dict(Message.objects.filter(pk__in=[mail.message_id for mail in kept]).values_list("pk", "template"))
    return [
        {
            "id": str(mail.pk),
            "channel": mail.channel,
            "to": mail.to,
            "subject": mail.subject,
            "body": mail.body,
            "at": mail.sent_at,
            "template": templates.get(mail.message_id, ""),
        }
        for mail in kept
    ]


def _as_stored(to: str) -> str:
    """Return a number of Jordan as messages name it, however it is written; anything else as it is."""
    try:
        number = phonenumbers.parse(to, "JO")
    except phonenumbers.NumberParseException:
        return to.casefold()
    if not phonenumbers.is_possible_number(number):
        return to.casefold()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
