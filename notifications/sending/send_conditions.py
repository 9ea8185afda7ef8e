"""Which messages may be sent now."""

from typing import Final

from django.db.models import Exists, Q
from django.db.models.functions import Now

from notifications.models import Hold, Message, MessageQuerySet
from notifications.sending.quiet_hours import wakes_nobody
from notifications.sending.routes import RoutingTable
from notifications.sending.spending import spent_channels

# Operators are told of a hold in spite of it.
SENT_DURING_A_HOLD: Final = "operator_alarm"


def sendable(routes: RoutingTable) -> MessageQuerySet:
    """Return the messages a sender may claim now: due, not on hold, on an open route, awake hours, within the cap."""
    on_hold = Exists(Hold.objects.filter(ended_at__isnull=True))
    return (
        Message.objects.due()
        .filter(~on_hold | Q(template=SENT_DURING_A_HOLD))
        .filter(routes.reachable())
        .filter(wakes_nobody(Now()))
        .exclude(daytime=True, channel__in=spent_channels())
    )
