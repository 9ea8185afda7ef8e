"""What became of a message that left: reports and checks of its status, and what follows if it does not arrive."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import batched
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, F, Q, Value
from django.db.models.functions import Greatest, Least, Now

from kit.crypto import Unreadable
from notifications import addresses, alarms, carriers
from notifications.addresses import AddressRefused
from notifications.carriers import (
    CheckableCarrier,
    Meaning,
    OutgoingMessage,
    Status,
    StatusReport,
    StatusUnavailable,
    checkable_carrier,
)
from notifications.models import (
    REPEATABLE,
    TO_PEOPLE,
    AlarmKind,
    Attempt,
    Audit,
    CallTask,
    Channel,
    Lane,
    Message,
    MessageState,
    Outcome,
    Receipt,
    Verdict,
)
from notifications.outbox import owe_again
from notifications.periodic import RowRun
from notifications.runtime import database_now, timings
from notifications.wordings.composing import WordingIncomplete

# ---- What follows when a notice does not reach its person: the other channel, and then a call by the contact
# centre.


logger = logging.getLogger(__name__)

NEVER_ARRIVES = (MessageState.UNDELIVERABLE, MessageState.CANCELLED, MessageState.EXPIRED)
OTHER_CHANNEL = {Channel.SMS: Channel.EMAIL, Channel.EMAIL: Channel.SMS}


def start_fallback(message: Message) -> None:
    """Owe an undeliverable notice by the other channel, or make a call task; in the caller's transaction.

    Not for a code, because whoever needs one asks for another, nor for what was overtaken meanwhile, nor for a program.
    """
    if message.lane != Lane.NOTICES or Message.objects.filter(pk=message.pk, expires_at__lte=Now()).exists():
        return
    if _may_arrive_otherwise(message) or owe_by_other_channel(message):
        return
    if message.must_reach:
        make_call_task(message)


def owe_by_other_channel(message: Message) -> bool:
    """Owe the notice by the other channel; False when there is none that may arrive, or it went that way before."""
    other = OTHER_CHANNEL[Channel(message.channel)]
    try:
        address = message.other_address
        if not address or addresses.verdict(other, address) is not None:
            return False
        again = owe_again(message, channel=other, address=address, occasion=message.occasion, at=database_now())
    except (WordingIncomplete, AddressRefused, Unreadable) as problem:
        # The context of an older message may not fit today's wording: what happened is recorded all the same.
        logger.error(  # noqa: TRY400 - the text may hold a word of the case
            "A message could not be said by the other channel.",
            extra={"message_id": str(message.pk), "problem": type(problem).__name__},
        )
        return False
    return again is not None


def _may_arrive_otherwise(message: Message) -> bool:
    """Tell whether a message of the same occasion may reach the person by the other channel."""
    others = Message.objects.filter(occasion=message.occasion, recipient=message.recipient).exclude(pk=message.pk)
    return others.exclude(state__in=NEVER_ARRIVES).exists()


def make_call_task(message: Message) -> None:
    """Have the contact centre call the person; repeating it is harmless."""
    CallTask.objects.bulk_create([CallTask(message=message)], ignore_conflicts=True)


# ---- How an answer, a callback or a carrier's list changes the state of a message, in any order and however
# often.
#
# A message moves up only: waiting, taken by the carrier, undeliverable, delivered. Proof that one attempt was taken
# ends every other try; proof that two were is an alarm.


OPEN_STATES = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)
# A cancelled or expired message may prove to have been taken all the same.
BEFORE_ACCEPTED = (*OPEN_STATES, MessageState.CANCELLED, MessageState.EXPIRED)
TAKEN_OUTCOMES = (Outcome.ACCEPTED, Outcome.REPEATED)
VERDICTS = {Meaning.DEAD: Verdict.DEAD, Meaning.STOPPED: Verdict.STOPPED}


def record_report(carrier: str, report: StatusReport, *, attempt_id: int | None, changes_state: bool = True) -> None:
    """Save a carrier's report on an attempt as a receipt, and change the state of its message by it.

    In a transaction of its own; a repetition changes nothing. A report on an attempt that is not known, or not this
    carrier's, is saved without one. With ``changes_state`` false, for a status that is not known, it is only saved.
    """
    with transaction.atomic():
        message, attempt = _locked(attempt_id, carrier, report)
        _save_receipt(carrier, report, attempt)
        if message is not None and attempt is not None and changes_state:
            apply_report(message, attempt, report)


def apply_report(message: Message, attempt: Attempt, report: StatusReport) -> None:
    """Change the state of a locked message by the carrier's report on one of its attempts."""
    mark_accepted(message, attempt, provider_id=report.provider_id)
    if report.status == Status.DELIVERED:
        _mark_delivered(message)
    elif report.status == Status.FAILED:
        mark_failed(message, attempt, code=report.code, meaning=report.meaning)


