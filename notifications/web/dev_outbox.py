"""The page of the messages that the embedded carrier took; it exists only in development and demonstrations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
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
    return render(request, "notifications/dev_outbox.html", page)


def sent_messages(*, to: str = "") -> list[dict[str, Any]]:
    """Return the newest messages of the embedded carrier, each with its template.

    Addresses are encrypted, so one address is picked out here and not in the database: a page for development.
    """
    mails = EmbeddedMail.objects.order_by("-sent_at")[:SHOWN]
    kept = [mail for mail in mails if not to or to.casefold() in mail.to.casefold()]
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
