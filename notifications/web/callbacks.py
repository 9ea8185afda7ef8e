"""The addresses that carriers call: what became of the messages they took, and what people answer to them.

Both are for machines: without a language, without a session, and trusted only with Twilio's signature.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from notifications.addresses import address_status
from notifications.carriers import carrier_named
from notifications.carriers.twilio import MESSAGE, STATUSES, TwilioCarrier, status_report
from notifications.models import Channel, Verdict
from notifications.reconciliation import message_states
from notifications.web import replies

logger = logging.getLogger(__name__)

LARGEST_BODY: Final = 16 * 1024
LONGEST_CODE: Final = 9
RETRY_AFTER_SECONDS: Final = 30
NO_REPLY: Final = "<Response/>"

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _signed_by_twilio[**P](view: View[P]) -> View[P]:
    """Refuse what Twilio did not sign for our account; answer 503 while the database is away, so that it retries."""

    @csrf_exempt
    @login_not_required
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if refusal := _refusal(request):
            return refusal
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError):
            logger.warning("A callback is put off: the database is away.")
            return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})

    return guarded


@_signed_by_twilio
def twilio_status(request: HttpRequest, attempt: int) -> HttpResponse:
    """Record what became of a message; a report on an attempt we do not know is kept, and answered alike."""
    sid, word = request.POST.get("MessageSid", ""), request.POST.get("MessageStatus", "")
    code = request.POST.get("ErrorCode", "")[:LONGEST_CODE]
    if not (MESSAGE.fullmatch(sid) and word.isprintable() and word and code.isprintable()):
        return HttpResponse(status=400)
    report = status_report(sid, word, code)
    message_states.record_report(TwilioCarrier.name, report, attempt_id=attempt, changes_state=word in STATUSES)
    return HttpResponse()


@_signed_by_twilio
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """Block the number of a person who wants no messages or is not their recipient; other replies are not kept.

    Only what was sent to a number of SMS_REPLY_NUMBERS counts.
    """
    number, reply = request.POST.get("From", ""), _reply(request)
    if request.POST.get("To", "") not in settings.SMS_REPLY_NUMBERS:
        # Other services may share the account: what people write to those says nothing about our messages.
        logger.warning("A reply was left alone: it was sent to none of our numbers.")
    elif number and reply in replies.STOP:
        address_status.record(Channel.SMS, number, Verdict.STOPPED, "reply")
    elif number and reply in replies.WRONG_PERSON:
        address_status.record(Channel.SMS, number, Verdict.STRANGER, "reply")
    elif number and reply in replies.START:
        address_status.clear(Channel.SMS, number, only=Verdict.STOPPED)
    return HttpResponse(NO_REPLY, content_type="text/xml")


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if carrier_named(TwilioCarrier.name) is None:
        raise Http404
    declared = request.META.get("CONTENT_LENGTH") or "0"
    # What goes on after the declared length is not read.
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        return HttpResponse(status=413)
    if not _is_signed(request) or request.POST.get("AccountSid") != settings.TWILIO_ACCOUNT_SID:
        logger.warning("A callback was refused: it is not Twilio's, or not about our account.")
        return HttpResponse(status=403)
    return None


def _is_signed(request: HttpRequest) -> bool:
    """Check the signature over our public address, whatever host and scheme the request claims to have come by."""
    signature = request.headers.get("X-Twilio-Signature", "")
    url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    return bool(RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, request.POST, signature))


def _reply(request: HttpRequest) -> str:
    """Return a short reply, folded; Twilio's own word for it stands where an answer to STOP is set up there."""
    body = request.POST.get("OptOutType") or request.POST.get("Body", "")
    return replies.fold_reply(body) if len(body) <= replies.LONGEST else ""
