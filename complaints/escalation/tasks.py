"""The Celery tasks of complaints."""

from celery import shared_task
from django.utils import timezone

from agencies import deadline_recalculation
from complaints.attachments import recognition
from complaints.engine import history
from complaints.escalation import absences, breach_clocks, digest, expiry, ladder, recalculation
from complaints.search import word_forms
from complaints.suggestions import clues
from complaints.track_record import counting
from notifications import alarms
from notifications.models import AlarmKind
from notifications.periodic import NIGHTLY

#: A task at a backlog ends by itself before these.
SOFT_SECONDS, HARD_SECONDS = 170, 180


@shared_task(name=expiry.SWEEP_CLOCKS, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def sweep_clocks() -> int:
    """End the questions and the times to object that are over; safe to run twice and at the same time."""
    at = timezone.now()
    return expiry.lapse_overdue(at=at) + expiry.end_windows(at=at)


@shared_task(name=ladder.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def escalate() -> int:
    """Remind of deadlines that come near and report those missed; safe to run twice and at the same time."""
    return ladder.sweep(at=timezone.now())


@shared_task(name="complaints.recalculate_deadlines", **NIGHTLY)
def recalculate_deadlines() -> None:
    """Request at night that the open deadlines are recalculated, whatever was missed by day."""
    deadline_recalculation.request(at=timezone.now())


@shared_task(name=recalculation.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def continue_recalculation() -> int:
    """Go on with the recalculation that a change of the calendar requested; safe to run twice and at the same time."""
    return recalculation.recalculation_go_on(at=timezone.now(), seconds=recalculation.DRAIN_SECONDS)


@shared_task(name=absences.TASK)
def unassign_inactive() -> int:
    """Take the cases from officers who have not signed in for too long; safe to run twice and at the same time."""
    return absences.unassign_inactive(at=timezone.now())


@shared_task(name=expiry.DISCARD_DRAFTS)
def discard_drafts() -> int:
    """Delete the drafts unchanged for seven days, of visitors for one, with their files; safe to run twice."""
    return expiry.discard_drafts(at=timezone.now())


@shared_task(name=word_forms.TASK)
def build_search_index() -> int:
    """Index the words of finished blocks of cases for the search; safe to run twice and at the same time."""
    return word_forms.build_index(at=timezone.now())


@shared_task(name=clues.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def keep_suggestions() -> int:
    """Make the suggestions of cases that changed; safe to run twice and at the same time."""
    return clues.keep(at=timezone.now())


@shared_task(name=counting.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def refresh_track_record() -> int:
    """Count what became of cases and promises, each agency once a day; safe to run twice and at the same time."""
    return counting.refresh(at=timezone.now())


@shared_task(name=digest.TASK)
def send_digests() -> int:
    """Owe the desks their digest of this working day, the leadership its late cases; safe to run at any time, twice."""
    at = timezone.now()
    return digest.send(at=at) + digest.late_reports_send(at=at)


@shared_task(name=expiry.RATING_QUESTIONS_TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def ask_for_ratings() -> int:
    """Ask those who have not said whether the answer helped, once; safe to run twice and at the same time."""
    return expiry.ask(at=timezone.now())


@shared_task(name=expiry.CALLS_TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def plan_calls() -> int:
    """Have those called who leave a question open, and some who did not rate; safe to run twice at the same time."""
    return expiry.plan(at=timezone.now())


@shared_task(name=history.TASK)
def anchor_history() -> bool:
    """Write the signed anchor of the day outside the database, unless it is there; safe to run twice."""
    return history.write(at=timezone.now())


@shared_task(name=breach_clocks.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def watch_breaches() -> None:
    """Go on with the notices about breaches, and raise an alarm for those that are late; safe to run twice."""
    breach_clocks.watch(at=timezone.now())


@shared_task(name=recalculation.PLANNED_CHANGES_TASK)
def apply_reference_changes() -> int:
    """Make the changes of reference data whose day has come; safe to run twice and at the same time."""
    return recalculation.apply_due(at=timezone.now())


@shared_task(name=recalculation.SUCCESSIONS_TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def execute_successions() -> int:
    """Merge and split agencies on their day, and refer their open cases; safe to run twice and at the same time."""
    return recalculation.go_on(at=timezone.now())


@shared_task(name="complaints.check_files", **NIGHTLY)
def check_files() -> bool:
    """Raise an alarm if files and rows differ, and resolve it when they agree again; safe to run twice."""
    differs = bool(recognition.find_differences(at=timezone.now()))
    (alarms.raise_alarm if differs else alarms.resolve)(AlarmKind.FILES_DIFFER)
    return differs


@shared_task(name="complaints.check_storage")
def check_storage() -> bool:
    """Raise an alarm while the disk has no room for files; safe to run twice."""
    has_room = recognition.has_room()
    (alarms.resolve if has_room else alarms.raise_alarm)(AlarmKind.STORAGE_FULL)
    return has_room


@shared_task(name=expiry.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def tell_of_ended_problems() -> int:
    """Tell whoever joined a known problem that it is over; safe to run twice and at the same time."""
    return expiry.sweep(at=timezone.now())
