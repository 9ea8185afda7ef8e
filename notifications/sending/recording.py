"""Recording what the carriers answered: the attempts, their messages, the routes and the day's spending."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import sleep
from typing import Final

from django.db import connection, transaction
from django.db.models.functions import Now

from kit.outages import MAY_BE_OUTAGES, database_outage
from notifications import reconciliation
from notifications.carriers import Accepted, Declined, Meaning, checkable_carrier
from notifications.models import Attempt, Lane, Message, MessageState, Outcome
from notifications.runtime import timings
from notifications.sending import claims, routes
from notifications.sending.claims import Claim

# ---- How one try at a carrier can end, and what that says of the carrier's route. ----


@dataclass(frozen=True)
class Unsure:
    """It is not known whether the carrier took the message."""

    code: str


@dataclass(frozen=True)
class NotTried:
    """The carrier was not called: the sender came too late, or the route had just failed."""


type Result = Accepted | Declined | Unsure | NotTried


def is_route_failure(result: Result) -> bool:
    """Tell whether the carrier was unsure, busy or down, which counts against its route."""
    return isinstance(result, Unsure) or (
        isinstance(result, Declined) and result.meaning in {Meaning.BUSY, Meaning.DOWN}
    )


def is_account_refusal(result: Result) -> bool:
    """Tell whether the carrier refused our account, which stops its route."""
    return isinstance(result, Declined) and result.meaning == Meaning.ACCOUNT


def is_down(result: Result) -> bool:
    """Tell whether a program outside did not answer, and rests."""
    return isinstance(result, Declined) and result.meaning == Meaning.DOWN


logger = logging.getLogger(__name__)

# Seconds before another go at recording, e.g. after a deadlock or while the database restarts.
RETRY_AFTER: Final = (0.1, 1.0)

type Results = Sequence[tuple[Claim, Result]]


def record(results: Results) -> set[str]:
    """Record the results, trying again while the database cannot; return the carriers whose route failed.

    In a transaction of its own. What a sender knows is worth more than a moment: without it messages are unknown.
    """
    for seconds in RETRY_AFTER:
        try:
            return record_once(results)
        except MAY_BE_OUTAGES as error:
            if not database_outage(error):
                raise
            connection.close_if_unusable_or_obsolete()
            sleep(seconds)
    return record_once(results)


@transaction.atomic(durable=True)
def record_once(results: Results) -> set[str]:
    """Close the attempts and move their messages; return the carriers whose route failed.

    Everything is read anew under the lock: the person may have moved meanwhile. A sender that comes back after its
    lease changes nothing but what it can prove: that a message was taken.
    """
    fresh = {message.pk: message for message in claims.lock_messages([claim for claim, _ in results])}
    renewed = [(replace(claim, message=fresh[claim.message.pk]), result) for claim, result in results]
    ours = [(claim, result) for claim, result in renewed if claims.is_still_ours(claim)]
    kept = {claim.attempt.pk for claim, _ in ours}
    _record_accepted([(claim, result) for claim, result in ours if isinstance(result, Accepted)])
    for claim, result in ours:
        _record_not_accepted(claim, result)
    for claim, result in renewed:
        if claim.attempt.pk not in kept:
            _record_late(claim, result)
    claims.undo([claim for claim, result in ours if _is_undone(claim, result)])
    routes.refund(claims.cost_by_channel(_not_taken(ours)))
    return _judge_routes(ours)


def _record_accepted(accepted: Sequence[tuple[Claim, Accepted]]) -> None:
    """Record what was taken in the usual way, in three statements for any number."""
    if not accepted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_attempt AS attempt "
            "SET ended_at = statement_timestamp(), outcome = %s, provider_id = given.id "
            "FROM unnest(%s::bigint[], %s::text[]) AS given (attempt_id, id) WHERE attempt.id = given.attempt_id",
            [
                Outcome.ACCEPTED,
                [claim.attempt.pk for claim, _ in accepted],
                [answer.provider_id[:120] for _, answer in accepted],
            ],
        )
    for can_be_asked in (True, False):
        ids = [c.message.pk for c, _ in accepted if (checkable_carrier(c.carrier.name) is not None) == can_be_asked]
        if ids:
            Message.objects.filter(pk__in=ids).update(
                state=MessageState.ACCEPTED,
                accepted_at=Now(),
                lease_until=None,
                times_not_found=0,
                next_check_at=Now() + timings().follow_up if can_be_asked else None,
            )


def _record_not_accepted(claim: Claim, result: Result) -> None:
    """Record what was not taken, or may not have been, of a message that is ours."""
    match result:
        case Unsure():
            _close(claim.attempt, Outcome.UNKNOWN, result.code)
            reconciliation.mark_unknown(claim.message)
        case Declined():
            _record_declined(claim, result)
        case NotTried() if claim.message.next_address is not None:
            # Its person moved while it was marked: what waits goes where they are by now.
            _close(claim.attempt, Outcome.NOT_SENT, "unspoken")
            reconciliation.requeue(claim.message, claim.attempt)
        case _:
            return


def _record_declined(claim: Claim, declined: Declined) -> None:
    message, again = claim.message, declined.meaning in {Meaning.BUSY, Meaning.ACCOUNT, Meaning.DOWN}
    _close(claim.attempt, Outcome.NOT_SENT if again else Outcome.REFUSED, declined.code)
    match declined.meaning:
        case Meaning.BUSY:
            reconciliation.requeue(message, claim.attempt, next_try_at=Now() + back_off(message))
        case Meaning.ACCOUNT | Meaning.DOWN:
            reconciliation.requeue(message, claim.attempt)
        case Meaning.DEAD | Meaning.STOPPED | Meaning.UNFIT:
            reconciliation.mark_failed(message, claim.attempt, code=declined.code, meaning=declined.meaning)


def _record_late(claim: Claim, result: Result) -> None:
    """Record that a message was taken, if a sender whose lease is over can prove it; nothing else."""
    message = claim.message
    logger.warning("A sender came back after its lease.", extra={"message_id": str(message.pk)})
    attempt = message.attempts.filter(pk=claim.attempt.pk).first()
    if isinstance(result, Accepted) and attempt is not None:
        reconciliation.mark_accepted(message, attempt, provider_id=result.provider_id)


def _is_undone(claim: Claim, result: Result) -> bool:
    """Tell whether nothing happened to a message, neither a call nor a change of its address."""
    return isinstance(result, NotTried) and claim.message.next_address is None


def _not_taken(results: Results) -> Iterable[Claim]:
    """Return the claims that certainly cost nothing."""
    return (claim for claim, result in results if isinstance(result, Declined | NotTried))


def _judge_routes(results: Results) -> set[str]:
    """Penalise, stop or reopen each route once for a batch, by name; return the carriers whose route failed."""
    by_route: dict[tuple[str, str], list[tuple[Claim, Result]]] = {}
    for claim, result in results:
        by_route.setdefault((claim.message.channel, claim.carrier.name), []).append((claim, result))
    # In one order, so that two senders never wait for each other's rows.
    return {
        carrier
        for (channel, carrier), theirs in sorted(by_route.items(), key=lambda item: item[0])
        if _judge_route(channel, carrier, theirs)
    }


def _judge_route(channel: str, carrier: str, results: Results) -> bool:
    """Let one route lose or regain by the results of a batch; return whether it failed."""
    refusal = next((result for _, result in results if is_account_refusal(result)), None)
    if isinstance(refusal, Declined):
        routes.stop(channel, carrier, code=refusal.code)
        return True
    if resting := [(claim, result) for claim, result in results if is_down(result)]:
        _, result = resting[0]
        code = result.code if isinstance(result, Declined) else ""
        routes.rest(channel, carrier, code=code, span=max(back_off(claim.message) for claim, _ in resting))
        return True
    if any(is_route_failure(result) for _, result in results):
        routes.penalise(channel, carrier)
        return True
    # A "no" about a message or its address comes from a carrier that knows our account.
    if any(claim.on_trial and not isinstance(result, NotTried) for claim, result in results):
        routes.reopen(channel, carrier)
    return False


def back_off(message: Message) -> timedelta:
    """Return how long a message waits after a try that certainly failed: doubling; codes, soon worthless, do not."""
    if message.lane == Lane.CODES:
        return timings().back_off
    doublings = min(message.tries - 1, 10)
    return min(timings().back_off * (1 << doublings), timings().longest_back_off)


def _close(attempt: Attempt, outcome: Outcome, code: str) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome, error_code=code[:40])
