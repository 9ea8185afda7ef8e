"""Asks the worker to recalculate all deadlines after a change of the calendar; a nightly task does the same."""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

#: By name, for this app knows no case: the task belongs to the app that has the deadlines.
TASK: Final = "complaints.recalculate_deadlines"


def request_after_commit() -> None:
    """Request the recalculation once the current transaction is committed."""
    transaction.on_commit(_send_task)


def _send_task() -> None:
    try:
        current_app.send_task(TASK, queue="chores", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - kombu, redis and the socket each have errors of their own
        # No traceback: it may hold the broker's address and password.
        logger.error(  # noqa: TRY400
            "The broker does not answer; deadlines are recalculated at night.", extra={"error": type(error).__name__}
        )