def mark_accepted(message: Message, attempt: Attempt, *, provider_id: str) -> None:
    """Record that the carrier took this attempt of a locked message."""
    _close(attempt, _acceptance_outcome(message, attempt), provider_id)
    if message.state not in BEFORE_ACCEPTED:
        return
    # A sender that holds the message finds its fence out of date, and does not call its carrier.
    others = message.attempts.filter(ended_at__isnull=True)
    others.update(ended_at=Now(), outcome=Outcome.UNKNOWN, error_code="overtaken by proof")
    set_state(
        message,
        MessageState.ACCEPTED,
        fence=F("fence") + 1,
        accepted_at=Now(),
        settled_at=None,
        next_check_at=Now() + timings().follow_up if checkable_carrier(attempt.carrier) else None,
    )


def mark_failed(message: Message, attempt: Attempt, *, code: str, meaning: Meaning) -> None:
    """Record that an attempt of a locked message did not reach its address, and start the fallback.

    Of two attempts that were taken one failure is enough: otherwise the end would depend on which report came first.
    """
    if code:
        Attempt.objects.filter(pk=attempt.pk).update(error_code=code[:40])
    if message.channel == Channel.PUSH:
        if meaning == Meaning.DEAD:
            addresses.remove_gone(message)
    elif (verdict := VERDICTS.get(meaning)) and attempt.address_lookup:
        addresses.record_by_key(Channel(message.channel), attempt.address_lookup, verdict, code)
    if message.state in {*OPEN_STATES, MessageState.ACCEPTED}:
        set_state(message, MessageState.UNDELIVERABLE, settled_at=Now())
        start_fallback(message)


def set_state(message: Message, state: MessageState, **changes: Any) -> None:
    """Give a locked message a state, and clear the fields that belong to other states unless ``changes`` set them."""
    ended: dict[str, Any] = {"lease_until": None, "unsure_since": None, "times_not_found": 0, "next_check_at": None}
    Message.objects.filter(pk=message.pk).update(**(ended | changes), state=state)
    message.state = state


def mark_unknown(message: Message) -> None:
    """Record that nobody knows whether a locked message was taken, and have its carrier asked if that is possible.

    Codes are not asked about: they expire soon. A program outside takes a message once, and a browser shows it once,
    so that sending it again is how they are asked.
    """
    if message.channel in REPEATABLE:
        set_state(message, MessageState.PENDING)
        return
    asks = message.lane == Lane.NOTICES and checkable_carrier(message.carrier) is not None
    set_state(
        message,
        MessageState.UNKNOWN,
        unsure_since=Now(),
        next_check_at=Now() + timings().first_check if asks else None,
    )


def requeue(message: Message, attempt: Attempt, **changes: Any) -> None:
    """Let a locked message wait for another try, which goes to the person's present address."""
    if message.next_address == "":
        mark_failed(message, attempt, code="no address", meaning=Meaning.UNFIT)
        return
    set_state(message, MessageState.PENDING, **changes)
    if message.next_address:
        message.address, message.next_address = message.next_address, None
        message.save(update_fields=["address", "next_address"])


def _mark_delivered(message: Message) -> None:
    if message.state in {MessageState.ACCEPTED, MessageState.UNDELIVERABLE}:
        set_state(message, MessageState.DELIVERED, settled_at=Now())
        message.repetitions.waiting().update(state=MessageState.CANCELLED, settled_at=Now())
        to_make = CallTask.objects.filter(done_at__isnull=True)
        to_make.filter(Q(message=message) | Q(message__repeats=message)).delete()


def _locked(attempt_id: int | None, carrier: str, report: StatusReport) -> tuple[Message | None, Attempt | None]:
    """Lock and return the message and the attempt that a report is about; None where the report does not fit."""
    if attempt_id is None:
        return None, None
    message = Message.objects.select_for_update(of=("self",)).filter(attempts__pk=attempt_id).first()
    attempt = message.attempts.get(pk=attempt_id) if message else None
    if attempt is None or not _is_about(attempt, carrier, report):
        return None, None
    return message, attempt


