"""One contact with the centre: begun, given its person, proven by an answer, and ended with what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Final
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet

from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import Citizen, User, ViewKind
from accounts.rate_limits import DAY, RateLimit, give_back, spend
from complaints.actions import links
from complaints.actions.filing import file_draft
from complaints.escalation.expiry import CONTACT_LIFE
from complaints.models import Case, CentreContact, ContactResult, Draft, FoundBy
from kit.forms import plain_digits

#: Wrong answers about one person in a day, whoever calls: four digits are ten thousand guesses.
ANSWERS_ABOUT: Final = RateLimit("caller_answers", 5, DAY)
#: Wrong answers in one contact; after them the person is let go.
MOST_WRONG: Final = 3
#: A telephony system that opens the page again within this time means the same call.
SAME_CALL: Final = timedelta(minutes=10)
#: For so long after a contact its person need not prove anything again.
STAYS: Final = timedelta(minutes=10)
#: Digits or letters of a number that are asked for.
ASKED: Final = 4
#: The key of a session under which the people are kept whom a search met.
FOUND: Final = "found"


class DraftChanged(Exception):
    """The draft was changed after it was read back."""


class NotTheirs(Exception):
    """The answer does not fit the person; ``is_let_go`` tells that it was the last one allowed."""

    def __init__(self, *, is_let_go: bool) -> None:
        super().__init__("a wrong answer")
        self.is_let_go = is_let_go


def begin(
    agent: User, *, channel: str, found_by: str, people: Collection[Citizen], phone: str, at: datetime
) -> CentreContact:
    """Begin a contact with whoever was found; a single person is taken at once and the look recorded."""
    contact = CentreContact(agent=agent, channel=channel, found_by=found_by, phone=phone or None, started_at=at)
    contact.save(force_insert=True)
    if len(people) == 1:
        take_person(contact, next(iter(people)), at=at)
    return contact


def remember_found(session: SessionBase, contact: CentreContact, people: Collection[Citizen]) -> None:
    """Let the agent of ``session`` choose among ``people``, and nobody else, for ``contact``."""
    session[FOUND] = {str(contact.pk): [str(citizen.pk) for citizen in people]}


def found_people(session: SessionBase, contact: CentreContact) -> list[Citizen]:
    """Return the people whom the search of this contact met, in their order."""
    keys = [UUID(key) for key in session.get(FOUND, {}).get(str(contact.pk), [])]
    people = Citizen.objects.unmerged().in_bulk(keys)
    return [people[key] for key in keys if key in people]


def under_way(agent: User, phone: str, *, at: datetime) -> CentreContact | None:
    """Return the agent's open call from ``phone`` that began just now, so that a page opened twice begins one call."""
    lately = CentreContact.objects.filter(agent=agent, ended_at=None, started_at__gt=at - SAME_CALL)
    return next((one for one in lately.order_by("-started_at", "-pk") if one.phone == phone), None)


def open_contacts(agent: User, *, at: datetime) -> QuerySet[CentreContact]:
    """Return the contacts that ``agent`` may go on with at ``at``, the newest first, with their people."""
    own = CentreContact.objects.filter(agent=agent, ended_at=None, started_at__gt=at - CONTACT_LIFE)
    return own.select_related("citizen", "citizen__governorate").order_by("-started_at", "-pk")


def take_person(contact: CentreContact, citizen: Citizen, *, at: datetime) -> None:
    """Take ``citizen`` as whom the contact is said to be with; who sees the name is recorded.

    Somebody who was taken or proven meanwhile, in another window, stays.
    """
    with transaction.atomic():
        held = _locked(contact)
        if held.citizen_id is None and not held.is_proven:
            record_view(citizen, viewer=contact.agent, kind=ViewKind.CALLER, about=CaseMark(), at=at)
            held.citizen, held.wrong_answers = citizen, 0
            held.save(update_fields=["citizen", "wrong_answers"])
    contact.citizen, contact.wrong_answers, contact.proven_at = held.citizen, held.wrong_answers, held.proven_at


def prove(contact: CentreContact, answer: str, *, at: datetime) -> None:
    """Take the answer to the question that only the person can answer.

    Raises ``NotTheirs``, and ``RateLimitReached`` when too many were wrong today. Call it outside a transaction.
    """
    citizen = contact.citizen
    if citizen is None or contact.is_proven:
        return
    spend(ANSWERS_ABOUT, str(citizen.pk), at=at)
    is_right = compare_digest(plain_digits(answer).upper().encode(), expected(contact).encode())
    if is_right:
        give_back(ANSWERS_ABOUT, str(citizen.pk), at=at)
    with transaction.atomic():
        held = _locked(contact)
        # An answer proves whom it was asked about, and nobody who was taken in another window meanwhile.
        if is_right and held.citizen_id == citizen.pk:
            held.proven_at = held.proven_at or at
        held.wrong_answers += not is_right
        held.save(update_fields=["proven_at", "wrong_answers"])
    contact.proven_at, contact.wrong_answers = held.proven_at, held.wrong_answers
    if not is_right:
        raise NotTheirs(is_let_go=contact.wrong_answers >= MOST_WRONG)


def let_go(contact: CentreContact) -> None:
    """Take the person from a contact in which they were not proven."""
    CentreContact.objects.filter(pk=contact.pk, proven_at=None).update(citizen=None)
    contact.citizen = None


def _locked(contact: CentreContact) -> CentreContact:
    return CentreContact.objects.select_for_update(of=("self",)).select_related("citizen").get(pk=contact.pk)


def expected(contact: CentreContact) -> str:
    """Return the right answer: the end of the number that was not used to find the person."""
    if contact.citizen is None:
        return ""
    is_by_number = contact.found_by == FoundBy.NUMBER
    whole = contact.citizen.phone if is_by_number else contact.citizen.number
    return str(whole)[-ASKED:].upper()


