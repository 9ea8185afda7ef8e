"""Whose identity waits for the unit: the list by state and age, and one person with everything known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _, override
from django_stubs_ext import StrPromise

from accounts.identity import disclosure
from accounts.identity.desk import merging
from accounts.identity.registries import BIRTH_DATE, NAME, NUMBER
from accounts.models import Citizen, Identity, IdentityCheck, IdentityDecision, User
from complaints.models import Case, CentreContact

#: Rows of one page.
PAGE: Final = 50
#: Earlier checks and decisions that are shown.
EARLIER: Final = 20
CONFLICTING: Final = Q(identity=Identity.PENDING, conflicts_with__isnull=False)
#: The views of the list, each with its name and what it holds.
VIEWS: Final[Mapping[str, tuple[StrPromise, Q]]] = {
    "mismatched": (_("Do not match"), Q(identity=Identity.MISMATCHED)),
    "conflicting": (_("Number of somebody else"), CONFLICTING),
    "pending": (_("Not checked yet"), Q(identity=Identity.PENDING, conflicts_with__isnull=True)),
    "rejected": (_("Rejected"), Q(identity=Identity.REJECTED)),
}
SHOWN: Final = ("number", "birth_date", "phone")


@dataclass(frozen=True)
class WaitingPerson:
    """One person in the list, with the number of their cases."""

    citizen: Citizen
    cases: int


@dataclass(frozen=True)
class PeoplePage:
    """One page of a view; ``next`` is the mark after which the next one begins, empty on the last."""

    people: Sequence[WaitingPerson]
    next: str


def counts() -> dict[str, int]:
    """Return how many people are in each view, in one statement."""
    return Citizen.objects.aggregate(**{name: Count("pk", filter=held) for name, (_name, held) in VIEWS.items()})


def waiting_people(view: str, *, after: str) -> PeoplePage:
    """Return a page of a view, those first who have waited longest; two statements."""
    rows = Citizen.objects.filter(VIEWS[view][1]).order_by("created_at", "pk")
    if mark := _read(after):
        since, pk = mark
        rows = rows.filter(Q(created_at__gt=since) | Q(created_at=since, pk__gt=pk))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    by_citizen = Case.objects.filter(citizen__in=shown).order_by().values_list("citizen").annotate(Count("pk"))
    cases = dict(by_citizen)
    last = f"{shown[-1].created_at.isoformat()}/{shown[-1].pk}" if len(found) > PAGE else ""
    return PeoplePage([WaitingPerson(citizen, cases.get(citizen.pk, 0)) for citizen in shown], last)


def _read(mark: str) -> tuple[datetime, UUID] | None:
    since, _slash, pk = mark.partition("/")
    try:
        return datetime.fromisoformat(since), UUID(pk)
    except ValueError:
        return None


@dataclass(frozen=True)
class TypedDetail:
    """What the person typed, and whether the register said the same; None where it was not asked or did not say."""

    label: StrPromise
    text: str
    is_same: bool | None


@dataclass(frozen=True)
class PersonFile:
    """Everything the unit needs to decide about one person."""

    citizen: Citizen
    details: Sequence[TypedDetail]
    phone: str
    checks: Sequence[IdentityCheck]
    decisions: Sequence[IdentityDecision]
    cases: Sequence[Case]
    others: Sequence[Citizen]
    #: Who registered the person in a call without the register's word, and what was seen as proof.
    taken_down: Sequence[CentreContact]


def person_file(citizen: Citizen, *, viewer: User, at: datetime) -> PersonFile:
    """Return the person with number and birth date in clear, after recording that ``viewer`` saw them."""
    with override(citizen.language):
        reason = str(_("Check of your identity"))
    shown = disclosure.reveal(citizen, viewer=viewer, about=disclosure.CaseMark(), fields=SHOWN, reason=reason, at=at)
    checks = list(citizen.checks.order_by("-at", "-pk")[:EARLIER])
    cases = Case.objects.filter(citizen=citizen).for_listing().order_by("-filed_at", "-pk")
    return PersonFile(
        citizen=citizen,
        details=_details(citizen, shown, checks[0] if checks else None),
        phone=shown["phone"],
        checks=checks,
        decisions=list(citizen.decisions.select_related("by", "other").order_by("-at", "-pk")[:EARLIER]),
        cases=list(cases[:EARLIER]),
        others=list(merging.candidates(citizen)[:EARLIER]),
        taken_down=list(
            citizen.contacts.exclude(proof="").select_related("agent").order_by("-started_at", "-pk")[:EARLIER]
        ),
    )


def _details(citizen: Citizen, shown: Mapping[str, str], check: IdentityCheck | None) -> list[TypedDetail]:
    said = check is not None and check.outcome in {Identity.MATCHED, Identity.MISMATCHED}
    matched = set(check.fields_matched) if check else set()

    def is_same(name: str) -> bool | None:
        return name in matched if said else None

    return [
        TypedDetail(_("Number"), shown["number"], is_same(NUMBER)),
        TypedDetail(_("Name"), citizen.full_name, is_same(NAME)),
        TypedDetail(_("Date of birth"), shown["birth_date"], is_same(BIRTH_DATE)),
    ]
