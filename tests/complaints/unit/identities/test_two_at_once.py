"""Two members of the unit decide on one conflict of identities at the same moment: one of them is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from accounts.identity.desk import decisions, merging
from accounts.identity.desk.decisions import identity_version
from accounts.models import Citizen, Identity, IdentityDecision, User
from tests.cast import make_citizen
from tests.complaints.threads import Overlap

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "رأينا البطاقة الأصلية على شباكنا"


def test_of_two_who_resolve_one_conflict_one_is_told(
    lina: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two records claim one number, and nobody has proven it. Whatever both do, the number has one owner."""
    numbers = iter(range(9902103460, 9902103499))

    def pair() -> tuple[Citizen, Citizen]:
        number = str(next(numbers))
        one, two = (
            make_citizen("أمينة", "الخطيب", number, f"+96279{number[-6:]}{end}", identity=Identity.MISMATCHED)
            for end in (0, 1)
        )
        return one, two

    def merge(one: Citizen, other: Citizen) -> Callable[[], None]:
        seen = {"seen": identity_version(one), "seen_other": identity_version(other)}
        return partial(merging.merge, one.pk, other.pk, by=lina, reason=REASON, at=now, **seen)

    def confirm(one: Citizen) -> Callable[[], None]:
        return partial(decisions.confirm, one.pk, by=lina, proof=REASON, seen=identity_version(one), at=now)

    def reject(one: Citizen) -> Callable[[], None]:
        return partial(decisions.reject, one.pk, by=lina, reason=REASON, seen=identity_version(one), at=now)

    both: dict[str, Callable[[Citizen, Citizen], tuple[Callable[[], None], Callable[[], None]]]] = {
        "each into the other": lambda one, two: (merge(one, two), merge(two, one)),
        "the same merge": lambda one, two: (merge(one, two), merge(one, two)),
        "merged, and confirmed": lambda one, two: (merge(one, two), confirm(one)),
        "confirmed, and merged": lambda one, two: (confirm(one), merge(one, two)),
        "merged, and the other rejected": lambda one, two: (merge(one, two), reject(one)),
        "both confirmed": lambda one, two: (confirm(one), confirm(two)),
    }
    wrong = []
    for name, acts in both.items():
        one, two = pair()
        before, overlap = IdentityDecision.objects.count(), Overlap()
        with monkeypatch.context() as patch:
            patch.setattr(decisions, "record", overlap.around(decisions.record))
            done, late = overlap.run(*acts(one, two))
        states = list(Citizen.objects.filter(pk__in=[one.pk, two.pk]).values_list("identity", flat=True))
        is_one_owner = states.count(Identity.MATCHED) <= 1 and states.count(Identity.MERGED) <= 1
        written = IdentityDecision.objects.count() - before
        is_told = type(late).__name__ in {"Outdated", "Refused"}
        if done is not None or not is_told or not is_one_owner or written != 1 or overlap.was_overtaken:
            wrong.append((name, done, late, states, written, overlap.was_overtaken))
    assert wrong == []
