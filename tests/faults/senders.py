"""One sender: it does what the tasks of notifications do, over and over, until it is killed."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from celery import current_app
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models.functions import Now

from notifications import reconciliation, runtime
from notifications.carriers import Accepted, Declined, OutgoingMessage
from notifications.carriers.twilio import TwilioCarrier
from notifications.carriers.webhook import WebhookCarrier
from notifications.models import Attempt, Lane, Message, MessageState, Outcome
from tests.faults.plan import (
    AFTER_THE_WIRE,
    BEFORE_THE_WIRE,
    KILLED_AFTER_THE_CALL,
    KILLED_AFTER_THE_WIRE,
    KILLED_BEFORE_THE_CALL,
    KILLED_BEFORE_THE_WIRE,
    Change,
    Stage,
)

type Send = Callable[[Any, OutgoingMessage], Accepted]

IDLE_SECONDS = 0.1


def work(change: Change, marks: Path, tell: Callable[[Stage], object]) -> NoReturn:
    """Send for ever; `marks` is the folder in which a scheduled kill writes that it has happened."""
    send = _killed_on_schedule(TwilioCarrier.send, marks, tell)
    if change == "mark first":
        send = _marked_first(send, tell)
    if change == "requeue":
        reconciliation._check_unknown = _sent_again_unasked
    TwilioCarrier.send = send  # type: ignore[method-assign,assignment]
    WebhookCarrier.send = _killed_on_schedule(WebhookCarrier.send, marks, tell)  # type: ignore[method-assign,assignment]
    tasks = current_app.tasks
    lanes = [partial(tasks[runtime.TASK], lane) for lane in Lane]
    duties = [*lanes, tasks["notifications.sweep"], tasks["notifications.check_status"]]
    with suppress(DatabaseError):
        connection.ensure_connection()
    tell(Stage.WORKING)
    while True:
        # Nobody lives long: in a fixed order the last duty would hardly be done.
        random.shuffle(duties)
        for duty in duties:
            _do(duty)
        time.sleep(IDLE_SECONDS)


def _do(duty: Callable[[], object]) -> None:
    """Do one task in spite of the last one's failure, on the connection there is or on a new one."""
    try:
        duty()
    except (DatabaseError, InterfaceError):
        connection.close()
        time.sleep(IDLE_SECONDS)


def _killed_on_schedule(send: Send, marks: Path, tell: Callable[[Stage], object]) -> Send:
    """Die once between the mark and the wire, and once between the wire and the record."""

    def dying(carrier: Any, message: OutgoingMessage) -> Accepted:
        # A call of a program is known by what it is about, a message by whom it goes to.
        known = {message.to, message.reference if isinstance(carrier, WebhookCarrier) else ""}
        if known & {KILLED_BEFORE_THE_WIRE, KILLED_BEFORE_THE_CALL}:
            _die_once(marks / BEFORE_THE_WIRE)
        if not known & {KILLED_AFTER_THE_WIRE, KILLED_AFTER_THE_CALL}:
            return send(carrier, message)
        tell(Stage.SPARED)
        try:
            accepted = send(carrier, message)
        except Declined:
            raise
        except Exception:
            # On a slow machine no answer may come in time: the message is on the wire all the same.
            _die_once(marks / AFTER_THE_WIRE)
            raise
        _die_once(marks / AFTER_THE_WIRE)
        return accepted

    return dying


def _die_once(mark: Path) -> None:
    if _is_first(mark):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_first(mark: Path) -> bool:
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _marked_first(send: Send, tell: Callable[[Stage], object]) -> Send:
    """Negative control: the acceptance is recorded before the carrier is spoken to."""

    def marking(carrier: TwilioCarrier, message: OutgoingMessage) -> Accepted:
        if message.to == KILLED_BEFORE_THE_WIRE:
            # Killed by chance once it is marked, it would never come to its kill on schedule.
            tell(Stage.SPARED)
        with transaction.atomic():
            Attempt.objects.filter(pk=message.attempt_id).update(outcome=Outcome.ACCEPTED, ended_at=Now())
            Message.objects.filter(pk=message.message_id).update(
                state=MessageState.ACCEPTED, accepted_at=Now(), lease_until=None
            )
        return send(carrier, message)

    return marking


def _sent_again_unasked(message: Message) -> None:
    """Negative control: after the grace an unknown message is sent again, without a check of the provider's list."""
    Message.objects.filter(pk=message.pk, state=MessageState.UNKNOWN).update(
        state=MessageState.PENDING, unsure_since=None, next_check_at=None, next_try_at=None
    )
