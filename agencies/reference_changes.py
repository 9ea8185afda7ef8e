"""The one door through which reference data changes: every change leaves a row that says who, when, and from which day.

Nothing is deleted: what is no longer used is ended. A change for a later day waits as a row until its day.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import deadline_recalculation
from agencies.models import (
    Agency,
    AgencySite,
    AnswerPhrase,
    CentreState,
    ChangeKind,
    City,
    DangerSign,
    Directorate,
    Governorate,
    Holiday,
    HolidayStatus,
    OutsideCentre,
    Reference,
    ReferenceChange,
    RoutingRule,
    Topic,
    TopicPhrases,
    TopicQuestion,
    WordGroup,
    WorkingHours,
)

#: The tables of reference data by the name of their model.
THINGS: Mapping[str, type[Reference]] = {
    model.__name__.lower(): model
    for model in (
        *(Governorate, City, Agency, Directorate, Topic, TopicQuestion, RoutingRule, OutsideCentre, CentreState),
        *(Holiday, WorkingHours, AnswerPhrase, WordGroup, TopicPhrases, DangerSign, AgencySite),
    )
}
#: Fields whose change is no news: the key, and the marks that people edited the row, when it got its name, and a copy.
NOT_RECORDED = frozenset({"id", "edited_at", "renamed_on", "has_system"})
#: What ends a row that has no last day.
ENDED_BY: Mapping[type[Reference], Mapping[str, Any]] = {
    City: {"is_active": False},
    Directorate: {"is_active": False},
    Topic: {"is_active": False},
    TopicQuestion: {"is_active": False},
    OutsideCentre: {"is_active": False},
    CentreState: {"is_active": False},
    AnswerPhrase: {"is_active": False},
    WordGroup: {"is_active": False},
    TopicPhrases: {"is_active": False},
    DangerSign: {"is_active": False},
    AgencySite: {"is_active": False},
    Holiday: {"status": HolidayStatus.CALLED_OFF},
}
#: The code of a row that people added begins so.
OWN_CODE = "u-"
NAMES = ("name_ar", "name_en")
BETWEEN_NAMES = "؛ "


@dataclass(frozen=True)
class Author:
    """Who changes reference data, by the key of their user (None for the files of the project), and when."""

    by: UUID | None
    at: datetime

    @property
    def today(self) -> date:
        """The day on which it is done."""
        return timezone.localdate(self.at)


def recorded_fields(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Return the recorded fields of a table by the names under which a row has their values."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django documents _meta
    return {known.attname: known for known in fields if known.name not in NOT_RECORDED and not known.generated}


def snapshot(row: Reference) -> dict[str, Any]:
    """Return the values of a row by the name of the field."""
    return {name: getattr(row, name) for name in recorded_fields(type(row))}


def add(row: Reference, *, author: Author) -> ReferenceChange:
    """Store a new row; one without a code gets one, so that it can be exported and imported again."""
    if hasattr(row, "code") and not row.code:
        row.code = f"{OWN_CODE}{secrets.token_hex(5)}"
    with transaction.atomic():
        row.edited_at = author.at
        row.save(force_insert=True)
        _follow_calendar(type(row), author)
        return _recorded(row, ChangeKind.ADDED, {}, _without_empty(snapshot(row)), author)


def change(
    row: Reference, values: Mapping[str, Any], *, author: Author, on: date | None = None, kind: str = ChangeKind.CHANGED
) -> ReferenceChange | None:
    """Change fields of a stored row from the day ``on``, today if None; return None if nothing differs.

    A later day leaves the row as it is until then. Locks the row. An old name of an agency goes to its other names, so
    that it is still found; raises ValidationError if there is no room for it.
    """
    with transaction.atomic():
        stored = locked(type(row), row.pk)
        new = {name: value for name, value in values.items() if getattr(stored, name) != value}
        if not new:
            return None
        if on is not None and on > author.today:
            before = {name: getattr(stored, name) for name in new}
            return _recorded(stored, kind, before, new, author, on=on)
        before = _write(stored, new, author)
        after = {name: getattr(stored, name) for name in before}
        return _recorded(stored, kind, before, after, author)


def end(row: Reference, *, author: Author, on: date) -> ReferenceChange | None:
    """End a row: ``on`` is its last day where it has one, else the day from which it is no longer offered."""
    if "ends_on" in recorded_fields(type(row)):
        return change(row, {"ends_on": on}, author=author, kind=ChangeKind.ENDED)
    return change(row, ENDED_BY[type(row)], author=author, on=on, kind=ChangeKind.ENDED)


def follow_files(row: Reference, *, author: Author) -> ReferenceChange | None:
    """Let a row that people edited be updated from the project files again; None if it is already.

    Nothing else changes until the files are loaded next. Locks the row.
    """
    with transaction.atomic():
        stored = locked(type(row), row.pk)
        if not is_kept_from_files(stored):
            return None
        stored.edited_at = None
        stored.save(update_fields=["edited_at"])
        return _recorded(stored, ChangeKind.FOLLOWS, {}, {}, author)


def is_kept_from_files(row: Reference) -> bool:
    """Tell whether the project files have a row that they do not change, since people edited it."""
    code: str = getattr(row, "code", None) or OWN_CODE
    return row.edited_at is not None and not code.startswith(OWN_CODE)


def locked(model: type[Reference], key: int) -> Any:
    """Return a row locked for this transaction."""
    return model._default_manager.select_for_update(of=("self",)).get(pk=key)  # noqa: SLF001


def record_all(
    rows: Iterable[tuple[Reference, Mapping[str, Any], Mapping[str, Any]]], *, kind: str, author: Author
) -> list[ReferenceChange]:
    """Record what was written at once: each row with its values before and after, none before for a new one."""
    made = [_new(row, kind, before, after, author, on=None) for row, before, after in rows]
    return ReferenceChange.objects.bulk_create(made)


def note(row: models.Model, after: Mapping[str, Any], *, kind: str, author: Author) -> ReferenceChange:
    """Record a change of a row that is kept by another app, such as a precedent; the caller has made it."""
    made = _new(row, kind, {}, after, author, on=None)
    made.save(force_insert=True)
    return made


def of_row(row: models.Model) -> models.QuerySet[ReferenceChange]:
    """Return the changes of one row, the newest first."""
    return ReferenceChange.objects.filter(thing=type(row).__name__.lower(), row=row.pk).order_by("-pk")


# ---- changes for a later day ----


def due(*, on: date) -> models.QuerySet[ReferenceChange]:
    """Return the planned changes whose day has come, in the order of their days."""
    planned = ReferenceChange.objects.filter(applied_at=None, dropped_at=None, effective_on__lte=on)
    return planned.order_by("effective_on", "pk")


def apply(key: int, *, at: datetime) -> bool:
    """Make a planned change; False if it is made or dropped already. Raises ValidationError if the row refuses it."""
    with transaction.atomic():
        planned = ReferenceChange.objects.select_for_update().get(pk=key)
        if not planned.is_planned:
            return False
        row = locked(THINGS[planned.thing], planned.row)
        fields = recorded_fields(type(row))
        values = {name: fields[name].to_python(value) for name, value in planned.after.items()}
        _write(row, values, Author(planned.made_by, at), check=True)
        planned.applied_at = at
        planned.save(update_fields=["applied_at"])
        return True


def drop(key: int, *, at: datetime) -> bool:
    """Give up a planned change; False if it is made or dropped already."""
    planned = ReferenceChange.objects.filter(pk=key, applied_at=None, dropped_at=None)
    return bool(planned.update(dropped_at=at))


# ---- writing ----


def _write(row: Any, values: Mapping[str, Any], author: Author, *, check: bool = False) -> dict[str, Any]:
    """Write ``values`` to a locked row, and return the values before of all that changed with them."""
    values = with_former_names(row, values)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    if check:
        row.full_clean()
    marks = {"edited_at": author.at, **renaming(row, values, author=author)}
    for name, value in marks.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, *marks])
    _follow_calendar(type(row), author)
    return before


def with_former_names(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` with the names that an agency gives up among its other names."""
    given_up = [getattr(row, name) for name in NAMES if isinstance(row, Agency) and name in values]
    if not given_up:
        return dict(values)
    others = values.get("aliases_ar", row.aliases_ar)
    known = [part for part in others.split(BETWEEN_NAMES) if part]
    joined = BETWEEN_NAMES.join([*known, *(name for name in given_up if name not in known)])
    if len(joined) > (Agency._meta.get_field("aliases_ar").max_length or 0):  # noqa: SLF001
        raise ValidationError(
            {"aliases_ar": _("The old name must be kept among the other names. Shorten the other names.")}
        )
    return {**values, "aliases_ar": joined}


def renaming(row: Reference, values: Mapping[str, Any], *, author: Author) -> dict[str, Any]:
    """Return the mark of an agency that gets another name; empty for everything else."""
    return {"renamed_on": author.today} if isinstance(row, Agency) and not values.keys().isdisjoint(NAMES) else {}


def _follow_calendar(model: type[Reference], author: Author) -> None:
    if issubclass(model, Holiday | WorkingHours):
        deadline_recalculation.request(at=author.at)


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a new row says nothing about."""
    return {name: value for name, value in values.items() if value not in ("", None, [])}


def _recorded(
    row: Reference,
    kind: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    author: Author,
    *,
    on: date | None = None,
) -> ReferenceChange:
    made = _new(row, kind, before, after, author, on=on)
    made.save(force_insert=True)
    return made


def _new(
    row: models.Model,
    kind: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    author: Author,
    *,
    on: date | None,
) -> ReferenceChange:
    return ReferenceChange(
        thing=type(row).__name__.lower(),
        row=row.pk,
        kind=kind,
        before=dict(before),
        after=dict(after),
        made_by=author.by,
        made_at=author.at,
        effective_on=on or author.today,
        applied_at=None if on else author.at,
    )