def proven_by_registration(contact: CentreContact, citizen: Citizen, *, proof: str, at: datetime) -> None:
    """Take somebody who was registered in this contact; ``proof`` is what was seen where no registry confirmed it."""
    contact.citizen, contact.proven_at, contact.proof = citizen, at, proof
    contact.save(update_fields=["citizen", "proven_at", "proof"])


def of_case(agent: User, case: Case, *, at: datetime) -> CentreContact:
    """Write down a call in which somebody proved a case by its number, and was told the status."""
    contact = CentreContact(agent=agent, citizen=case.citizen, found_by=FoundBy.NUMBER, started_at=at, proven_at=at)
    contact.ended_at, contact.result, contact.reference = at, ContactResult.TOLD, case.reference
    contact.save(force_insert=True)
    return contact


def note_help(key: str, *, reference: str) -> None:
    """Note that something was done on a case in the contact with that key; it goes on if it has not ended."""
    contact = CentreContact.objects.filter(pk__in=keys_in(key), reference=reference)
    contact.filter(ended_at__isnull=False, result=ContactResult.TOLD).update(result=ContactResult.HELPED)
    contact.filter(ended_at=None).update(has_helped=True)


# ---- what is written, and what becomes of it ----


def keys_in(text: str) -> list[UUID]:
    """Return the key that ``text`` is, nothing for anything else."""
    try:
        return [UUID(text)]
    except ValueError:
        return []


def remember_draft(contact: CentreContact, draft: Draft) -> None:
    """Remember which draft is written in ``contact``."""
    if contact.draft != draft.pk:
        contact.draft = draft.pk
        contact.save(update_fields=["draft"])


def read_back_mark(draft: Draft) -> str:
    """Return a mark of the draft as it was read back: it changes with every change of it."""
    return draft.updated_at.isoformat() if draft.is_begun else ""


def file(contact: CentreContact, draft: Draft, *, seen: str, language: str, at: datetime) -> Case:
    """File the draft in the person's name, by the channel of the contact, and end that; raises as ``file_draft``.

    Locks the draft; raises ``DraftChanged`` if it is not the one with the mark ``seen``. A draft that is a case already
    is not compared: a second press finds the case.
    """
    with transaction.atomic():
        held = Draft.objects.select_for_update().only("updated_at").filter(pk=draft.pk).first()
        if held is not None and read_back_mark(held) != seen:
            raise DraftChanged
        case = file_draft(draft, by=contact.agent, at=at, language=language, channel=contact.channel)
        end(contact, result=ContactResult.FILED, reference=case.reference, at=at)
    return case


def join_problem(contact: CentreContact, key: int, *, at: datetime) -> None:
    """Let the person join a known problem, and end the contact; raises as ``known_problems.join``."""
    if contact.citizen is None:
        return
    with transaction.atomic():
        links.join(key, citizen=contact.citizen, by=contact.agent, at=at, channel=contact.channel)
        end(contact, result=ContactResult.JOINED, at=at)


def look_at(contact: CentreContact, case: Case, *, at: datetime) -> None:
    """Note that ``case`` was spoken about; who sees it is recorded."""
    mark = CaseMark(case.reference, case.agency_id)
    record_view(case.citizen, viewer=contact.agent, kind=ViewKind.CALLER, about=mark, at=at)
    contact.reference = case.reference
    contact.save(update_fields=["reference"])


def may_go_on(done: CentreContact, *, at: datetime) -> bool:
    """Tell whether the person of a contact that has ended may still be on the line."""
    return done.citizen is not None and done.is_proven and done.ended_at is not None and at < done.ended_at + STAYS


def go_on(done: CentreContact, *, at: datetime) -> CentreContact:
    """Begin another contact with the person of one that has just ended, who need not prove anything again."""
    again = CentreContact(agent=done.agent, channel=done.channel, found_by=done.found_by, started_at=at)
    again.citizen, again.proven_at, again.proof = done.citizen, at, done.proof
    again.save(force_insert=True)
    return again


def end(contact: CentreContact, *, result: str, reference: str = "", at: datetime) -> None:
    """End a contact; a second press changes nothing. Its telephone number goes."""
    with transaction.atomic():
        held = CentreContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
        if held.is_over:
            return
        held.ended_at, held.result, held.phone = max(at, held.started_at), result, None
        held.reference = reference or held.reference
        held.save(update_fields=["ended_at", "result", "phone", "reference"])
    contact.ended_at, contact.result, contact.reference = held.ended_at, held.result, held.reference


def drop(contact: CentreContact, *, at: datetime) -> None:
    """End a contact that was cut off or led nowhere: what was written for the person stays as their draft."""
    is_kept = contact.draft is not None and Draft.objects.filter(pk=contact.draft).exists()
    spoke = ContactResult.HELPED if contact.has_helped else ContactResult.TOLD
    other = spoke if contact.reference else ContactResult.NOTHING
    end(contact, result=ContactResult.DROPPED if is_kept else other, at=at)


def cut_off(citizen: Citizen, *, at: datetime, life: timedelta) -> list[CentreContact]:
    """Return the contacts of a person that left a draft, whoever the agent was, the newest first; two statements."""
    left = CentreContact.objects.filter(citizen=citizen, draft__isnull=False, started_at__gt=at - life)
    left = left.exclude(result=ContactResult.FILED).select_related("agent").order_by("-started_at", "-pk")
    drafts = Draft.objects.filter(citizen=citizen).in_bulk([one.draft for one in left if one.draft])
    newest = {one.draft: one for one in reversed(list(left)) if one.draft in drafts}
    return list(reversed(newest.values()))
