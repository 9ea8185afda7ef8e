"""Turns the messages named in the table of actions into outbox rows: for citizens and for staff.

Staff get no SMS at night or outside working hours, unless the topic is urgent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final, Protocol

from django.utils import timezone, translation

from accounts.contact import BY_EMAIL, BY_EMAIL_AND_SMS, citizen_key, contact_channel, to_staff
from accounts.models import User, supervisors_of
from agencies.calendar import WorkingCalendar
from agencies.models import Priority
from complaints.engine import history
from complaints.engine.change import Change
from complaints.engine.history import filed_words
from complaints.models import AnswerState, Case, CaseEvent, Channel as CaseChannel
from complaints.permissions import policy
from complaints.permissions.readers import has_part
from complaints.workflow import ACTIONS, TRANSITIONS, Action, Kind, Outcome, Party, State, Tell
from kit.dates import day_digits
from notifications import outbox
from notifications.models import Channel, Message
from notifications.outbox import Notice
from notifications.wordings.links import DOT

#: Templates for a case filed by telephone: the agent has read the number out, the message says where to follow it.
_BY_PHONE = {"case_received": "case_filed_by_phone", "case_received_triage": "case_filed_by_phone"}
#: The receipt of somebody who is on the line, and so awake, goes at any hour.
_ON_THE_LINE = frozenset(_BY_PHONE.values())
#: Templates for praise, which is passed on and neither accepted nor answered.
_OF_PRAISE = {"officer_new_case": "officer_praise"}
#: Agencies with an open task are told that it is dropped when the case leaves the leading agency by any action.
_TASK_DROPPED = (Tell(Party.PARTNER, "officer_task_dropped"),)


def occasion(event: CaseEvent) -> str:
    """Return the occasion of the messages that an event owes, which is unique to the event."""
    return occasion_of(event.case_id, event.number)


def occasion_of(case: int, number: int) -> str:
    """Return the occasion of the messages that event ``number`` of the case with the key ``case`` owes."""
    return f"case:{case}:{number}"


def first_occasion(message: Message) -> str:
    """Return the occasion of a message, or that of the original for one that was sent again."""
    return message.occasion.partition("#")[0]


def closing_template(outcome: str) -> str:
    """Return the template that tells the citizen of a closing with ``outcome``."""
    return _BY_OUTCOME.get(outcome, "case_answered")


#: What is said of a closing that is not simply an answer.
_BY_OUTCOME: Final[Mapping[str, str]] = {
    Outcome.NO_REPLY: "case_unanswered",
    Outcome.ADOPTED: "case_adopted",
    Outcome.NOT_ADOPTED: "case_not_adopted",
}


def is_urgent(case: Case) -> bool:
    """Tell whether staff get an SMS about ``case`` at any hour."""
    return case.is_urgent or (case.topic is not None and case.topic.priority == Priority.URGENT)


class Moment(Protocol):
    """A case at one moment, with the calendar of its desk."""

    @property
    def case(self) -> Case:
        """Return the case."""

    @property
    def at(self) -> datetime:
        """Return the moment."""

    @property
    def calendar(self) -> WorkingCalendar:
        """Return the working calendar; may cost a statement."""


def sms_not_before(moment: Moment) -> datetime | None:
    """Return the earliest moment for an SMS to staff about a case; None is at once."""
    if is_urgent(moment.case):
        return None
    opens = moment.calendar.opens_next(moment.at)
    return opens if opens > moment.at else None


def owe(tells: Iterable[Tell], *, change: Change, event: CaseEvent) -> None:
    """Write the messages that ``event``, which records ``change``, owes into the outbox."""
    owed = [*tells, *_TASK_DROPPED] if ACTIONS[change.action].changes_state and change.partners else tells
    notices = [notice for tell in owed if _applies(tell, change) for notice in _notices(tell, change)]
    held = policy.hold_until(change.action, at=event.at)
    outbox.owe([_delayed(notice, held) for notice in notices], occasion=occasion(event), at=event.at)


def _delayed(notice: Notice, until: datetime | None) -> Notice:
    """Return ``notice`` so that it does not leave before ``until``."""
    moments = [moment for moment in (notice.not_before, until) if moment is not None]
    return replace(notice, not_before=max(moments)) if moments else notice


def tell_staff(
    template: str, people: Iterable[User], *, change: Change, by: tuple[Channel, ...] = BY_EMAIL_AND_SMS
) -> None:
    """Owe ``people`` a message about ``change``, whose event is already written."""
    owed = list(_to_staff(template, people, change, by=by))
    outbox.owe(owed, occasion=_newest_occasion(change.case), at=change.at)


def tell_unit(template: str, *, change: Change) -> None:
    """Owe the unit an e-mail about ``change``, whose event is already written."""
    outbox.owe(list(_to_cmu(template, change)), occasion=_newest_occasion(change.case), at=change.at)


def owe_thanks(case: Case, *, at: datetime) -> None:
    """Owe the supervisors of a case's agency an e-mail about the praise just closed, whose event is already written.

    It has an occasion of its own: once it is sent, the closing can still be undone.
    """
    people = supervisors_of(case.agency, timezone.localdate(at), exclude=case.recused) if case.agency else ()
    notices = [notice for user in people for notice in _thanks(user, case)]
    outbox.owe(notices, occasion=f"{_newest_occasion(case)}:thanks", at=at)


def _newest_occasion(case: Case) -> str:
    return occasion_of(case.pk, case.version)


def _thanks(user: User, case: Case) -> Iterator[Notice]:
    if not case.is_own_of(user):
        words = partial(_words, case, None)
        yield from to_staff("praise_passed_on", user, words, by=BY_EMAIL, reference=case.reference)


def to_citizen(template: str, *, case: Case, on: date | None, more: Callable[[], Mapping[str, str]] = dict) -> Notice:
    """Return the citizen's message by ``template``; ``on`` is the date in its text.

    ``more`` returns further values of its placeholders, in the language of the message.
    """
    way = contact_channel(case.citizen, case.notify_by)
    with translation.override(way.language):
        words = {**_words(case, on), **more()}
    return Notice(
        template=template,
        channel=way.channel,
        recipient=citizen_key(case.citizen.pk),
        address=way.address,
        other_address=way.other_address,
        language=way.language,
        context=words,
        reference=case.reference,
        must_reach=True,
        daytime=not is_urgent(case) and template not in _ON_THE_LINE,
    )


def preview(template: str, *, case: Case, on: date | None, at: datetime) -> Message:
    """Return, unsaved, the message the citizen would get now by ``template``; ``on`` is the date in its text.

    The random letters of its short link are shown as dots, each with a direction mark that keeps it within the link.
    """
    message = outbox.preview(to_citizen(template, case=case, on=on), at=at)
    message.body = message.body.replace(DOT, f"{DOT}\N{LEFT-TO-RIGHT MARK}")
    return message


def _applies(tell: Tell, change: Change) -> bool:
    is_due = (change.speaks_of is not None or not tell.if_dated) and (change.is_untold or not tell.if_untold)
    return is_due and (not tell.into or change.case.state in tell.into)


def _notices(tell: Tell, change: Change) -> Iterator[Notice]:
    case = change.case
    match tell.party:
        case Party.CITIZEN:
            yield from _to_citizen_and_representatives(_for_citizen(tell.template, case), change)
        case Party.CMU:
            yield from _to_cmu(tell.template, change)
        case Party.HOLDER if case.state == State.TRIAGE or case.agency is None:
            yield from _to_cmu(tell.template, change)
        case Party.HOLDER if case.agency is not None:
            yield from _to_staff(tell.template, change.desk.answerable(case.agency), change)
        case Party.FORMER_AGENCY if change.former_agency is not None:
            yield from _to_staff(tell.template, change.desk.officers(change.former_agency), change)
        case Party.PARTNER:
            for agency in change.partners:
                yield from _to_staff(tell.template, change.desk.officers(agency), change)


def _to_citizen_and_representatives(template: str, change: Change) -> Iterator[Notice]:
    """Tell the citizen, and whoever speaks for them by a mandate in force, each at another address."""
    case = change.case
    notice = to_citizen(template, case=case, on=change.speaks_of)
    yield notice
    for person in policy.told_representatives(case, at=change.at) if case.is_spoken_for else ():
        way = contact_channel(person)
        if way.address == notice.address:
            continue
        with translation.override(way.language):
            words = _words(case, change.speaks_of)
        yield replace(
            notice,
            channel=way.channel,
            recipient=citizen_key(person.pk),
            address=way.address,
            other_address=way.other_address,
            language=way.language,
            context=words,
            must_reach=False,
        )


def _for_citizen(template: str, case: Case) -> str:
    """Return the template for this case, which may differ from that of the table."""
    if template == "case_answered":
        return closing_template(case.outcome)
    return _BY_PHONE.get(template, template) if case.channel == CaseChannel.PHONE else template


def _to_cmu(template: str, change: Change) -> Iterator[Notice]:
    """Tell the CMU by e-mail; by SMS too when an urgent case waits for it to find the agency."""
    wakes = is_urgent(change.case) and change.case.state == State.TRIAGE
    return _to_staff(template, change.desk.cmu(), change, by=BY_EMAIL_AND_SMS if wakes else BY_EMAIL)


def _to_staff(
    template: str, people: Iterable[User], change: Change, *, by: tuple[Channel, ...] = BY_EMAIL_AND_SMS
) -> Iterator[Notice]:
    if change.case.kind == Kind.PRAISE:
        template = _OF_PRAISE.get(template, template)
    for user in people:
        if change.case.is_own_of(user) or change.case.is_recused(user):
            # About a case they filed they get the citizen's messages only; about one they are recused from, none.
            continue
        yield from to_staff(
            template,
            user,
            partial(_words, change.case, change.speaks_of),
            by=by,
            reference=change.case.reference,
            daytime=not is_urgent(change.case),
            sms_not_before=partial(sms_not_before, change),
        )


def _words(case: Case, on: date | None) -> dict[str, str]:
    """Return what a template may contain: numbers, names of offices and dates, never texts of the case."""
    return {
        "ref": case.reference,
        "kind": case.kind,
        "agency": case.agency.short_name if case.agency else "",
        "date": day_digits(on) if on else "",
    }


# ---- The seal of a receipt: a keyed code that proves who issued it, and what has become of the case since. ----
#
# The code says which event of which case the receipt shows. It is keyed by HISTORY_KEYS, which no database holds, so
# that a guessed one or one of another system is refused, and it holds nothing that says who somebody is.


#: Key of the case, number of the event, day of issue, beginnings of the event's code and of the code of the words.
_CODE: Final = struct.Struct(">QIH8s8s")
_PROOF_BYTES: Final = 16
_EPOCH: Final = date(2020, 1, 1)
#: What changes the case that a receipt shows; reminders, notes and escalations leave it as it is.
_CHANGES: Final = frozenset(TRANSITIONS) | {Action.AMEND, Action.ADD}


class Standing(StrEnum):
    """What has become of a case since a receipt of it was issued."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ERASED = "erased"
    #: The history or the words are not those that were sealed.
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Receipt:
    """A receipt that we issued: of which case, when, and what became of it; ``since`` is the day of that.

    Without ``reference`` where the case itself is deleted.
    """

    issued_on: date
    standing: Standing
    since: date | None = None
    reference: str = ""
    kind: str = ""


