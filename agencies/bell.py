"""The bell that is rung when the calendar changes; a ring may be lost, the night repeats what it asks for."""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

#: By name: the calendar knows no case. Whoever counts deadlines listens.
TASK: Final = "complaints.recalculate_deadlines"


def ring_after_commit() -> None:
    """Ring once the change is committed."""
    transaction.on_commit(_ring)


def _ring() -> None:
    try:
        current_app.send_task(TASK, queue="chores", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - kombu, redis and the socket each have errors of their own
        # No traceback: it may hold the broker's address and password.
        logger.error("The broker is silent; the deadlines wait for the night.", extra={"error": type(error).__name__})  # noqa: TRY400
