"""Open cases about the same thing, as a worker compared them, for whoever may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from django.db.models import F, Q

from accounts.models import User
from complaints.models import Case, CaseQuerySet, Likeness
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape
from complaints.suggestions.similar import LEAST, MOST, Similar, scored, wording
from complaints.workflow import State
from kit.compiled_reads import CompiledRead

# ---- for the page ----


def beside(case: Case, user: User, *, at: datetime) -> list[Similar]:
    """Return the open cases at the desk of ``user`` about the same thing in the same governorate; one statement."""
    shape, values = reader_shape(user, at=at)
    return [Similar(other, cast("Any", other).score) for other in _BESIDE.rows(shape, case=case.pk, **values)]


def _beside(shape: ReaderShape, *, case: int, **values: Any) -> CaseQuerySet:
    at_desk = Case.objects.at_desk_of(cast("User", shape.reader(values)), at=ANY_MOMENT).exclude(state=State.CLOSED)
    others = at_desk.filter(alike__case=case).annotate(score=F("alike__score"))
    return others.for_listing().order_by("-score", "-pk")[:MOST]


_BESIDE: Final = CompiledRead(_beside, is_prepared=True)


# ---- by the worker ----


def renew(key: int) -> None:
    """Compare a case with the newest open ones of its agency and of all, and keep which are alike, in both directions.

    A closed case is like none. Five statements, six for a case with an agency.
    """
    case = Case.objects.exclude(state=State.CLOSED).filter(pk=key).first()
    Likeness.objects.filter(Q(case=key) | Q(other=key)).delete()
    if case is not None:
        Likeness.objects.bulk_create(_likenesses(case))


def _likenesses(case: Case) -> list[Likeness]:
    others = Case.objects.exclude(state=State.CLOSED).exclude(pk=case.pk)
    if case.governorate_id is not None:
        others = others.filter(Q(governorate=case.governorate_id) | Q(governorate=None))
    scopes = [others] if case.agency_id is None else [others, others.filter(agency=case.agency_id)]
    text = wording(case.subject, case.details)
    scores = {key: score for scope in scopes for key, _citizen, score in scored(text, scope) if score >= LEAST}
    places = dict(Case.objects.filter(pk__in=scores).values_list("pk", "governorate"))
    found = []
    for key, score in scores.items():
        # The page of a case without a place shows those of all places, not the other way round.
        if case.governorate_id in {None, places[key]}:
            found.append(Likeness(case=case, other_id=key, score=score))
        if places[key] in {None, case.governorate_id}:
            found.append(Likeness(case_id=key, other=case, score=score))
    return found
