"""Whose program it is: an outside centre or an agency, the name of its program, and who acts for an agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.http import Http404

from accounts.models import User, officers_of
from agencies.models import Agency, OutsideCentre
from complaints.engine import agency_calls, centre_calls
from complaints.models import AgencySystem
from notifications import programs
from notifications.models import Endpoint
from notifications.programs import ProgramStatus

CENTRE, AGENCY = "centre", "agency"


class ProgramOvertaken(Exception):
    """Somebody else has changed the program since its page was opened."""


@dataclass(frozen=True)
class Owner:
    """A centre or an agency, and its program if it has one."""

    kind: str
    of: OutsideCentre | Agency
    endpoint: Endpoint | None = None
    status: ProgramStatus | None = None

    @property
    def name(self) -> str:
        """Return the name of its program."""
        if isinstance(self.of, Agency):
            return agency_calls.program_name(self.of)
        return centre_calls.program_name(self.of)

    @property
    def path(self) -> str:
        """Return where its program calls us, below the public address."""
        return (
            f"/api/agency-systems/{self.of.code}/acts"
            if self.kind == AGENCY
            else f"/api/centres/{self.of.code}/reports"
        )


def owner(kind: str, code: str) -> Owner:
    """Return the owner of this kind and code with its program; raise Http404 where there is none."""
    model = {CENTRE: OutsideCentre, AGENCY: Agency}.get(kind)
    found = model.objects.filter(code=code).first() if model else None  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    made = Owner(kind, found)
    return Owner(kind, found, Endpoint.objects.filter(name=made.name).first())


def owners(*, at: datetime) -> list[Owner]:
    """Return the centres in use, and the agencies that have a program, with how each stands; five statements."""
    centres = [Owner(CENTRE, one) for one in OutsideCentre.objects.filter(is_active=True)]
    agencies = [Owner(AGENCY, one) for one in Agency.objects.filter(system__isnull=False).order_by("name_ar", "pk")]
    everyone = [*centres, *agencies]
    endpoints = {one.name: one for one in Endpoint.objects.filter(name__in=[each.name for each in everyone])}
    found = {one.endpoint.name: one for one in programs.program_status(*endpoints.values(), at=at)}
    return [Owner(each.kind, each.of, endpoints.get(each.name), found.get(each.name)) for each in everyone]


def officers(of: Agency, *, on: date) -> Sequence[User]:
    """Return the officers in whose name the program of an agency may act."""
    return list(officers_of(of, on))


def acting_officer(of: Agency) -> User | None:
    """Return the officer in whose name the program of an agency acts."""
    system = AgencySystem.objects.filter(agency=of).select_related("officer").first()
    return system.officer if system else None


def store(one: Owner, *, seen: str, url: str, answers_url: str, is_active: bool, officer: User | None) -> None:
    """Change a program that has a secret; that of an agency acts in the name of ``officer``. One transaction; locks.

    ``seen`` is the ``version`` of what the person has read. Raises Http404 and ``ProgramOvertaken``.
    """
    if one.endpoint is None:
        raise Http404
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=one.endpoint.pk)
        if version(Owner(one.kind, one.of, held)) != seen:
            raise ProgramOvertaken
        programs.set_addresses(held, url=url, answers_url=answers_url, is_active=is_active)
        if isinstance(one.of, Agency) and officer is not None:
            AgencySystem.objects.update_or_create(agency=one.of, defaults={"endpoint": held, "officer": officer})
            # Whether cases go out is read with the agency, so that a change of a case costs no statement more.
            Agency.objects.filter(pk=one.of.pk).update(has_system=is_active and bool(url))


def version(one: Owner) -> str:
    """Return what changes with the addresses of a program, its use and the officer in whose name it acts."""
    if one.endpoint is None:
        return ""
    stored, acting = one.endpoint, acting_officer(one.of) if isinstance(one.of, Agency) else None
    settings = (stored.url, stored.answers_url, stored.is_active, str(acting.pk) if acting else "")
    return sha256(repr(settings).encode()).hexdigest()


def make_secret(one: Owner, *, seen: str, at: datetime) -> str:
    """Make the program of ``one``, or give it another secret; return it, "" if somebody did so since ``seen``."""
    if one.endpoint is None:
        return "" if seen else _first_secret(one.name, at=at)
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=one.endpoint.pk)
        return programs.new_secret(held, at=at) if mark(held) == seen else ""


def _first_secret(name: str, *, at: datetime) -> str:
    """Make the program ``name`` and return its secret, "" if somebody made it in this moment."""
    try:
        with transaction.atomic():
            return programs.register(name, at=at)[1]
    except IntegrityError:
        return ""


def mark(endpoint: Endpoint | None) -> str:
    """Return what changes with every new secret, so that a page gone stale is noticed."""
    return endpoint.secret_made_at.isoformat() if endpoint else ""
