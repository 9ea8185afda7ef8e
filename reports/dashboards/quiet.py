"""Quiet agencies: suspiciously few cases, and a second sign that the reason may be a closed door.

The cases that an agency got in the last ``SPAN`` days are few if they are at most half of what is usual, and chance
alone gives so few with a probability below ``FALSE_ALARMS`` divided by the number of agencies. Usual is the agency's
own past, the ``SPANS_BEFORE`` spans before; or, with ``LEAST_PEERS`` agencies of its legal form or more, the least that
the middle half of these got.

Few cases may also mean content people. An agency is listed only if something else is known of it (``Signs``).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Refusal
from reports.dashboards import chance

SPAN: Final = timedelta(days=90)
SPANS_BEFORE: Final = 3
FALSE_ALARMS: Final = 0.05
LEAST_PEERS: Final = 5
#: Refusals, or cases that others say belong here, from which on they are a sign.
LEAST_REFUSALS: Final = 2
#: Without a sign-in of any officer for so long nobody looks.
SILENT_AFTER: Final = timedelta(days=30)
#: The most agencies that are listed, the least likely first.
MOST: Final = 10

# One index range for each agency. A case counts for the agency that has it now.
_RECEIVED: Final = """
SELECT agency_id, width_bucket(extract(epoch FROM %(at)s - filed_at), 0, %(spans)s * %(span)s, %(spans)s) - 1, count(*)
FROM complaints_case
WHERE agency_id = ANY(%(agencies)s) AND filed_at > %(since)s AND filed_at <= %(at)s
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Signs:
    """What else is known of an agency: the second sign beside few cases."""

    refused: int = 0
    filed_elsewhere: int = 0
    officers: int = 1
    seen_at: datetime | None = None

    def speak(self, *, at: datetime) -> bool:
        """Tell whether any of them is a sign."""
        is_silent = self.seen_at is None or self.seen_at < at - SILENT_AFTER
        return not self.officers or is_silent or max(self.refused, self.filed_elsewhere) >= LEAST_REFUSALS


@dataclass(frozen=True)
class QuietAgency:
    """An agency with ``count`` cases in the last span, after ``earlier``, the oldest first.

    ``peers`` are the quartiles of the agencies of its form, where they are enough.
    """

    agency: int
    count: int
    earlier: tuple[int, ...]
    peers: tuple[int, int] | None
    signs: Signs
    chance: float


def received(agencies: Sequence[int], *, at: datetime) -> dict[int, list[int]]:
    """Return how many cases each agency got in each span, the oldest first and the last span last; one statement."""
    spans = SPANS_BEFORE + 1
    found = {agency: [0] * spans for agency in agencies}
    parameters: dict[str, Any] = {"at": at, "span": SPAN.total_seconds(), "spans": spans, "since": at - spans * SPAN}
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, parameters | {"agencies": list(agencies)})
        for agency, ago, number in cursor.fetchall():
            found[agency][spans - 1 - int(ago)] = number
    return found


def signs(*, at: datetime) -> dict[int, Signs]:
    """Return the signs of every agency that has any trace; three statements."""
    on, lately = timezone.localdate(at), Refusal.objects.standing().filter(at__gt=at - SPAN, at__lte=at).order_by()
    refused = dict(lately.values_list("agency").annotate(number=Count("pk")))
    elsewhere = dict(lately.values_list("proposed_agency").annotate(number=Count("pk")))
    officers = Membership.objects.active(on).filter(role=Role.OFFICER, user__is_active=True).order_by()
    seats = {
        agency: (number, seen_at)
        for agency, number, seen_at in officers.values_list("agency").annotate(
            number=Count("user"), seen_at=Max(F("user__last_login"), filter=Q(user__last_login__lte=at))
        )
    }
    return {
        agency: Signs(refused.get(agency, 0), elsewhere.get(agency, 0), *seats.get(agency, (0, None)))
        for agency in {*refused, *elsewhere, *seats}
    }


def quiet_agencies(*, at: datetime) -> list[QuietAgency]:
    """Return the quiet agencies, the least likely first; ``MOST`` at most. Five statements."""
    on = timezone.localdate(at)
    agencies = Agency.objects.complainable(on=on).order_by("pk")
    settled = agencies.filter(Q(starts_on=None) | Q(starts_on__lte=on - (SPANS_BEFORE + 1) * SPAN))
    kinds = dict(settled.values_list("pk", "kind"))
    return judge(received(list(kinds), at=at), kinds, signs(at=at), at=at)


def judge(
    counts: Mapping[int, Sequence[int]], kinds: Mapping[int, str], known: Mapping[int, Signs], *, at: datetime
) -> list[QuietAgency]:
    """Return which agencies are quiet, by their ``counts`` by span, legal forms and signs; pure."""
    limit = FALSE_ALARMS / max(1, len(counts))
    usual = chance.usual_swing(each[:-1] for each in counts.values())
    found = []
    for agency, (*earlier, count) in counts.items():
        peers = _quartiles([counts[each][-1] for each in counts if each != agency and kinds[each] == kinds[agency]])
        probability = _probability(count, earlier, peers, usual=usual)
        told = known.get(agency, Signs(officers=0))
        if probability < limit and told.speak(at=at):
            found.append(QuietAgency(agency, count, tuple(earlier), peers, told, probability))
    return sorted(found, key=lambda each: (each.chance, each.agency))[:MOST]


def _quartiles(counts: Sequence[int]) -> tuple[int, int] | None:
    if len(counts) < LEAST_PEERS:
        return None
    low, _middle, high = statistics.quantiles(counts, n=4)
    return int(low), int(high)


def _probability(count: int, earlier: Sequence[int], peers: tuple[int, int] | None, *, usual: float) -> float:
    """Return how likely so few cases are by chance: after the own past, or for the least of the peers' middle half."""
    found = [1.0]
    if count * 2 * len(earlier) <= sum(earlier):
        found.append(chance.at_most(count, earlier, swing=chance.swing(earlier, usual=usual)))
    if peers and count * 2 <= peers[0]:
        found.append(chance.at_most(count, [peers[0]], swing=usual))
    return min(found)