def _is_about(attempt: Attempt, carrier: str, report: StatusReport) -> bool:
    """Tell whether the report is from the attempt's carrier, and names no other message of the carrier's."""
    return attempt.carrier == carrier and attempt.provider_id in {"", report.provider_id}


def _save_receipt(carrier: str, report: StatusReport, attempt: Attempt | None) -> None:
    receipt = Receipt(
        carrier=carrier,
        provider_id=report.provider_id[:120],
        status=report.word[:40],
        error_code=report.code[:40],
        attempt=attempt,
    )
    Receipt.objects.bulk_create([receipt], ignore_conflicts=True)


def _acceptance_outcome(message: Message, attempt: Attempt) -> Outcome:
    if attempt.outcome in {Outcome.ACCEPTED, Outcome.REPEATED}:
        return Outcome(attempt.outcome)
    if not message.attempts.filter(outcome=Outcome.ACCEPTED).exclude(pk=attempt.pk).exists():
        return Outcome.ACCEPTED
    if message.channel not in REPEATABLE:
        alarms.raise_alarm(AlarmKind.SENT_TWICE, str(message.pk))
    return Outcome.REPEATED


def _close(attempt: Attempt, outcome: Outcome, provider_id: str) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=Now(),
        outcome=outcome,
        error_code=attempt.error_code if attempt.outcome in TAKEN_OUTCOMES else "",
        provider_id=provider_id[:120] or attempt.provider_id,
    )
    attempt.outcome = outcome


# ---- Asking the carriers: whether they took what is unknown, and what became of what they took. ----
#
# An unknown message is sent again only after two checks of the carrier's whole list did not find it, the second one
# twenty minutes after the first; one that is two hours old waits for a person instead.


TASK: Final = "notifications.check_status"

CHECKED_AT_ONCE: Final = 20
CHECKS_NEEDED: Final = 2
# The carrier's clock, and that of the web server by which a restored message was written, may be hours off.
CLOCK_TOLERANCE: Final = timedelta(hours=3)
NO_WORD: Final = "no word"


def check_due_messages(*, seconds: float = 20.0) -> int:
    """Ask the carriers about the messages that are due, the unknown first, for so many seconds; return how many.

    Safe to call from many processes: the next check of a message is set before its carrier is asked, outside any
    transaction. A carrier whose list could not be read is not asked again in this pass.
    """
    until, asked, silent = monotonic() + seconds, 0, set[str]()
    run = RowRun(TASK, "message", at=database_now())
    while monotonic() < until and (messages := _claim_due(silent)):
        for message in messages:
            if message.carrier not in silent and monotonic() < until:
                asked += 1
                # In no transaction: a carrier is asked in between, and may take its time.
                with run.row(message.pk, atomic=False):
                    _check(message, silent)
    return asked


def _check(message: Message, silent: set[str]) -> None:
    try:
        (_check_unknown if message.state == MessageState.UNKNOWN else _check_accepted)(message)
    except StatusUnavailable:
        # After a restore it may be any carrier that had the message: one that is silent says nothing of the others.
        if message.carrier:
            silent.add(message.carrier)
        logger.warning("A carrier could not say what it took.", extra={"carrier": message.carrier})


@transaction.atomic(durable=True)
def _claim_due(silent: Collection[str]) -> Sequence[Message]:
    due = Message.objects.filter(next_check_at__lte=Now(), state__in=[MessageState.UNKNOWN, MessageState.ACCEPTED])
    unknown_first = due.exclude(carrier__in=silent).order_by("-state", "next_check_at")
    messages = list(unknown_first.select_for_update(skip_locked=True)[:CHECKED_AT_ONCE])
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        next_check_at=Now() + timings().check_again
    )
    return messages


# ---- unknown messages: was it taken? ----


def _check_unknown(message: Message) -> None:
    """Look for each unsure attempt of an unknown message in its carrier's list."""
    unsure = list(message.attempts.filter(outcome=Outcome.UNKNOWN, wire_at__isnull=False).order_by("-number"))
    for attempt in unsure:
        if report := _find(message, attempt):
            record_report(attempt.carrier, report, attempt_id=attempt.pk)
            return
    _count_not_found(message, unsure)


