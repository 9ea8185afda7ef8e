"""What carriers tell us: the fate of messages they took, and what people answer to them.

Both addresses are for machines: without a language, without a session, and believed only with Twilio's signature.
"""

import logging
import re
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

from kit.arabic import fold
from notifications.addresses import address_status
from notifications.carriers import carrier_named
from notifications.carriers.twilio import MESSAGE, STATUSES, TwilioCarrier, sighting
from notifications.models import Channel, Verdict
from notifications.reconciliation import message_states

logger = logging.getLogger(__name__)

LARGEST_BODY: Final = 16 * 1024
RETRY_AFTER_SECONDS: Final = 30
LONGEST_REPLY: Final = 60
NO_REPLY: Final = "<Response/>"

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _folded(text: str) -> str:
    """Return the words of a reply without punctuation, vowel marks and the variants of letters."""
    return " ".join(re.findall(r"\w+", fold(text)))


STOP: Final = frozenset(
    map(
        _folded,
        (
            "stop",
            "stop all",
            "stopall",
            "unsubscribe",
            "cancel",
            "quit",
            "end",
            "revoke",
            "optout",
            "opt out",
            "قف",
            "توقف",
            "توقفوا",
            "أوقف",
            "أوقفوا",
            "أوقفوا الرسائل",
            "إيقاف",
            "إيقاف الرسائل",
            "إلغاء",
            "إلغاء الاشتراك",
            "كفى",
        ),
    )
)
STRANGER: Final = frozenset(
    map(
        _folded,
        (
            "wrong person",
            "wrong number",
            "this is the wrong number",
            "you have the wrong number",
            "not me",
            "رقم خاطئ",
            "الرقم خاطئ",
            "هذا رقم خاطئ",
            "الرقم خطأ",
            "رقم خطأ",
            "رقم غلط",
            "الرقم غلط",
            "شخص خاطئ",
            "شخص خطأ",
            "الشخص الخطأ",
            "لست المعني",
            "لست المعنية",
            "لست أنا",
            "لست الشخص المعني",
            "ليس رقمي",
            "هذا ليس رقمي",
        ),
    )
)
LONGEST_CODE: Final = 9
START: Final = frozenset(map(_folded, ("start", "unstop", "ابدأ", "ابدؤوا", "استئناف")))


def _believed[**P](view: View[P]) -> View[P]:
    """Let only Twilio in, about our account, and have it come again while the database is away."""

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


@_believed
def twilio_status(request: HttpRequest, attempt: int) -> HttpResponse:
    """Hear what became of a message; what is said of an attempt we do not know is kept, and answered alike."""
    sid, word = request.POST.get("MessageSid", ""), request.POST.get("MessageStatus", "")
    code = request.POST.get("ErrorCode", "")[:LONGEST_CODE]
    if not (MESSAGE.fullmatch(sid) and word.isprintable() and word and code.isprintable()):
        return HttpResponse(status=400)
    seen = sighting(sid, word, code)
    message_states.hear(TwilioCarrier.name, seen, attempt_id=attempt, moves=word in STATUSES)
    return HttpResponse()


@_believed
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """Hear a person who wants no messages, or is not who they are for; anything else is neither kept nor answered."""
    number, said = request.POST.get("From", ""), _said(request)
    if number and said in STOP:
        address_status.pronounce(Channel.SMS, number, Verdict.STOPPED, "reply")
    elif number and said in STRANGER:
        address_status.pronounce(Channel.SMS, number, Verdict.STRANGER, "reply")
    elif number and said in START:
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


def _said(request: HttpRequest) -> str:
    """Return a short reply's words; Twilio's own word for it stands where an answer to STOP is set up there."""
    body = request.POST.get("OptOutType") or request.POST.get("Body", "")
    return _folded(body) if len(body) <= LONGEST_REPLY else ""
