"""The Celery tasks of reports."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from notifications.periodic import NIGHTLY
from reports.circulation import circulating
from reports.dashboards import kept
from reports.directives import sweep as directives
from reports.figures import kept as figures
from reports.figures.reading import FiguresBeingCounted, refuse_while_counted
from reports.periodic import drafting, life
from reports.phenomena import batch as phenomena

#: Reading the figures of many years takes minutes at most; a draft that was cut off is written anew.
SOFT_SECONDS, HARD_SECONDS = 540, 570


@shared_task(name=directives.TASK)
def watch_directives() -> int:
    """Remind of the day of directives and report their delay; safe to run twice and at the same time."""
    return directives.watch(at=timezone.now())


@shared_task(name=life.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def write_drafts() -> int:
    """Write the drafts of periodic reports that were ordered; safe to run twice and at the same time.

    None while figures are being counted, and neither are annexes: they wait for the next run.
    """
    with suppress(FiguresBeingCounted):
        refuse_while_counted()
        return drafting.write_ordered(at=timezone.now())
    return 0


@shared_task(name=kept.TASK)
def make_dashboard_lists() -> int:
    """Make the lists of the dashboards anew; safe to run twice and at the same time."""
    return kept.make_all(at=timezone.now())


@shared_task(name=circulating.CIRCULATE)
def circulate() -> int:
    """Make the annexes that released reports still miss; safe to run twice and at the same time."""
    with suppress(FiguresBeingCounted):
        refuse_while_counted()
        return circulating.circulate_released(at=timezone.now())
    return 0


@shared_task(name=circulating.REMIND)
def remind_of_annexes() -> int:
    """Remind agencies of annexes that wait for an answer; safe to run twice and at the same time."""
    return circulating.remind(at=timezone.now())


@shared_task(name=figures.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def refresh_figures() -> int:
    """Bring the kept figures up to date, or go on building them; safe to run twice and at the same time."""
    return figures.refresh(at=timezone.now(), seconds=figures.DRAIN_SECONDS)


@shared_task(name=phenomena.TASK, soft_time_limit=1700, time_limit=1800, **NIGHTLY)
def find_phenomena() -> int:
    """Search recent cases for problems that grow, and tell of commitments that fall due; safe to run twice."""
    at = timezone.now()
    found = phenomena.find_phenomena(at=at)
    phenomena.tell_of_commitments(at=at)
    return found
