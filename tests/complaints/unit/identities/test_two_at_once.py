"""Two members of the unit decide on one conflict of identities at the same moment: one of them is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import pytest

from accounts.identity import desk
from accounts.identity.desk import identity_version
from accounts.models import Citizen, Identity, IdentityDecision, User
from tests.cast import make_citizen
from tests.complaints.threads import Overlap

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "رأينا البطاقة الأصلية على شباكنا"

type Act = Callable[[], None]


def _pairs() -> Iterator[tuple[Citizen, Citizen]]:
    """Make two records at a time that claim one number, and nobody has proven it."""
    for number in range(9902103460, 9902103499):
        one, other = (
            make_citizen("أمينة", "الخطيب", f"{number}", f"+96279{number % 10**6}{end}", identity=Identity.MISMATCHED)
            for end in (0, 1)
        )
        yield one, other


def _acts(lina: User, now: datetime) -> dict[str, Callable[[Citizen, Citizen], tuple[Act, Act]]]:
    """Return what two people may do to two records at once, by its name."""

    def merge(one: Citizen, other: Citizen) -> Act:
        seen = {"seen": identity_version(one), "seen_other": identity_version(other)}
        return partial(desk.merge, one.pk, other.pk, by=lina, reason=REASON, at=now, **seen)

    def confirm(one: Citizen) -> Act:
        return partial(desk.confirm, one.pk, by=lina, proof=REASON, seen=identity_version(one), at=now)

    def reject(one: Citizen) -> Act:
        return partial(desk.reject, one.pk, by=lina, reason=REASON, seen=identity_version(one), at=now)

    return {
        "each into the other": lambda one, two: (merge(one, two), merge(two, one)),
        "the same merge": lambda one, two: (merge(one, two), merge(one, two)),
        "merged, and confirmed": lambda one, two: (merge(one, two), confirm(one)),
        "confirmed, and merged": lambda one, two: (confirm(one), merge(one, two)),
        "merged, and the other rejected": lambda one, two: (merge(one, two), reject(one)),
        "both confirmed": lambda one, two: (confirm(one), confirm(two)),
    }


def test_of_two_who_resolve_one_conflict_one_is_told(
    lina: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two records claim one number, and nobody has proven it. Whatever both do, the number has one owner."""
    wrong, pairs = [], _pairs()
    for name, acts in _acts(lina, now).items():
        one, two = next(pairs)
        before, overlap = IdentityDecision.objects.count(), Overlap()
        with monkeypatch.context() as patch:
            patch.setattr(desk, "record", overlap.around(desk.record))
            done, late = overlap.run(*acts(one, two))
        states = list(Citizen.objects.filter(pk__in=[one.pk, two.pk]).values_list("identity", flat=True))
        is_one_owner = states.count(Identity.MATCHED) <= 1 and states.count(Identity.MERGED) <= 1
        written = IdentityDecision.objects.count() - before
        is_told = type(late).__name__ in {"Outdated", "Refused"}
        if done is not None or not is_told or not is_one_owner or written != 1 or overlap.was_overtaken:
            wrong.append((name, done, late, states, written, overlap.was_overtaken))
    assert wrong == []