def _find(message: Message, attempt: Attempt) -> StatusReport | None:
    carrier = checkable_carrier(attempt.carrier)
    if carrier is None or attempt.wire_at is None:
        raise StatusUnavailable
    since = attempt.wire_at - CLOCK_TOLERANCE
    known = frozenset[str]() if message.token else _known_ids(message, attempt, since=since)
    return carrier.find(OutgoingMessage.from_message(message, attempt_id=attempt.pk, known_ids=known), since=since)


def _known_ids(message: Message, attempt: Attempt, *, since: datetime) -> frozenset[str]:
    """Return the ids of what the carrier took for other messages to that address: the same words may be sent twice."""
    others = Attempt.objects.filter(
        carrier=attempt.carrier, address_lookup=attempt.address_lookup, wire_at__gte=since
    ).exclude(message=message)
    return frozenset(others.exclude(provider_id="").values_list("provider_id", flat=True))


@transaction.atomic(durable=True)
def _count_not_found(message: Message, unsure: Sequence[Attempt]) -> None:
    """Count a check that did not find the message, unless its state changed meanwhile; requeue it after the second."""
    unmoved = Message.objects.filter(
        pk=message.pk, state=MessageState.UNKNOWN, times_not_found=message.times_not_found, fence=message.fence
    )
    locked = unmoved.select_for_update().first()
    if locked is None:
        return
    times = locked.times_not_found + 1
    is_young = unmoved.filter(unsure_since__gt=Now() - timings().until_decision).exists()
    if times >= CHECKS_NEEDED and is_young:
        requeue_not_taken(locked, unsure)
    else:
        Message.objects.filter(pk=locked.pk).update(times_not_found=times, next_check_at=Now() + timings().second_check)


def requeue_not_taken(message: Message, unsure: Sequence[Attempt]) -> None:
    """Let a locked unknown message, which was not taken, be sent again to its person's present address."""
    Attempt.objects.filter(pk__in=[attempt.pk for attempt in unsure]).update(
        outcome=Outcome.NOT_SENT, error_code="not in the list"
    )
    requeue(message, message.attempts.latest("number"), next_try_at=None)


# ---- accepted messages: what became of it? ----


def _check_accepted(message: Message) -> None:
    """Ask what became of a message the carrier took; after three days without a final status it counts as lost."""
    attempt = message.attempts.get(outcome=Outcome.ACCEPTED)
    try:
        report = _fetch(attempt)
    finally:
        # A carrier that cannot say for three days is as good as one that lost it.
        _wait_or_give_up(message, attempt)
    if report is not None:
        record_report(attempt.carrier, report, attempt_id=attempt.pk)


def _fetch(attempt: Attempt) -> StatusReport | None:
    carrier = checkable_carrier(attempt.carrier)
    return carrier.fetch(attempt.provider_id) if carrier and attempt.provider_id else None


@transaction.atomic(durable=True)
def _wait_or_give_up(message: Message, attempt: Attempt) -> None:
    locked = Message.objects.select_for_update().filter(pk=message.pk, state=MessageState.ACCEPTED).first()
    if locked is None:
        return
    if Message.objects.filter(pk=locked.pk, accepted_at__lte=Now() - timings().give_up).exists():
        mark_failed(locked, attempt, code=NO_WORD, meaning=Meaning.UNFIT)
    else:
        # As long again as it has waited, never less than at first, and for the last time when three days are over.
        waited, follow_up = Now() - F("accepted_at"), Value(timings().follow_up, output_field=DurationField())
        Message.objects.filter(pk=locked.pk).update(
            next_check_at=Least(Now() + Greatest(waited, follow_up), F("accepted_at") + timings().give_up)
        )


# ---- The nightly comparison of our rows with the carriers' own lists, both ways. ----


AUDIT_TASK: Final = "notifications.compare_lists"

# A carrier's clock is not ours: what lies near the edges is looked for in a wider list.
MARGIN: Final = timedelta(hours=1)
#: Ids kept in a comparison at most; the numbers beside them are whole.
KEPT: Final = 100
#: Words without a link are told apart by their number for so long; what is listed later counts as strange.
FOUND_BY_TEXT: Final = timedelta(days=3)
#: Messages of a list that are looked up at once.
PAGE: Final = 500


