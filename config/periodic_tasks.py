"""The periodic tasks: what beat sends, and how often."""

from typing import Any, Final

from celery.schedules import crontab

PERIODIC_TASKS: Final[dict[str, dict[str, Any]]] = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds * 0.9, "queue": "chores"}}
    for name, task, seconds in (
        ("deliver what no signal announced", "notifications.sweep", 10.0),
        ("ask the carriers", "notifications.check_status", 15.0),
        ("advance the clocks", "complaints.sweep_clocks", 60.0),
        ("remind of deadlines and report the missed", "complaints.escalate", 60.0),
        ("hand over the work of silent officers", "complaints.unassign_inactive", 900.0),
        ("throw old drafts away", "complaints.discard_drafts", 3600.0),
        ("sum up words for the search", "complaints.build_search_index", 300.0),
        ("keep what texts suggest", "complaints.keep_suggestions", 30.0),
        ("ask the registry again", "accounts.recheck_identities", 300.0),
        ("delete expired codes, drafts and counters", "accounts.delete_expired", 3600.0),
        ("notify the operators of alarms", "accounts.notify_operators", 30.0),
        ("count what became of promises, once a day", "complaints.refresh_track_record", 900.0),
        ("write to the desks in the morning", "complaints.send_digests", 300.0),
        ("anchor the histories outside, once a day", "complaints.anchor_history", 3600.0),
        ("watch the room for files", "complaints.check_storage", 300.0),
        ("watch the backup and the archive of the log", "notifications.check_backups", 300.0),
        ("make planned changes of reference data", "complaints.apply_reference_changes", 60.0),
        ("merge and split agencies on their day", "complaints.execute_successions", 60.0),
        ("go on counting the deadlines anew", "complaints.continue_recalculation", 30.0),
        ("ask whether the answers helped", "complaints.ask_for_ratings", 900.0),
        ("plan the calls of the contact centre", "complaints.plan_calls", 300.0),
        ("tell that known problems are over", "complaints.tell_of_ended_problems", 60.0),
        ("circulate released reports", "reports.circulate", 120.0),
        ("remind of annexes", "reports.remind_of_annexes", 600.0),
        ("watch the days of directives", "reports.watch_directives", 300.0),
        ("bring the figures up to date", "reports.refresh_figures", 180.0),
        ("watch the clocks of breaches", "complaints.watch_breaches", 300.0),
        ("write the drafts of reports that were ordered", "reports.write_drafts", 60.0),
        ("fetch what outside centres say", "complaints.fetch_centre_answers", 300.0),
        ("make the lists of the dashboards", "reports.make_dashboard_lists", 300.0),
    )
} | {
    name: {"task": task, "schedule": crontab(hour=hour, minute=30), "options": {"expires": 3600, "queue": "chores"}}
    for name, task, hour in (
        ("count the deadlines anew", "complaints.recalculate_deadlines", 2),
        ("compare with the carriers' lists", "notifications.compare_lists", 3),
        ("compare files with their rows", "complaints.check_files", 4),
        ("erase what is over", "complaints.apply_retention", 1),
        ("search for phenomena", "reports.find_phenomena", 5),
    )
}
