"""The cases beside a case that a user may see: earlier ones of the same person, and those linked to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db.models import Q

from accounts.models import User
from accounts.roles import CMU
from complaints.models import Case, CaseLink, LinkKind, ListedCase
from complaints.models.listed_cases import listed_cases, with_citizens
from complaints.permissions import conditions
from complaints.permissions.case_parts import has_part
from complaints.visibility.identity import knows_person
from kit.statements import Condition, one_line

#: Cases of the same person on a case page.
MOST_EARLIER = 10
#: Linked cases on a case page; an incident may have hundreds.
MOST_LINKED = 20
_EARLIER: Final = one_line(Path(__file__).with_name("earlier_cases.sql"))


def earlier_cases(case: Case, user: User, *, at: datetime) -> Sequence[ListedCase]:
    """Return the last cases of the same person that ``user`` may see, the newest first; up to two statements.

    None where the person is hidden from ``user``, and no case in which they are: the list would tell whose that is.
    """
    if not knows_person(case, user, at=at):
        return []
    visible = conditions.visible(user, at=at)
    values = {
        "citizen": case.citizen_id,
        "case": case.pk,
        "reads_hidden": user.authority(at).has(CMU),
        "most": MOST_EARLIER,
    }
    keys = _EARLIER.replace("{visible}", visible.text)
    chosen = Condition(f"complaints_case.id IN ({keys})", {**visible.values, **values})
    found = listed_cases(chosen, ["-filed_at", "-pk"], is_common=True)
    # Who knows the person of this case may not know them in another, whose subject is shown redacted then.
    with_citizens(one for one in found if not knows_person(one, user, at=at))
    return found


@dataclass(frozen=True)
class LinkedCase:
    """A case linked to the one on the page: by which link, and whether it leads, follows, or neither."""

    link: CaseLink
    case: Case
    leads: bool
    follows: bool


@dataclass(frozen=True)
class LinkedCases:
    """The linked cases somebody may see, those of the same problem first, and whether there are more than these."""

    rows: Sequence[LinkedCase]
    has_more: bool

    def __bool__(self) -> bool:
        return bool(self.rows)


def linked_cases(case: Case, user: User, *, at: datetime) -> LinkedCases:
    """Return the cases linked to ``case`` that ``user`` may see, in one statement, or none where none is linked."""
    if not has_part(case, "links"):
        return LinkedCases([], has_more=False)
    visible = Case.objects.visible_to(user, at=at).values("pk")
    both = Q(case=case, lead__in=visible) | Q(lead=case, case__in=visible)
    links = CaseLink.objects.filter(both, ended_at__isnull=True).select_related(
        "case__agency", "case__citizen", "lead__agency", "lead__citizen"
    )
    links = links.defer(
        "case__details", "case__folded", "case__search_vector", "lead__details", "lead__folded", "lead__search_vector"
    )
    found = list(links.order_by("-kind", "at", "pk")[: MOST_LINKED + 1])
    rows = [_linked_case(link, case) for link in found[:MOST_LINKED]]
    return LinkedCases(rows, has_more=len(found) > MOST_LINKED)


def _linked_case(link: CaseLink, case: Case) -> LinkedCase:
    is_follower = link.case_id == case.pk
    is_same = link.kind == LinkKind.SAME_PROBLEM
    other = link.lead if is_follower else link.case
    return LinkedCase(link, other, leads=is_same and is_follower, follows=is_same and not is_follower)
