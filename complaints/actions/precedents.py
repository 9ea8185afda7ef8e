"""Rulings of the unit kept for the next case of their sort: which fit, and why; none is ever applied by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FloatField, Func, OuterRef, Q, QuerySet, Value

from accounts.models import User
from agencies.models import Agency, Governorate, Topic
from complaints.engine.change import Change
from complaints.models import Case, Precedent
from kit.arabic import strip_prefixes

#: How much of a precedent's words a text must hold to be of its sort, from 0 to 1.
LEAST_FIT = 0.6
#: Letters of the words of a precedent.
SHORTEST_WORDS, WORDS_LENGTH = 3, 200
#: How many are offered for one case: more are a list to read, not a help.
MOST = 3


class NoSuchPrecedent(LookupError):
    """There is no such precedent, or it is retired already."""


class Fit(Func):
    """How much of the first text's words the second holds: the mean over the words of how alike its nearest part is.

    Word by word, so that their order and what stands between them does not matter.
    """

    template = (
        "(SELECT avg(word_similarity(fit_word, fit_text))"
        " FROM (SELECT %(expressions)s) AS fit(fit_words, fit_text),"
        " unnest(string_to_array(fit_words, ' ')) AS fit_word WHERE fit_word <> '')"
    )
    output_field = FloatField()


def fitting(topic: Topic | None, governorate: Governorate | None, text: str, *, on: date) -> list[Precedent]:
    """Return the precedents for a text of ``topic`` in ``governorate``, the best fit first, each with its ``why``.

    The topic is the same, the place the same or none; an agency that ended by ``on`` is not offered. One statement.
    """
    if topic is None:
        return []
    here = Q(governorate=None) | Q(governorate=governorate) if governorate else Q(governorate=None)
    found = _standing(on).filter(here, topic=topic)
    return list(_best(found, Value(strip_prefixes(text))).select_related("agency")[:MOST])


def precedents_for(cases: Sequence[Case], *, on: date) -> dict[int, list[Precedent]]:
    """Return the precedents that fit each of ``cases``, by the key of the case, in two statements for all."""
    here = Q(governorate=None) | Q(governorate=OuterRef("governorate"))
    found = _standing(on).filter(here, topic=OuterRef("topic"))
    keys = ArraySubquery(_best(found, OuterRef("folded")).values("pk")[:MOST])
    fits = dict(Case.objects.filter(pk__in=[case.pk for case in cases]).values_list("pk", keys))
    rows = Precedent.objects.select_related("agency").in_bulk({key for found in fits.values() for key in found})
    return {case: [rows[key] for key in found] for case, found in fits.items()}


def _standing(on: date) -> QuerySet[Precedent]:
    return Precedent.objects.filter(ended_at=None, agency__in=Agency.objects.complainable(on=on))


def _best(found: QuerySet[Precedent], text: Value | OuterRef) -> QuerySet[Precedent]:
    fits = found.annotate(fit=Fit(F("folded"), text)).filter(fit__gte=LEAST_FIT)
    return fits.order_by("-fit", F("governorate").asc(nulls_last=True), "-made_at", "-pk")


@dataclass(frozen=True)
class PrecedentDraft:
    """The words under which a ruling is kept for the next case of its topic: in its governorate, or ``everywhere``."""

    words: str
    everywhere: bool = False


def keep(change: Change, keepsake: PrecedentDraft, *, agency: Agency, why: str, by: User) -> Precedent:
    """Keep the ruling of ``change`` that its case is of ``agency``, with its reason."""
    case = change.case
    if case.topic is None:
        message = f"case {case.pk} has no topic to keep a ruling for"
        raise ValueError(message)
    return Precedent.objects.create(
        topic=case.topic,
        governorate_id=None if keepsake.everywhere else case.governorate_id,
        words=keepsake.words,
        agency=agency,
        why=why,
        case=case,
        event_id=change.event_id,
        made_by=by,
        made_at=change.at,
    )


def listed(*, retired: bool = False) -> QuerySet[Precedent]:
    """Return the precedents that stand, or those that are ``retired``, the newest first, with what a list shows."""
    related = ("topic", "governorate", "agency", "made_by", "case")
    return Precedent.objects.filter(ended_at__isnull=not retired).select_related(*related).order_by("-made_at", "-pk")


def retire(key: int, *, at: datetime) -> None:
    """End a precedent: it is offered no more. Raises ``NoSuchPrecedent`` for one that is retired already."""
    if not Precedent.objects.filter(pk=key, ended_at=None).update(ended_at=at):
        raise NoSuchPrecedent
