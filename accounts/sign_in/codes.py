"""Codes of five digits sent by SMS."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Final

from django.contrib import messages
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, gettext_lazy as _, ngettext

from accounts import contact, phones, rate_limits
from accounts.models import PhoneCode, Purpose
from accounts.rate_limits import RateLimit, RateLimitReached, client_address
from kit.crypto import lookup, lookups
from kit.forms import DigitsField, DigitsInput, Form
from notifications import alarms, outbox
from notifications.models import AlarmKind, Channel, Lane

# ---- The limits of codes by SMS: per phone or account first, then per address, block of numbers and network. ----
#
# Made-up people cannot use up what real ones need: a message that never leaves counts for its own number and phone
# only, and a forgotten password, whose code goes to nobody but its owner, is not stopped by the codes of others
# nearby.


@dataclass(frozen=True)
class CodeContext:
    """What a code is bound to: purpose, session and phone; with the language of the message and the visitor's address.

    ``address`` comes from ``rate_limits.client_address``. ``number`` is that of a person who forgot the password. Where
    ``silent``, nobody is to get the message: it is written, so that an observer sees no difference, but it expires
    before it can be sent. It counts for number and phone, and for the address, but for nobody else's limits. ``email``
    is where the code goes instead of the phone, if we send no SMS to its country.
    """

    purpose: Purpose
    session: str
    phone: str
    language: str
    address: str
    number: str = ""
    silent: bool = False
    email: str = ""

    @property
    def target(self) -> str:
        """What the code proves: the phone, or the e-mail address in small letters, so that it is counted once."""
        return self.email.lower() or self.phone

    @property
    def block(self) -> str:
        """The block of numbers around the phone; an e-mail address has no neighbours."""
        return self.target if self.email else rate_limits.prefix(self.phone)

    @property
    def is_reset(self) -> bool:
        """Tell whether the code is for a forgotten password: it is sent only to a person with this number and phone."""
        return self.purpose == Purpose.RESET


def require_open(context: CodeContext, *, at: datetime) -> None:
    """Raise ``RateLimitReached`` while a breaker of wrong codes is open here; count nothing."""
    for limit, key in _breakers(context):
        rate_limits.require_room(limit, key, at=at)


def spend_code(context: CodeContext, *, at: datetime) -> None:
    """Count a new code for whom it is for; raise ``RateLimitReached``."""
    if context.is_reset:
        pair = f"{context.number}/{context.phone}"
        rate_limits.spend(rate_limits.RESETS_PER_NUMBER_AND_PHONE, pair, at=at)
    else:
        rate_limits.spend(rate_limits.CODES_PER_PHONE, context.target, at=at)


def spend_message(context: CodeContext, *, at: datetime) -> None:
    """Count a message for the visitor's address and, where strangers can cause it, for the block of numbers.

    Raises ``RateLimitReached``. Very many messages in total raise an alarm, and go on.
    """
    rate_limits.spend(rate_limits.CODES_PER_ADDRESS, context.address, at=at)
    region = "" if context.email else phones.region(context.phone)
    if region in (ceilings := phones.foreign_ceilings()):
        rate_limits.spend(rate_limits.codes_per_country(ceilings[region]), _counted(context, region), at=at)
    if not context.is_reset:
        rate_limits.spend(rate_limits.CODES_PER_PREFIX, context.block, at=at)
    is_within = rate_limits.allows(rate_limits.CODES_IN_TOTAL, _counted(context, rate_limits.EVERYBODY), at=at)
    if not is_within and not context.silent:
        alarms.raise_alarm(AlarmKind.MANY_CODES)


def count_wrong(context: CodeContext, *, at: datetime) -> None:
    """Count a wrong guess; half of what opens a breaker raises an alarm."""
    for limit, key in _breakers(context):
        rate_limits.allows(limit, _counted(context, key), at=at)
        if not context.silent and rate_limits.spent(limit, key, at=at) == limit.most // 2:
            alarms.raise_alarm(AlarmKind.WRONG_CODES, key)


def _counted(context: CodeContext, key: str) -> str:
    """Return the key that is counted: one of its own where nothing is sent, so that the work is the same."""
    return f"silent {key}" if context.silent else key


def _breakers(context: CodeContext) -> Iterator[tuple[RateLimit, str]]:
    yield rate_limits.WRONG_CODES_PER_NETWORK, rate_limits.network(context.address)
    if not context.is_reset:
        yield rate_limits.WRONG_CODES_PER_PREFIX, context.block


# ---- Codes of five digits by SMS: issued, sent again and checked; a code alone never signs anybody in. ----
#
# To somebody abroad to whose number we send no SMS the code goes by e-mail, and proves that address. A code belongs
# to a session, a purpose and a phone, or that address. It is valid for ten minutes and three guesses. One conditional
# UPDATE counts the guesses, so of eighty guesses at once three are checked and seventy-seven refused.


DIGITS: Final = 5
TRIES: Final = 3
LIFE: Final = timedelta(minutes=10)
RESEND_AFTER: Final = timedelta(seconds=45)
SENDINGS: Final = 3


class GuessOutcome(Enum):
    """The result of a guess."""

    RIGHT = auto()
    WRONG = auto()
    DEAD = auto()
    EXPIRED = auto()
    NONE = auto()


class Sending(Enum):
    """The result of asking for another message."""

    SAME = auto()
    NEW = auto()
    TOO_SOON = auto()
    NO_MORE = auto()


@dataclass(frozen=True)
class CodeGuess:
    """The result of a guess, and how many guesses are left for the same code."""

    verdict: GuessOutcome
    left: int = 0


def issue(context: CodeContext, *, at: datetime) -> PhoneCode:
    """Send a new code; older codes of the same context expire. Raise ``RateLimitReached``."""
    require_open(context, at=at)
    spend_code(context, at=at)
    spend_message(context, at=at)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    made = PhoneCode(
        purpose=context.purpose,
        session_hash=context.session,
        phone=context.target,
        code=code,
        language=context.language,
        sent_at=at,
        created_at=at,
        expires_at=at + LIFE,
    )
    made.digest = _digest(made, code)
    with transaction.atomic():
        _codes_for(context).filter(expires_at__gt=at).update(expires_at=at)
        made.save(force_insert=True)
        _owe(made, context, at=at)
    return made


def send_again(context: CodeContext, *, at: datetime) -> Sending:
    """Send the current code once more, its guesses still counted, or a new code where it can no longer be used."""
    code = _latest(context)
    if code is None or code.expires_at <= at or code.tries >= TRIES or code.used_at:
        issue(context, at=at)
        return Sending.NEW
    if code.sendings >= SENDINGS:
        return Sending.NO_MORE
    if at - code.sent_at < RESEND_AFTER:
        return Sending.TOO_SOON
    return _resend(code, context, at=at)


def _resend(code: PhoneCode, context: CodeContext, *, at: datetime) -> Sending:
    spend_message(context, at=at)
    with transaction.atomic():
        counted = PhoneCode.objects.filter(pk=code.pk, sendings=code.sendings).update(
            sendings=F("sendings") + 1, sent_at=at
        )
        if not counted:
            return Sending.TOO_SOON
        code.sendings += 1
        _owe(code, context, at=at)
    return Sending.SAME


def guess(context: CodeContext, typed: str, *, at: datetime) -> CodeGuess:
    """Check one guess; a right one uses the code up. Raise ``RateLimitReached`` after too many wrong codes nearby."""
    require_open(context, at=at)
    code = _latest(context)
    if code is None:
        return CodeGuess(GuessOutcome.NONE)
    judged = _judge(code, typed, at=at)
    if judged is None:
        return CodeGuess(_why_not(code, at=at))
    right, tries = judged
    if right:
        return CodeGuess(GuessOutcome.RIGHT)
    count_wrong(context, at=at)
    return CodeGuess(GuessOutcome.WRONG, TRIES - tries) if tries < TRIES else CodeGuess(GuessOutcome.DEAD)


def _judge(code: PhoneCode, typed: str, *, at: datetime) -> tuple[bool, int] | None:
    """Count and compare in one statement; return None when no guess is allowed any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_phonecode SET tries = tries + 1, used_at = CASE WHEN digest = %s THEN %s::timestamptz END "
            "WHERE id = %s AND tries < %s AND used_at IS NULL AND expires_at > %s "
            "RETURNING used_at IS NOT NULL, tries",
            [_digest(code, typed), at, code.pk, TRIES, at],
        )
        row = cursor.fetchone()
    return (bool(row[0]), int(row[1])) if row else None


