"""Turns "who is told" of the table into messages owed: to the citizen by the chosen way, to staff by both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone, translation

from accounts.models import cmu_staff, officers_of
from complaints.models import Channel as CaseChannel, NotifyBy
from complaints.workflow import Party, State, Tell
from notifications import outbox
from notifications.models import Channel, Message
from notifications.outbox import Notice

if TYPE_CHECKING:
    from accounts.models import Citizen, User
    from agencies.models import Agency
    from complaints.models import Case, CaseEvent

#: What a caller gets instead: the agent has just read the number out, the message says where to follow it.
_BY_PHONE = {"case_received": "case_filed_by_phone", "case_received_triage": "case_filed_by_phone"}


def occasion(event: CaseEvent) -> str:
    """Return the occasion of the messages an event owes; unique to the event."""
    return f"case:{event.case_id}:{event.number}"


class Desk:
    """The people behind the parties of one case at one moment; each list is fetched once."""

    def __init__(self, at: datetime) -> None:
        self._on = timezone.localdate(at)
        self._officers: dict[int, list[User]] = {}

    def officers(self, agency: Agency) -> list[User]:
        """Return the active officers of ``agency``."""
        if agency.pk not in self._officers:
            self._officers[agency.pk] = list(officers_of(agency, self._on))
        return self._officers[agency.pk]

    def cmu(self) -> list[User]:
        """Return the active staff of the CMU."""
        return list(cmu_staff(self._on))


def owe(
    tells: Iterable[Tell], *, case: Case, event: CaseEvent, former: Agency | None, on: date | None, desk: Desk
) -> None:
    """Write the messages that ``event`` owes into the outbox; ``on`` is the date they speak of, if any."""
    notices = [notice for tell in tells if _applies(tell, case) for notice in _notices(tell, case, former, on, desk)]
    outbox.owe(notices, occasion=occasion(event), at=event.at)


def preview(template: str, *, case: Case, on: date | None, at: datetime) -> Message:
    """Return, unsaved, the message the citizen would get now by ``template``; ``on`` is the date it speaks of.

    The letters that are rolled for each message stand as dots, each with a mark that keeps it in its link.
    """
    message = outbox.preview(_to_citizen(template, case, on), at=at)
    message.body = message.body.replace(outbox.DOT, f"{outbox.DOT}\N{LEFT-TO-RIGHT MARK}")
    return message


def _applies(tell: Tell, case: Case) -> bool:
    return not tell.into or case.state in tell.into


def _notices(tell: Tell, case: Case, former: Agency | None, on: date | None, desk: Desk) -> Iterator[Notice]:
    match tell.party:
        case Party.CITIZEN:
            by_phone = _BY_PHONE if case.channel == CaseChannel.PHONE else {}
            yield _to_citizen(by_phone.get(tell.template, tell.template), case, on)
        case Party.CMU:
            yield from _to_staff(tell.template, desk.cmu(), case, on, channels=(Channel.EMAIL,))
        case Party.HOLDER if case.state == State.TRIAGE or case.agency is None:
            yield from _to_staff(tell.template, desk.cmu(), case, on, channels=(Channel.EMAIL,))
        case Party.HOLDER if case.agency is not None:
            yield from _to_staff(tell.template, desk.officers(case.agency), case, on)
        case Party.FORMER_AGENCY if former is not None:
            yield from _to_staff(tell.template, desk.officers(former), case, on)


def _to_citizen(template: str, case: Case, on: date | None) -> Notice:
    citizen: Citizen = case.citizen
    by_email = case.notify_by == NotifyBy.EMAIL and citizen.email
    return Notice(
        template=template,
        channel=Channel.EMAIL if by_email else Channel.SMS,
        recipient=f"citizen:{citizen.pk}",
        address=citizen.email if by_email else citizen.phone,
        language=case.language,
        context=_context(case, on, case.language),
        reference=case.reference,
    )


def _to_staff(
    template: str,
    people: Iterable[User],
    case: Case,
    on: date | None,
    channels: tuple[Channel, ...] = (Channel.EMAIL, Channel.SMS),
) -> Iterator[Notice]:
    addresses: dict[Channel, Callable[[User], str]] = {
        Channel.EMAIL: lambda user: user.email,
        Channel.SMS: lambda user: user.phone,
    }
    for user in people:
        for channel in channels:
            address = addresses[channel](user)
            if address:
                yield Notice(
                    template=template,
                    channel=channel,
                    recipient=f"user:{user.pk}",
                    address=address,
                    language=user.language,
                    context=_context(case, on, user.language),
                    reference=case.reference,
                )


def _context(case: Case, on: date | None, language: str) -> dict[str, str]:
    """Return what a template may say: numbers, names of offices and dates; never words of the case."""
    with translation.override(language):
        return {
            "ref": case.reference,
            "kind": case.kind,
            "agency": case.agency.short_name if case.agency else "",
            "date": f"{on.day}/{on.month}/{on.year}" if on else "",
        }
