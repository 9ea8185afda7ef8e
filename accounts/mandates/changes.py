"""Every change of a mandate: asked for, given, refused, ended; both people are told, and each change locks the row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts import rate_limits
from accounts.contact import citizen_key, contact_channel
from accounts.identity import registries
from accounts.identity.registries import IdentityClaim, RegistryFinding
from accounts.models import Citizen, Mandate, MandateState, User
from accounts.models.people import MATCHED_FIRST, mask_number
from accounts.registration.register import SaidInPerson, record
from kit.dates import day_digits, day_text
from notifications import outbox

# ---- The person whom a request to the unit names: found among the citizens, or recorded after the registry was
# asked.


@dataclass(frozen=True)
class UnrecordedPerson:
    """What was said of somebody nobody has yet, and what the registry says of it."""

    claim: IdentityClaim
    finding: RegistryFinding


def requested_claim(said: Mapping[str, str]) -> IdentityClaim:
    """Return the claim that a request holds."""
    texts = {name: text for name, text in said.items() if name != "birth_date"}
    return IdentityClaim(**texts, birth_date=date.fromisoformat(said["birth_date"]))


def find(said: Mapping[str, str]) -> Citizen | None:
    """Return the citizen with this number and this date of birth, a proven one first."""
    claim = requested_claim(said)
    known = Citizen.objects.numbered(claim.number_kind, claim.number).filter(erased_at=None)
    people = known.order_by(MATCHED_FIRST, "created_at", "pk")
    return next((person for person in people if person.birth_date == claim.birth_date), None)


def check(said: Mapping[str, str], *, at: datetime) -> UnrecordedPerson:
    """Ask the registry about somebody who is not among the citizens."""
    claim = requested_claim(said)
    return UnrecordedPerson(claim, registries.ask(claim, at=at))


def recorded(person: Citizen | UnrecordedPerson, *, phone: str, language: str, at: datetime) -> Citizen:
    """Return the citizen, recorded without an account where nobody has them yet; in the caller's transaction.

    The telephone may be the representative's: nobody has proven it.
    """
    if isinstance(person, Citizen):
        return person
    return record(SaidInPerson(**asdict(person.claim), mobile=phone, language=language), person.finding, at=at)


#: Each request is a message to somebody, who has not asked for it.
REQUESTS_PER_CITIZEN: Final = rate_limits.RateLimit("mandate_requests", 5, rate_limits.DAY)


class MandateChanged(Exception):
    """Somebody answered or ended the mandate meanwhile, or its time is over: nothing was written."""


class MandateInForce(Exception):
    """By ``mandate`` the same person speaks for the same other already: nothing was written."""

    def __init__(self, mandate: Mandate) -> None:
        super().__init__(str(mandate.pk))
        self.mandate = mandate


@dataclass(frozen=True, kw_only=True)
class MandateTerms:
    """By what right, for which cases, up to and including which day, and what proves it in the asker's words."""

    ground: str
    covers_all: bool
    ends_on: date
    proof: str = ""

    @property
    def ends_at(self) -> datetime:
        """The moment at which it is over: the beginning of the next day."""
        return timezone.make_aware(datetime.combine(self.ends_on + timedelta(days=1), time.min))


# ---- asked for ----


def ask(by: Citizen, terms: MandateTerms, *, number: str, phone: str, is_person: bool, at: datetime) -> Mandate:
    """Ask somebody with an account, known by number and telephone, for a mandate, and tell them.

    ``is_person``: ``by`` is the one who is to be spoken for. Whether anybody has that number and telephone cannot be
    told from what is returned. Raises ``RateLimitReached``, and ``MandateInForce``, which only its own two people see.
    """
    rate_limits.spend(REQUESTS_PER_CITIZEN, str(by.pk), at=at)
    known = Citizen.objects.with_number(number).reached_at(phone).filter(user__is_active=True, erased_at=None)
    other = known.exclude(pk=by.pk).order_by(MATCHED_FIRST, "created_at", "pk").first()
    mandate = _new_mandate(by, terms, claim={"number": number, "phone": phone}, is_person=is_person, at=at)
    if is_person:
        mandate.representative = other
    else:
        mandate.person = other
    _refuse_a_second(mandate, at=at)
    with transaction.atomic():
        mandate.save(force_insert=True)
        if other is not None:
            _tell(mandate, [other], "mandate_asked", at=at)
    return mandate


def ask_unit(by: Citizen, terms: MandateTerms, claim: IdentityClaim, *, at: datetime) -> Mandate:
    """Ask the unit to let ``by`` speak for a person who cannot confirm it.

    Raises ``RateLimitReached``, and ``MandateInForce``.
    """
    rate_limits.spend(REQUESTS_PER_CITIZEN, str(by.pk), at=at)
    said = {name: str(value) for name, value in asdict(claim).items()}
    mandate = _new_mandate(by, terms, claim=said, is_person=False, at=at)
    mandate.by_unit = True
    _refuse_a_second(Mandate(person=find(said), representative=by), at=at)
    mandate.save(force_insert=True)
    return mandate