def _why_not(code: PhoneCode, *, at: datetime) -> GuessOutcome:
    code.refresh_from_db(fields=["tries", "used_at", "expires_at"])
    spent = code.tries >= TRIES or code.used_at is not None
    return GuessOutcome.EXPIRED if code.expires_at <= at and not spent else GuessOutcome.DEAD


def seconds_to_wait(context: CodeContext, *, at: datetime) -> int:
    """Return in how many seconds the code may be sent again; 0 is now."""
    code = _latest(context)
    if code is None:
        return 0
    return max(0, round((code.sent_at + RESEND_AFTER - at).total_seconds()))


def _codes_for(context: CodeContext) -> QuerySet[PhoneCode]:
    return PhoneCode.objects.filter(
        session_hash=context.session,
        purpose=context.purpose,
        phone_lookup__in=lookups(context.target, purpose="phone"),
    )


def _latest(context: CodeContext) -> PhoneCode | None:
    return _codes_for(context).order_by("-created_at", "-pk").first()


def _digest(code: PhoneCode, typed: str) -> str:
    return lookup(f"{code.pk}:{typed}", purpose="code")


def _owe(code: PhoneCode, context: CodeContext, *, at: datetime) -> None:
    notice = outbox.Notice(
        template="code",
        channel=Channel.EMAIL if context.email else Channel.SMS,
        recipient=f"code:{code.pk}",
        address=context.email or context.phone,
        language=context.language,
        context={"code": code.code},
    )
    expires_at = at if context.silent else code.expires_at
    outbox.owe([notice], occasion=f"code:{code.pk}:{code.sendings}", at=at, lane=Lane.CODES, expires_at=expires_at)


