"""Labels: a desk's own words on a case, by which it finds the case again."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from accounts.roles import CMU, DESK
from complaints.engine.history_chain import fingerprint
from complaints.engine.transition import NotEntitled, act
from complaints.models import Case, Label
from complaints.workflow import Action


def label(case: Case, *, by: User, at: datetime, name: str) -> bool:
    """Put the label ``name`` of the own desk on the case; tell whether it was not there yet."""
    agency = _desk_of(case, by, at=at)
    if Label.objects.filter(case=case, agency=agency, name=name).exists():
        return False
    with act(case, Action.LABEL, by=by, at=at) as change:
        # The lock is held now: whoever was first with the same word has written it.
        _label, is_new = Label.objects.get_or_create(
            case=case, agency_id=agency, name=name, defaults={"event_id": change.event_id, "by": by, "at": at}
        )
        change.facts = {"is_on": True, "words": fingerprint(name)}
    return is_new


def unlabel(case: Case, *, by: User, at: datetime, name: str) -> bool:
    """Take the label ``name`` of the own desk off the case; tell whether it was there."""
    found = Label.objects.filter(case=case, agency=_desk_of(case, by, at=at), name=name)
    if not found.exists():
        return False
    with act(case, Action.LABEL, by=by, at=at) as change:
        found.delete()
        change.facts = {"is_on": False, "words": fingerprint(name)}
    return True


def labels_on(case: Case, by: User, *, at: datetime) -> list[str]:
    """Return the labels of the own desk on the case."""
    own = _desk_of(case, by, at=at)
    return list(Label.objects.filter(case=case, agency=own).values_list("name", flat=True))


def _desk_of(case: Case, user: User, *, at: datetime) -> int:
    """Return the agency whose labels ``user`` puts on ``case``: the case's own, or the unit."""
    authority = user.authority(at)
    if case.agency_id is not None and case.agency_id in authority.agencies(DESK):
        return case.agency_id
    if units := authority.agencies(CMU):
        return min(units)
    raise NotEntitled