def compare_day(day: date) -> list[Audit]:
    """Compare a day, from midnight to midnight here, with every carrier that keeps a list; repeating it is harmless.

    A carrier whose list could not be read whole is an alarm, and keeps no other from being compared.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    since = datetime.combine(day, time(), tzinfo=zone)
    until = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    by_name = {carrier.name: carrier for channel in TO_PEOPLE for carrier in carriers.carriers_for(channel)}
    audits = []
    for name, carrier in by_name.items():
        if isinstance(carrier, CheckableCarrier):
            try:
                audits.append(compare(name, carrier, since=since, until=until))
            except Exception as error:  # noqa: BLE001 - one carrier's trouble must not keep the others from it
                alarms.raise_alarm(AlarmKind.LISTS_DIFFER, _about(name, since))
                # No traceback: the carrier's words may hold a number.
                logger.error(  # noqa: TRY400
                    "A carrier's list could not be read whole.",
                    extra={"carrier": name, "error": type(error).__name__},
                )
    return audits


def compare(name: str, carrier: CheckableCarrier, *, since: datetime, until: datetime) -> Audit:
    """Compare one carrier's list with our attempts, and save the comparison; record as taken what the list proves.

    Raises StatusUnavailable.
    """
    listed, strange = _read(name, carrier.listing(since=since - MARGIN, until=until + MARGIN))
    ours = Attempt.objects.filter(carrier=name, outcome__in=TAKEN_OUTCOMES, wire_at__gte=since, wire_at__lt=until)
    ids = dict(ours.values_list("provider_id", "pk"))
    audit, _ = Audit.objects.update_or_create(
        carrier=name,
        since=since,
        defaults={
            "until": until,
            "ours": len(ids),
            "theirs": len(listed),
            "missing_there": [pk for provider_id, pk in ids.items() if provider_id not in listed][:KEPT],
            "missing_here": strange[:KEPT],
        },
    )
    report = alarms.raise_alarm if audit.missing_there or audit.missing_here else alarms.resolve
    report(AlarmKind.LISTS_DIFFER, _about(name, since))
    return audit


def _about(name: str, since: datetime) -> str:
    return f"{name} {since:%Y-%m-%d}"


def _read(name: str, reports: Iterable[StatusReport]) -> tuple[set[str], list[str]]:
    """Return the ids of a list, and those among them that no attempt of ours has."""
    listed, strange = set[str](), list[str]()
    run = RowRun(AUDIT_TASK, "listed", at=database_now())
    for page in batched(reports, PAGE, strict=False):
        listed.update(report.provider_id for report in page)
        known = set(
            Attempt.objects.filter(carrier=name, provider_id__in=[report.provider_id for report in page]).values_list(
                "provider_id", flat=True
            )
        )
        strange += [
            each.provider_id for each in page if each.provider_id not in known and not _recognises(name, each, run)
        ]
    return listed, strange


def _recognises(name: str, report: StatusReport, run: RowRun) -> bool:
    """Tell whether the report is about a message of ours; one that cannot be recorded counts as strange."""
    is_ours = False
    with run.row(report.provider_id):
        is_ours |= _recognise(name, report)
    return is_ours


def _recognise(name: str, report: StatusReport) -> bool:
    """Record the report if it is about a message of ours whose attempt is unsure; tell whether it is.

    The message is found by the token in its text, or by number and text where it has no link.
    """
    token = report.body.rstrip().rpartition("/")[2].split()[-1:]
    message = Message.objects.filter(token__in=token).first()
    if message is None:
        unsure = _unsure_by_text(name, report)
    else:
        unsure = message.attempts.filter(carrier=name, wire_at__isnull=False, provider_id="").last()
    if unsure is None:
        return False
    record_report(name, report, attempt_id=unsure.pk)
    return True


def _unsure_by_text(name: str, report: StatusReport) -> Attempt | None:
    """Return the first unsure attempt to send these words, which have no link, to this address; None if none is.

    An attempt that was given an id is not among them, so that the same words sent twice are two reports.
    """
    if not report.to or not report.body:
        return None
    attempts = Attempt.objects.filter(
        carrier=name,
        wire_at__gte=Now() - FOUND_BY_TEXT,
        provider_id="",
        address_lookup=addresses.address_key(Channel.SMS, report.to),
        message__token__isnull=True,
        message__channel=Channel.SMS,
    ).exclude(outcome=Outcome.REFUSED)
    unsure = attempts.select_related("message").order_by("wire_at", "pk")
    return next((attempt for attempt in unsure if attempt.message.body == report.body), None)