# ---- The form for the code from an SMS. ----


class CodeForm(Form):
    """The code from the message."""

    code = DigitsField(
        label=_("Security code"),
        length=DIGITS,
        help_text=_("5 digits"),
        widget=DigitsInput(attrs={"autocomplete": "one-time-code", "maxlength": "9"}),
    )


# ---- What every page that asks for a code does: check it, say what was wrong, send it again. ----


def code_context(
    request: HttpRequest,
    purpose: Purpose,
    *,
    session: str,
    phone: str,
    email: str = "",
    number: str = "",
    silent: bool = False,
) -> CodeContext:
    """Return what a code of this request is bound to."""
    return CodeContext(
        purpose=purpose,
        session=session,
        phone=phone,
        email=email,
        language=get_language() or "ar",
        address=client_address(request),
        number=number,
        silent=silent,
    )


def is_proven(form: CodeForm, context: CodeContext, *, at: datetime) -> bool:
    """Tell whether the form holds the right code; otherwise add an error that says what to do.

    An expired code is replaced by a new one at once, within the rate limits.
    """
    if not form.is_valid():
        return False
    judged = guess(context, form.cleaned_data["code"], at=at)
    if judged.verdict == GuessOutcome.RIGHT:
        return True
    form.add_error("code", _error_message(judged, context, at=at))
    return False


def _error_message(judged: CodeGuess, context: CodeContext, *, at: datetime) -> str:
    if judged.verdict == GuessOutcome.WRONG:
        return ngettext(
            "That code is not right. %(left)d attempt left",
            "That code is not right. %(left)d attempts left",
            judged.left,
        ) % {"left": judged.left}
    if judged.verdict == GuessOutcome.DEAD:
        return gettext("You have used all the attempts for this code. Ask for a new one below")
    try:
        issue(context, at=at)
    except RateLimitReached:
        return gettext("That code has expired, and we cannot send another one today. Call us, or try again tomorrow")
    return gettext("That code has expired. We have sent a new one")


def code_page_send_again(request: HttpRequest, context: CodeContext, *, at: datetime) -> None:
    """Send the code again, and add a message that says what was sent."""
    sending = send_again(context, at=at)
    texts = {
        Sending.SAME: gettext("We have sent the same code again"),
        Sending.NEW: gettext("We have sent a new code"),
        Sending.TOO_SOON: gettext("The message is on its way. Wait a moment before asking for the code again"),
        Sending.NO_MORE: gettext("We have sent this code three times. Check where it goes, or call us"),
    }
    level = messages.INFO if sending in {Sending.TOO_SOON, Sending.NO_MORE} else messages.SUCCESS
    messages.add_message(request, level, texts[sending])


def page(request: HttpRequest, form: CodeForm, context: CodeContext, *, at: datetime, **extra: Any) -> HttpResponse:
    """Render the page that asks for the code."""
    return render(
        request,
        "accounts/sign_in/codes/code.html",
        {
            "form": form,
            "by_email": bool(context.email),
            "masked_target": contact.mask(context.email) if context.email else phones.mask(context.phone),
            "wait": seconds_to_wait(context, at=at),
            **extra,
        },
    )


def asks_again(request: HttpRequest) -> bool:
    """Tell whether the visitor asked to have the code sent again."""
    return request.method == "POST" and "again" in request.POST


def redirect_here(request: HttpRequest) -> HttpResponse:
    """Redirect to the same page, so that reloading it sends nothing twice."""
    return redirect(request.path)
