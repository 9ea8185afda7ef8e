"""Marking claimed messages as on the wire, and calling their carriers."""

import logging
from collections.abc import Sequence
from time import monotonic

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from notifications.carriers import Declined, OutgoingMessage
from notifications.models import Attempt, MessageState
from notifications.runtime.timings import timings
from notifications.sending import spending
from notifications.sending.batches import BatchSizer
from notifications.sending.claims import Claim, cost_by_channel, lock_messages
from notifications.sending.results import NotTried, Result, Unsure, is_account_refusal, is_route_failure

logger = logging.getLogger(__name__)


@transaction.atomic(durable=True)
def mark_on_wire(claims: Sequence[Claim]) -> list[Claim]:
    """Commit that the carriers are about to be called; return the claims that are still ours, with time enough."""
    in_time = Q(lease_until__gt=Now() + timings().least_lease)
    ours = dict(lock_messages(claims).filter(in_time, state=MessageState.SENDING).values_list("pk", "fence"))
    marked = [claim for claim in claims if ours.get(claim.message.pk) == claim.attempt.fence]
    if marked:
        Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in marked]).update(wire_at=Now())
        spending.count_spending(cost_by_channel(marked))
    return marked


def send_all(claims: Sequence[Claim], marked_at: float, sizer: BatchSizer) -> list[tuple[Claim, Result]]:
    """Call the carrier of each claim once; after a failure the same carrier is not called again in this batch.

    ``marked_at`` is when the claims were marked, by ``monotonic``.
    """
    results: list[tuple[Claim, Result]] = []
    failing: set[str] = set()
    for claim in claims:
        result = NotTried() if claim.carrier.name in failing else _send(claim, marked_at, sizer)
        if is_route_failure(result) or is_account_refusal(result):
            failing.add(claim.carrier.name)
        results.append((claim, result))
    return results


def _send(claim: Claim, marked_at: float, sizer: BatchSizer) -> Result:
    """Call the carrier once, unless the mark is too old, and return how that ended."""
    began = monotonic()
    # A process may be stopped for an hour between its mark and this line: by then somebody else may have sent.
    if began - marked_at > timings().mark_to_send.total_seconds():
        return NotTried()
    try:
        return claim.carrier.send(OutgoingMessage.from_message(claim.message, attempt_id=claim.attempt.pk))
    except Declined as declined:
        return declined
    except Exception as unsure:  # noqa: BLE001 - whatever else went wrong, the carrier may have taken the message
        code = str(getattr(unsure, "code", "") or type(unsure).__name__)
        # No traceback: the carrier's words may hold the number or the body.
        logger.error(  # noqa: TRY400
            "It is not known whether a message was taken.",
            extra={"message_id": str(claim.message.pk), "attempt": claim.attempt.number, "error": code},
        )
        return Unsure(code)
    finally:
        sizer.add_duration(monotonic() - began)