def _new_mandate(by: Citizen, terms: MandateTerms, *, claim: dict[str, str], is_person: bool, at: datetime) -> Mandate:
    return Mandate(
        person=by if is_person else None,
        representative=None if is_person else by,
        is_asked_by_person=is_person,
        ground=terms.ground,
        covers_all=terms.covers_all,
        proof=terms.proof,
        claim=json.dumps(claim),
        asked_at=at,
        starts_at=at,
        ends_at=terms.ends_at,
    )


# ---- answered ----


def give(key: UUID, *, by: Citizen, at: datetime) -> Mandate:
    """Confirm the mandate as the side that was asked; it is in force from ``at`` on.

    Raises ``MandateChanged``, and ``MandateInForce``.
    """
    with transaction.atomic():
        mandate = _locked(key)
        if mandate.by_unit or mandate.asked_one != by or not mandate.is_waiting(at=at) or by.user is None:
            raise MandateChanged
        _give(mandate, by=by.user, at=at)
    return mandate


def give_by_unit(key: UUID, *, by: User, seen: str, mobile: str, at: datetime) -> Mandate:
    """Confirm the mandate for a person who cannot, by what the unit saw; the person is recorded if nobody has them yet.

    ``mobile`` is the person's own telephone, empty where there is none: the representative's is used then. Nobody
    decides about a mandate of their own: raises ``MandateChanged``, as when it was answered meanwhile. Raises
    ``MandateInForce``.
    """
    waiting = Mandate.objects.waiting_for_unit(at).select_related("representative").filter(pk=key).first()
    if waiting is None or waiting.representative is None or is_own(waiting, by):
        raise MandateChanged
    # Before the row is locked: a registry may take its time.
    person = find(waiting.claimed) or check(waiting.claimed, at=at)
    with transaction.atomic():
        mandate = _locked(key)
        if not mandate.is_waiting(at=at) or mandate.representative is None:
            raise MandateChanged
        phone, language = mobile or mandate.representative.phone, mandate.representative.language
        mandate.person = recorded(person, phone=phone, language=language, at=at)
        if mandate.person == mandate.representative or is_own(mandate, by):
            raise MandateChanged
        mandate.seen = seen
        _give(mandate, by=by, at=at)
    return mandate


def _give(mandate: Mandate, *, by: User, at: datetime) -> None:
    # Two requests of the same two people are given one after the other: their constraint alone would make each wait for
    # the other.
    with connection.cursor() as cursor:
        names = f"mandate:{mandate.person_id}:{mandate.representative_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [names])
    _refuse_a_second(mandate, at=at)
    mandate.state, mandate.decided_at, mandate.decided_by = MandateState.GIVEN, at, by
    mandate.starts_at, mandate.claim = at, ""
    mandate.save(update_fields=["person", "seen", "state", "decided_at", "decided_by", "starts_at", "claim"])
    _tell(mandate, mandate.both, "mandate_given", at=at)


def _refuse_a_second(mandate: Mandate, *, at: datetime) -> None:
    """Raise ``MandateInForce`` where one of the same two people is given already and not over at ``at``."""
    same = Mandate.objects.given().filter(person=mandate.person, representative=mandate.representative, ends_at__gt=at)
    if (other := same.first()) is not None:
        raise MandateInForce(other)


def refuse(key: UUID, *, by: User, reason: str = "", at: datetime) -> Mandate:
    """Refuse the mandate as the side that was asked, or as the unit with a reason. Raises ``MandateChanged``."""
    with transaction.atomic():
        mandate = _locked(key)
        is_asked = mandate.asked_one is not None and mandate.asked_one.user_id == by.pk
        may = by.is_staff and not is_own(mandate, by) if mandate.by_unit else is_asked
        if not may or not mandate.is_waiting(at=at):
            raise MandateChanged
        mandate.state, mandate.decided_at, mandate.decided_by = MandateState.REFUSED, at, by
        mandate.reason, mandate.claim = reason, ""
        mandate.save(update_fields=["state", "decided_at", "decided_by", "reason", "claim"])
        _tell(mandate, [mandate.asker], "mandate_refused", at=at)
    return mandate


# ---- ended ----


def end(key: UUID, *, by: User, reason: str = "", at: datetime) -> Mandate:
    """End a mandate in force, or take back a request that waits; either person may, and the unit, who are both told.

    Waits for an action that the representative is in the middle of. Raises ``MandateChanged`` when it is over already.
    """
    with transaction.atomic():
        mandate = _locked(key)
        is_asker = mandate.asker is not None and mandate.asker.user_id == by.pk
        is_side = by.pk in {side.user_id for side in mandate.both}
        if not ((mandate.is_in_force(at=at) and (is_side or by.is_staff)) or (mandate.is_waiting(at=at) and is_asker)):
            raise MandateChanged
        _end(mandate, by=by, reason=reason, at=at)
    return mandate


