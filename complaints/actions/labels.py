"""Labels that a desk puts on a case, to find it again."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from accounts.models import User
from accounts.roles import CMU, DESK
from complaints.engine.transition import NotEntitled, act
from complaints.models import Case, Label, TextSalt
from complaints.workflow import Action


class _SomebodyElseDid(Exception):
    """The same label was put on or taken off while the lock was waited for: nothing is recorded a second time."""


def label(case: Case, *, by: User, at: datetime, name: str) -> bool:
    """Add the label ``name`` of the desk of ``by``; return False if the case had it already."""
    agency = _labelling_desk(case, by, at=at)
    same = Label.objects.filter(case=case, agency=agency, name=name)
    if same.exists():
        return False
    with suppress(_SomebodyElseDid), act(case, Action.LABEL, by=by, at=at) as change:
        if same.exists():
            raise _SomebodyElseDid
        Label.objects.create(case=case, agency_id=agency, name=name, event_id=change.event_id, by=by, at=change.at)
        change.facts = {"is_on": True, "words": change.fingerprint(name)}
        return True
    return False


def unlabel(case: Case, *, by: User, at: datetime, name: str) -> bool:
    """Remove the label ``name`` of the desk of ``by``; return False if the case did not have it."""
    found = Label.objects.filter(case=case, agency=_labelling_desk(case, by, at=at), name=name)
    if not found.exists():
        return False
    with suppress(_SomebodyElseDid), act(case, Action.LABEL, by=by, at=at) as change:
        # With the text goes its salt, as always when a text is erased.
        TextSalt.objects.filter(event__in=found.values("event")).delete()
        if not found.delete()[0]:
            raise _SomebodyElseDid
        change.facts = {"is_on": False}
        return True
    return False


def labels_on(case: Case, by: User, *, at: datetime) -> list[str]:
    """Return the labels on the case by the desk of ``by``."""
    own = _labelling_desk(case, by, at=at)
    return list(Label.objects.filter(case=case, agency=own).values_list("name", flat=True))


def _labelling_desk(case: Case, user: User, *, at: datetime) -> int:
    """Return the agency whose labels ``user`` puts on ``case``: the case's own, or the unit."""
    authority = user.authority(at)
    if case.agency_id is not None and case.agency_id in authority.agencies(DESK):
        return case.agency_id
    if units := authority.agencies(CMU):
        return min(units)
    raise NotEntitled