def seal(case: Case, *, at: datetime, events: Sequence[CaseEvent] = ()) -> str:
    """Return the code for a receipt of ``case`` as it stands now, issued at ``at``.

    ``events`` are all of the case's, the oldest first, where they are at hand: they spare statements.
    """
    whole = events or list(case.events.order_by("number"))
    event = next(event for event in reversed(whole) if event.action in _CHANGES)
    key = next(iter(history.history_keys().values()))
    day = (timezone.localdate(at) - _EPOCH).days
    was_answered = any(event.action == Action.CLOSE for event in whole)
    words = _words_code(case, key, was_answered=was_answered)
    code = _CODE.pack(case.pk, event.number, day, bytes(event.chain)[:8], words)
    return base64.urlsafe_b64encode(code + _proof(code, key)).decode().rstrip("=")


def read(token: str) -> Receipt | None:
    """Return what a code says of its receipt and of the case now, None when it is not one of ours."""
    opened = _opened(token)
    if opened is None:
        return None
    code, key = opened
    pk, number, day, chain, words = _CODE.unpack(code)
    issued_on = _EPOCH + timedelta(days=day)
    case = Case.objects.filter(pk=pk).first()
    if case is None:
        return Receipt(issued_on, Standing.ERASED)
    standing, since = _standing(case, number, chain=chain, words=words, key=key)
    return Receipt(issued_on, standing, since, case.reference, case.kind)


