"""The commitments about phenomena that are frozen with a report: by whom, until when, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F, Min, Q
from django.utils import timezone, translation

from reports.models import Phenomenon, PhenomenonEntryKind, PhenomenonState
from reports.phenomena.actions import Effect, effect, filed_days

_LANGUAGES = ("ar", "en")


def commitments(until: datetime) -> list[dict[str, Any]]:
    """Return the commitments about accepted phenomena made before ``until``, the earliest first, as JSON can hold them.

    ``evidence_on`` is the day on which what was done was first shown. The cases are those of the whole weeks before and
    after the commitment; their numbers are None where there are too few to compare. One statement, and one for each.
    """
    shown = Q(entries__kind=PhenomenonEntryKind.EVIDENCE, entries__at__gte=F("committed_at"), entries__at__lt=until)
    rows = Phenomenon.objects.filter(state=PhenomenonState.ACCEPTED, committed_at__lt=until)
    found = rows.select_related("owner").annotate(evidence_at=Min("entries__at", filter=shown))
    return [_frozen(each, timezone.localdate(until)) for each in found.order_by("committed_at", "pk")]


def _frozen(phenomenon: Any, today: date) -> dict[str, Any]:
    committed_on = timezone.localdate(phenomenon.committed_at)
    seen = effect(filed_days(phenomenon), committed_on=committed_on, today=today)
    evidence_at = phenomenon.evidence_at
    return {
        "key": phenomenon.pk,
        "name": phenomenon.name,
        "agency": phenomenon.owner.code,
        "ar": phenomenon.owner.name_ar,
        "en": phenomenon.owner.name_en,
        "committed_on": committed_on.isoformat(),
        "due_on": phenomenon.due_on.isoformat(),
        "evidence_on": timezone.localdate(evidence_at).isoformat() if evidence_at else None,
        "inflow": _inflow(seen) if seen.is_enough else None,
    }


def _inflow(seen: Effect) -> dict[str, Any]:
    said = {}
    for language in _LANGUAGES:
        with translation.override(language):
            said[language] = " ".join(seen.sentences)
    return {"before": sum(seen.before), "after": sum(seen.after), "weeks": len(seen.after), "said": said}
