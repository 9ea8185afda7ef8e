"""Which agency a case in triage may belong to, each with its reason: shown to the unit, never applied by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from accounts.models import agencies_with_officers
from agencies.models import Agency
from agencies.routing import Matter, owners_for
from complaints.models import CaseEvent
from complaints.workflow import Verb

if TYPE_CHECKING:
    from complaints.models import Case, CaseQuerySet, Refusal


@dataclass(frozen=True)
class Suggestion:
    """One agency and why it is suggested; only one with an active officer can receive a case."""

    agency: Agency
    reason: str
    can_receive: bool = True


@dataclass(frozen=True)
class Open:
    """A case in triage: the last refusal, if it came back, the agency its citizen chose, and who may be its owner."""

    case: Case
    refusal: Refusal | None
    chosen: Agency | None
    suggestions: Sequence[Suggestion]


def with_reasons(cases: CaseQuerySet) -> CaseQuerySet:
    """Return ``cases`` with all that suggestions are drawn from, in two further statements for the whole list."""
    related = ("citizen", "topic__parent", "topic__suggested_agency", "governorate")
    return cases.select_related(*related).prefetch_related("refusals__agency", "refusals__proposed_agency")


def opened(cases: Sequence[Case], *, on: date) -> list[Open]:
    """Return each of ``cases`` with its suggestions, in four statements for all."""
    chosen = _chosen(cases)
    matters = [Matter(case.topic, case.governorate, f"{case.area} {case.place}") for case in cases if case.topic]
    owners = iter(owners_for(matters, on) if matters else [])
    found = []
    for case in cases:
        refusal = list(case.refusals.all())[-1:]
        owner = next(owners) if case.topic else None
        last = refusal[0] if refusal else None
        wish = chosen.get(case.pk)
        found.append(Open(case, last, wish, _without_repeats(_suggested(case, last, owner, wish))))
    return _with_officers(found, on)


def _with_officers(items: Sequence[Open], on: date) -> list[Open]:
    """Return the items with what each suggested agency can receive on a day."""
    keys = {suggestion.agency.pk for item in items for suggestion in item.suggestions}
    present = agencies_with_officers(keys, on) if keys else frozenset()
    return [
        replace(item, suggestions=[replace(one, can_receive=one.agency.pk in present) for one in item.suggestions])
        for item in items
    ]


def _suggested(case: Case, refusal: Refusal | None, owner: Agency | None, wish: Agency | None) -> Iterator[Suggestion]:
    if refusal:
        words = {"agency": refusal.agency.name}
        yield Suggestion(refusal.proposed_agency, gettext("Proposed by %(agency)s, which declined it") % words)
    refused = {one.agency_id for one in case.refusals.all()}
    if owner and owner.pk not in refused:
        yield Suggestion(owner, gettext("The rule for this topic and place"))
    if case.topic and case.topic.suggested_agency and case.topic.suggested_agency_id not in refused:
        yield Suggestion(case.topic.suggested_agency, gettext("The usual agency for this topic"))
    if wish and wish.pk not in refused:
        yield Suggestion(wish, gettext("The citizen chose it, but it did not receive the case"))


def _without_repeats(suggestions: Iterator[Suggestion]) -> list[Suggestion]:
    """Return the first suggestion of each agency: its best reason."""
    found: dict[int, Suggestion] = {}
    for suggestion in suggestions:
        found.setdefault(suggestion.agency.pk, suggestion)
    return list(found.values())


def _chosen(cases: Sequence[Case]) -> dict[int, Agency]:
    """Return the agency each citizen chose when filing, by the key of the case."""
    filed = CaseEvent.objects.filter(case__in=cases, verb=Verb.FILE).values_list("case_id", "facts__chosen_agency")
    keys = {case: agency for case, agency in filed if agency}
    agencies = Agency.objects.in_bulk(set(keys.values())) if keys else {}
    return {case: agencies[agency] for case, agency in keys.items()}
