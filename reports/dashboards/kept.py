"""Makes and reads the kept lists of the dashboards, so that no page counts what costs more than a page may cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from agencies.calendar import AMMAN
from notifications.periodic import RowRun
from reports.dashboards.at_risk import agencies_at_risk
from reports.dashboards.directory_health import directory_health
from reports.dashboards.message_troubles import message_troubles
from reports.dashboards.missed import escalations, missed_clocks
from reports.dashboards.quiet import quiet_agencies
from reports.dashboards.rise_facts import rise_facts
from reports.dashboards.rises import daily_counts, rises
from reports.figures.reading import FiguresBeingCounted
from reports.models import KeptList, KeptListName

TASK: Final = "reports.make_dashboard_lists"


def _rises(at: datetime) -> object:
    found = rises(daily_counts(at=at), today=timezone.localdate(at, AMMAN))
    return [asdict(rise) | {"cell": rise.cell._asdict(), "facts": asdict(rise_facts(rise, at=at))} for rise in found]


def _quiet(at: datetime) -> object:
    return [asdict(agency) for agency in quiet_agencies(at=at)]


def _at_risk(at: datetime) -> object:
    return [asdict(agency) for agency in agencies_at_risk(at=at)]


def _missed(at: datetime) -> object:
    return {"clocks": [asdict(each) for each in missed_clocks(at=at)], "levels": escalations(at=at)}


def _directory(at: datetime) -> object:
    return asdict(directory_health(at=at))


def _messages(at: datetime) -> object:
    return [asdict(each) for each in message_troubles(at=at)]


MAKERS: Final[Mapping[KeptListName, Callable[[datetime], object]]] = {
    KeptListName.RISES: _rises,
    KeptListName.QUIET: _quiet,
    KeptListName.AT_RISK: _at_risk,
    KeptListName.MISSED: _missed,
    KeptListName.DIRECTORY: _directory,
    KeptListName.MESSAGES: _messages,
}


def make_all(*, at: datetime) -> int:
    """Make every list anew, each in a transaction of its own; return how many were made.

    Safe to run twice and at the same time: the newest moment stays. A list that fails keeps what it held, with its
    moment, and is tried again after a while.
    """
    run, made = RowRun(TASK, "list", at=at), 0
    for name in MAKERS:
        if str(name) not in run.waiting:
            # Figures that are being counted are no failure: the next run has them.
            with run.row(name), suppress(FiguresBeingCounted):
                made += make(name, at=at)
    return made


def make(name: KeptListName, *, at: datetime) -> bool:
    """Make one list anew; False if a newer one is there already. Locks its row for the moment of writing."""
    content = MAKERS[name](at)
    with transaction.atomic():
        held, is_new = KeptList.objects.select_for_update().get_or_create(
            name=name, defaults={"made_at": at, "content": content}
        )
        if is_new or held.made_at >= at:
            return is_new
        held.made_at, held.content = at, content
        held.save(update_fields=["made_at", "content"])
    return True


def made_at() -> dict[KeptListName, datetime]:
    """Return when each list was made that ever was; one statement."""
    return {KeptListName(name): at for name, at in KeptList.objects.order_by("name").values_list("name", "made_at")}


def kept(names: Collection[KeptListName]) -> dict[KeptListName, KeptList]:
    """Return the newest of the named lists that were ever made, by name; one statement."""
    return {KeptListName(held.name): held for held in KeptList.objects.filter(name__in=names)}