def _opened(token: str) -> tuple[bytes, bytes] | None:
    """Return the code and the key that proves it; None for anything else."""
    try:
        whole = base64.b64decode(f"{token}{'=' * (-len(token) % 4)}", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    code, proof = whole[:-_PROOF_BYTES], whole[-_PROOF_BYTES:]
    if len(code) != _CODE.size:
        return None
    keys = history.history_keys().values()
    return next(((code, key) for key in keys if hmac.compare_digest(proof, _proof(code, key))), None)


def _proof(code: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"receipt\x1f" + code, hashlib.sha256)[:_PROOF_BYTES]


def _standing(case: Case, number: int, *, chain: bytes, words: bytes, key: bytes) -> tuple[Standing, date | None]:
    if case.erased_at is not None:
        return Standing.ERASED, timezone.localdate(case.erased_at)
    events = list(case.events.order_by("number"))
    if not _is_proven(case, events, number, chain):
        return Standing.DOUBTFUL, None
    later = next((event for event in events[number:] if event.action in _CHANGES), None)
    if later is not None:
        return Standing.CHANGED, timezone.localdate(later.at)
    is_same = hmac.compare_digest(words, _words_code(case, key))
    return (Standing.UNCHANGED if is_same else Standing.DOUBTFUL), None


def _is_proven(case: Case, events: list[CaseEvent], number: int, chain: bytes) -> bool:
    """Tell whether the history is intact to its end, and has the sealed event at its place."""
    if len(events) < number or history.first_forged(events) is not None:
        return False
    is_whole = hmac.compare_digest(bytes(case.chain), bytes(events[-1].chain))
    return is_whole and hmac.compare_digest(bytes(events[number - 1].chain)[:8], chain)


def _words_code(case: Case, key: bytes, *, was_answered: bool = True) -> bytes:
    """Return the code of what was filed and of the answers given; keyed, so that nobody can guess short words by it."""
    said = case.topic_answers.order_by("position", "question_id") if has_part(case, "topic_answers") else ()
    words = filed_words(case, employee=case.employee, answers=[text for answer in said for text in answer.wording])
    answers = case.answers.filter(state=AnswerState.GIVEN).order_by("event") if was_answered else None
    given = answers.values_list("outcome", "found", "done") if answers is not None else ()
    text = json.dumps([words, list(given)], ensure_ascii=False)
    return hmac.digest(key, b"words\x1f" + text.encode(), hashlib.sha256)[:8]
