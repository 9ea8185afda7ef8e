"""The addresses of this app: the callbacks of carriers, and the page of the embedded carrier."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, Protocol

import phonenumbers
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from twilio.request_validator import RequestValidator

from kit.arabic import fold
from kit.outages import MAY_BE_OUTAGES, database_outage
from notifications import addresses, reconciliation
from notifications.carriers import carrier_named
from notifications.carriers.twilio_states import MESSAGE, NAME, STATUSES, status_report
from notifications.models import Channel, EmbeddedMail, Message, Verdict

# ---- The short replies to an SMS that are acted on: stop, wrong person, start again. ----


LONGEST: Final = 60


def fold_reply(text: str) -> str:
    """Return the words of a reply without punctuation, vowel marks and the variants of letters."""
    return " ".join(re.findall(r"\w+", fold(text)))


STOP: Final = frozenset(
    map(
        fold_reply,
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
WRONG_PERSON: Final = frozenset(
    map(
        fold_reply,
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
START: Final = frozenset(map(fold_reply, ("start", "unstop", "ابدأ", "ابدؤوا", "استئناف")))


# ---- The addresses that carriers call: what became of the messages they took, and what people answer to them. ----
#
# Both are for machines: without a language, without a session, and trusted only with Twilio's signature.


logger = logging.getLogger(__name__)

LARGEST_BODY: Final = 16 * 1024
LONGEST_CODE: Final = 9
RETRY_AFTER_SECONDS: Final = 30
NO_REPLY: Final = "<Response/>"


class QuestionHandler(Protocol):
    """What answers a text that came in by SMS, through the outbox or not at all; ``SMS_QUESTION_HANDLER`` names it."""

    def __call__(self, text: str, /, *, sender: str, key: str, at: datetime) -> None:
        """Answer a folded text of the number ``sender``; ``key`` is its carrier's, and repeating it is harmless."""


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
        except MAY_BE_OUTAGES as error:
            if not database_outage(error):
                raise
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
    reconciliation.record_report(NAME, report, attempt_id=attempt, changes_state=word in STATUSES)
    return HttpResponse()


@_signed_by_twilio
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """Block the number of a person who wants no messages or is not their recipient; pass on what may be a question.

    Nothing else is kept. Only what was sent to a number of ours counts.
    """
    number, reply = request.POST.get("From", ""), _reply(request)
    to, ours = request.POST.get("To"), (*settings.SMS_REPLY_NUMBERS, settings.SMS_STATUS_NUMBER)
    if not to or to not in ours:
        # Other services may share the account: what people write to those says nothing about our messages.
        logger.warning("A reply was left alone: it was sent to none of our numbers.")
    elif number and reply in STOP:
        addresses.record(Channel.SMS, number, Verdict.STOPPED, "reply")
    elif number and reply in WRONG_PERSON:
        addresses.record(Channel.SMS, number, Verdict.STRANGER, "reply")
    elif number and reply in START:
        addresses.clear(Channel.SMS, number, only=Verdict.STOPPED)
    elif number and reply:
        _pass_on(reply, number, request.POST.get("MessageSid", ""))
    return HttpResponse(NO_REPLY, content_type="text/xml")


def _pass_on(text: str, number: str, sid: str) -> None:
    """Let the handler of the settings answer a text, where people may ask by SMS."""
    if settings.SMS_STATUS_NUMBER and MESSAGE.fullmatch(sid):
        handler: QuestionHandler = import_string(settings.SMS_QUESTION_HANDLER)
        handler(text, sender=number, key=f"{NAME}:{sid}", at=timezone.now())


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if carrier_named(NAME) is None:
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
    return fold_reply(body) if len(body) <= LONGEST else ""


# ---- The page of the messages that the embedded carrier took; it exists only in development and
# demonstrations.


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