def end_all_mandates(citizen: Citizen, *, by: User | None, at: datetime) -> None:
    """End every mandate and request of either side that ``citizen`` is, in the caller's transaction."""
    live = Mandate.objects.of(citizen).filter(state__in=[MandateState.ASKED, MandateState.GIVEN])
    for mandate in live.select_related("representative", "person").select_for_update(of=("self",), no_key=True):
        _end(mandate, by=by, reason="", at=at)


def erase_words(held: QuerySet[Citizen]) -> None:
    """Erase the words in the mandates of people who were erased, unless the other side is ``held``.

    In the caller's transaction; repeating changes nothing. The mandates are over, by ``end_all_mandates``.
    """
    erased = Q(representative__erased_at__isnull=False) | Q(person__erased_at__isnull=False)
    stay = Q(representative__in=held) | Q(person__in=held)
    for mandate in Mandate.objects.filter(erased).exclude(stay).select_for_update(of=("self",), no_key=True):
        if any((mandate.claim, mandate.proof, mandate.seen, mandate.reason)):
            mandate.claim = mandate.proof = mandate.seen = mandate.reason = ""
            mandate.save(update_fields=["claim", "proof", "seen", "reason"])


def _end(mandate: Mandate, *, by: User | None, reason: str, at: datetime) -> None:
    was_given = mandate.state == MandateState.GIVEN
    mandate.state, mandate.ended_at, mandate.ended_by = MandateState.ENDED, at, by
    mandate.reason, mandate.claim = reason, ""
    mandate.save(update_fields=["state", "ended_at", "ended_by", "reason", "claim"])
    if was_given:
        _keep_news_back(mandate, at=at)
        _tell(mandate, mandate.both, "mandate_ended", at=at)


def _keep_news_back(mandate: Mandate, *, at: datetime) -> None:
    """Cancel what waits to tell the representative of the person's cases: it would leave after the end."""
    if mandate.person is not None and mandate.representative is not None:
        outbox.cancel_shared(
            recipient=citizen_key(mandate.representative.pk), other=citizen_key(mandate.person.pk), at=at
        )


# ---- what they share ----


def is_own(mandate: Mandate, user: User) -> bool:
    """Tell whether ``user``, who works for the unit, is one of the two people."""
    return user.person_id is not None and user.person_id in {mandate.person_id, mandate.representative_id}


def _locked(key: UUID) -> Mandate:
    rows = Mandate.objects.select_for_update(of=("self",), no_key=True).select_related("representative", "person")
    mandate = rows.filter(pk=key).first()
    if mandate is None:
        raise MandateChanged
    return mandate


def _tell(mandate: Mandate, people: Sequence[Citizen | None], template: str, *, at: datetime) -> None:
    notices = [_notice(mandate, person, template) for person in people if person is not None]
    # A child without a telephone of its own has that of its guardian, who is told once.
    once = list({notice.address: notice for notice in notices}.values())
    outbox.owe(once, occasion=f"{template}:{mandate.pk}", at=at)


def _notice(mandate: Mandate, citizen: Citizen, template: str) -> outbox.Notice:
    way = contact_channel(citizen)
    return outbox.Notice(
        template=template,
        channel=way.channel,
        recipient=citizen_key(citizen.pk),
        address=way.address,
        other_address=way.other_address,
        language=way.language,
        context={"date": day_digits(timezone.localdate(mandate.last_moment))},
        daytime=True,
    )


# ---- Where a mandate stands, in the words of its pages. ----


@dataclass(frozen=True)
class MandateRow:
    """A mandate with the word and the colour that say where it stands, and its other side's masked number.

    The other side is never named before it has answered: the asker cannot tell whether anybody has the number.
    """

    mandate: Mandate
    word: str
    colour: str
    claimed: str

    @classmethod
    def of(cls, mandate: Mandate, *, at: datetime) -> Self:
        """Return the row of ``mandate`` at ``at``."""
        word, colour = _standing(mandate, at=at)
        return cls(mandate, word, colour, mask_number(mandate.claimed.get("number", "")))

    @property
    def is_answered(self) -> bool:
        """Tell whether both people may be named."""
        return self.mandate.decided_at is not None and self.mandate.state != MandateState.REFUSED


def in_force_words(mandate: Mandate) -> str:
    """Return why a second mandate of the same two people is refused; both know of this one."""
    words = gettext("Such a mandate is in force already, until %(day)s. End it first if you need another one.")
    return words % {"day": day_text(timezone.localdate(mandate.last_moment))}


def _standing(mandate: Mandate, *, at: datetime) -> tuple[str, str]:
    if mandate.is_in_force(at=at):
        return gettext("In force"), "ok"
    if mandate.is_waiting(at=at):
        return (gettext("Waiting for the unit") if mandate.by_unit else gettext("Waiting for an answer")), "wait"
    if mandate.state == MandateState.REFUSED:
        return gettext("Refused"), "bad"
    if mandate.decided_at is None:
        return (gettext("Request withdrawn") if mandate.ended_at else gettext("Not answered in time")), ""
    return gettext("Ended"), ""
