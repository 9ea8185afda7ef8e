"""A caller who proves which case is theirs; the proof lasts as long as a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from accounts.rate_limits import HOUR, RateLimit, spend
from complaints.case_text.promise import Promise, promise_card
from complaints.case_text.status import Status, citizen_status
from complaints.models import Case, CentreContact
from complaints.workflow import AT_AGENCY, Kind, State

#: Wrong ends are counted by number and by agent: four digits are ten thousand guesses.
TRIES_OF_NUMBER: Final = RateLimit("caller_number", 10, timedelta(days=1))
TRIES_OF_AGENT: Final = RateLimit("caller_agent", 120, HOUR)
#: How long a caller stays proven; the next one who is found takes the place at once.
CALL_LASTS: Final = timedelta(minutes=20)
_SESSION_KEY: Final = "caller"
#: What is owed on a case, in words about its caller: the page of the case says them to the caller.
_OWED: Final[dict[str, StrPromise]] = {
    State.TRIAGE: _("The CMU finds the right agency by"),
    State.REFERRED: _("The agency confirms that it handles this by"),
    State.IN_PROGRESS: _("The agency replies to the caller by"),
    State.WAITING: _("The caller's answer is needed by"),
    State.OBJECTED: _("The CMU decides on the objection by"),
}
#: The same of praise, which is passed on and not answered.
_OWED_ON_PRAISE: Final = _("The agency passes the thanks on by")


def find_case(reference: str, phone_end: str, *, agent: User, at: datetime) -> Case | None:
    """Return the case of ``reference`` if its owner's mobile number ends in ``phone_end``.

    None that is the agent's own or about the agent. No case and a wrong end look alike. Every look is counted; raises
    ``accounts.rate_limits.RateLimitReached``.
    """
    spend(TRIES_OF_AGENT, str(agent.pk), at=at)
    spend(TRIES_OF_NUMBER, reference, at=at)
    case = _case(reference, agent=agent)
    if case is None or not compare_digest(case.citizen.phone[-len(phone_end) :], phone_end):
        return None
    return case


def remember_caller(
    session: SessionBase, case: Case, *, at: datetime, contact: CentreContact, is_on_line: bool = False
) -> None:
    """Let the agent of ``session`` go on with ``case``, and with no other, while the call lasts.

    ``is_on_line``: the contact goes on after what is done to the case.
    """
    until = (at + CALL_LASTS).isoformat()
    session[_SESSION_KEY] = {
        "reference": case.reference,
        "until": until,
        "contact": str(contact.pk),
        "is_on_line": is_on_line,
    }


class CallIsOver(Exception):
    """The caller was proven too long ago: they say the end of their number again."""


def proven_case(session: SessionBase, reference: str, *, agent: User, at: datetime) -> Case | None:
    """Return the case of ``reference`` if its caller was the last one proven in this session.

    Raises ``CallIsOver`` when that was too long ago.
    """
    known = session.get(_SESSION_KEY) or {}
    if known.get("reference") != reference:
        return None
    if at > datetime.fromisoformat(known["until"]):
        raise CallIsOver
    return _case(reference, agent=agent)


def proven_contact(session: SessionBase) -> tuple[str, bool]:
    """Return the key of the contact in which the caller was proven, and whether it goes on."""
    known = session.get(_SESSION_KEY) or {}
    return known.get("contact", ""), bool(known.get("is_on_line"))


def end_call(session: SessionBase) -> None:
    """End the call."""
    session.pop(_SESSION_KEY, None)


def status_for_caller(case: Case, *, at: datetime) -> tuple[Status, Promise | None]:
    """Return where ``case`` stands and what is owed on it, as an agent says it of the caller."""
    status, promise = spoken_status(case), promise_card(case, at=at)
    is_passed_on = case.kind == Kind.PRAISE and case.state in AT_AGENCY
    owed = str(_OWED_ON_PRAISE if is_passed_on else _OWED[case.state]) if promise else ""
    return status, replace(promise, owes=owed) if promise else None


def spoken_status(case: Case) -> Status:
    """Return where ``case`` stands, as an agent says it of the caller; no statement."""
    status = citizen_status(case)
    return replace(status, word=str(_("Needs the caller's answer"))) if case.state == State.WAITING else status


def _case(reference: str, *, agent: User) -> Case | None:
    return Case.objects.not_own_or_recused(agent).for_page().filter(reference=reference).first()
