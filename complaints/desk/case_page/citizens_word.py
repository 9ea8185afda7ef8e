"""What staff see of the citizen's word on the answers, and of an earlier closing that did not last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from complaints.models import Case, CaseLink, Confirmation, ConfirmationOf, LinkKind, Rating, Recurrence
from complaints.permissions.case_parts import has_part
from complaints.permissions.ratings import is_rated
from complaints.workflow import State

#: The colours of the three words.
COLOURS = {Confirmation.CONFIRMED: "ok", Confirmation.DISPUTED: "bad", Confirmation.UNANSWERED: ""}


@dataclass(frozen=True)
class CitizensWord:
    """The citizen's word on the newest answer, with its colour, and the ratings of all rounds, the newest first."""

    label: str
    colour: str
    ratings: Sequence[Rating]


def citizens_word(case: Case) -> CitizensWord | None:
    """Return what the citizen says of the answers of ``case``; None before the first one. Two statements, or none."""
    if case.state not in {State.CLOSED, State.OBJECTED} and not case.objections_made:
        return None
    said = Case.objects.filter(pk=case.pk).annotate(said=ConfirmationOf()).values_list("said", flat=True).get()
    ratings = list(case.ratings.order_by("-closing"))
    if not ratings and (not said or not is_rated(case)):
        return None
    word = Confirmation(said) if said else Confirmation.UNANSWERED
    return CitizensWord(str(word.label), COLOURS[word], ratings)


def came_back_after(case: Case, user: User, *, at: datetime) -> Recurrence | None:
    """Return the earlier closing after which the problem of ``case`` came back, if ``user`` may open that case.

    None where the two cases are linked as one problem: then nothing came back. One statement, or none without an area.
    """
    if not (case.area and case.governorate_id and has_part(case, "recurrence")):
        return None
    one_problem = CaseLink.objects.filter(
        Q(case=OuterRef("case"), lead=OuterRef("earlier")) | Q(case=OuterRef("earlier"), lead=OuterRef("case")),
        kind=LinkKind.SAME_PROBLEM,
        ended_at__isnull=True,
    )
    visible = Case.objects.visible_to(user, at=at).values("pk")
    found = Recurrence.objects.filter(~Exists(one_problem), case=case, earlier__in=visible)
    return found.select_related("earlier", "closing").first()
