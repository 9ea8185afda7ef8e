"""Turns the messages named in the table of actions into outbox rows: for citizens and for staff.

Staff get no SMS at night or outside working hours, unless the topic is urgent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Final, Protocol

from django.utils import timezone, translation

from accounts.contact import BY_EMAIL, BY_EMAIL_AND_SMS, citizen_key, contact_channel, to_staff
from accounts.models import User, supervisors_of
from agencies.calendar import WorkingCalendar
from agencies.models import Priority
from complaints.engine.change import Change
from complaints.models import Case, CaseEvent, Channel as CaseChannel
from complaints.permissions import representatives, send_window
from complaints.workflow import ACTIONS, Kind, Outcome, Party, State, Tell
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
    held = send_window.hold_until(change.action, at=event.at)
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
    for person in representatives.told_representatives(case, at=change.at) if case.is_spoken_for else ():
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
