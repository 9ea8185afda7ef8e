"""Answers an SMS that consists of a tracking number with the status of the case, if its registered phone asks."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import phones
from accounts.contact import citizen_key
from accounts.models import Citizen
from accounts.rate_limits import DAY, EVERYBODY, HOUR, RateLimit, allows
from complaints import reference
from complaints.case_text.timeline import citizen_status
from complaints.models import Case, CaseQuerySet
from complaints.permissions import policy
from notifications import addresses, outbox
from notifications.models import Channel
from notifications.outbox import Notice
from notifications.sending.routes import spent_channels

logger = logging.getLogger(__name__)

#: Answers of either kind. Above them is silence: a machine that answers our answers ends there, too.
ANSWERS_PER_PHONE: Final = RateLimit("sms_status_phone", 10, DAY)
ANSWERS_IN_TOTAL: Final = RateLimit("sms_status_all", 2000, HOUR)
#: A status that could not be sent for so long may be untrue, and nobody waits for it any more.
ANSWER_LIFE: Final = timedelta(hours=1)
#: A tracking number, or one with a digit too few or too many; codes and dates are shorter.
_LOOKS_LIKE_A_NUMBER: Final = re.compile(r"[0-9]{9,11}")


def answer(text: str, *, sender: str, key: str, at: datetime) -> None:
    """Owe ``sender`` one answer to ``text``, a text folded by ``kit.arabic.fold``; what is no number is left alone.

    ``key`` is the carrier's for the message that came in: repeating it is harmless. A wrong number, an unknown one and
    a case that the phone may not see get the same answer. Phones that nobody proved, and those whose owner stopped our
    messages, get none; nor does anybody above the limits or when the SMS of the day are spent.
    """
    digits = text.replace(" ", "")
    if not _LOOKS_LIKE_A_NUMBER.fullmatch(digits):
        return
    people = list(Citizen.objects.reached_at(sender).select_related("user").order_by("created_at", "pk"))
    occasion = f"sms_status:{key}"
    if not people or outbox.is_owed(occasion) or not _may_be_answered(sender, at=at):
        return
    notice = _answer_to(people, digits, at=at)
    with transaction.atomic():
        outbox.owe([notice], occasion=occasion, at=at, expires_at=at + ANSWER_LIFE)


def _may_be_answered(sender: str, *, at: datetime) -> bool:
    """Tell whether an SMS to ``sender`` may leave now, and count it."""
    if addresses.verdict(Channel.SMS, sender) is not None or not phones.takes_sms(sender):
        return False
    if Channel.SMS in spent_channels() or not allows(ANSWERS_PER_PHONE, sender, at=at):
        return False
    is_within = allows(ANSWERS_IN_TOTAL, EVERYBODY, at=at)
    if not is_within:
        logger.warning("A question by SMS is not answered: the limit of the hour is reached.")
    return is_within


def _answer_to(people: Sequence[Citizen], digits: str, *, at: datetime) -> Notice:
    """Return the answer to the first of the ``people`` of a phone who may open the case, else to the first of all."""
    if number := reference.parse(digits):
        for person in people:
            if case := _own_cases(person, at=at).filter(reference=number).first():
                return _status(person, case, at=at)
    return _notice("status_not_found", people[0], {})


def _own_cases(person: Citizen, *, at: datetime) -> CaseQuerySet:
    """Return the cases that ``person`` may open as a citizen; who has no account has cases all the same."""
    user = person.user
    if user is None or user.is_staff:
        return Case.objects.filter(citizen=person)
    return Case.objects.visible_to(user, at=at)


def _status(person: Citizen, case: Case, *, at: datetime) -> Notice:
    """Return the status, with the time until which the agency can still undo what it is the status after."""
    until = policy.ends_at(case, at=at)
    with translation.override(person.language):
        word = citizen_status(case).word
        if until is not None:
            time = timezone.localtime(until).strftime("%H:%M")
            word = gettext("%(status)s, may still change until %(time)s") % {"status": word, "time": time}
    context = {"ref": case.reference, "kind": case.kind, "status": word}
    return _notice("case_status", person, context, about=case.reference)


def _notice(template: str, person: Citizen, context: dict[str, str], *, about: str = "") -> Notice:
    return Notice(
        template=template,
        channel=Channel.SMS,
        # Of this phone alone: the answer is shown on no other device, and follows to no other number.
        recipient=citizen_key(person.pk, whose="sms"),
        address=person.phone,
        language=person.language,
        context=context,
        reference=about,
    )
