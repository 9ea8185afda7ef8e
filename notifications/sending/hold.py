"""The hold on all sending: a database restored from a copy says nothing until an operator lets it.

What the copy holds as waiting may have been sent since it was made. A copy for trials must reach nobody.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from notifications import alarms, carriers
from notifications.addresses import address_status
from notifications.models import (
    AlarmKind,
    Attempt,
    Channel,
    Hold,
    Home,
    Lane,
    Message,
    MessageState,
    Outcome,
)
from notifications.reconciliation import message_states

# The system identifier is another after a dump and restore into another cluster, the database's number after one into
# the same cluster, the timeline after a physical restore to a point in time or the promotion of a standby, which may
# lack the last seconds. The name of the log file says the timeline at once, the control file only after a checkpoint.
NAME: Final = """
    SELECT concat_ws(
        '/', (pg_control_system()).system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
        (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""
LEAP: Final = (
    "SELECT setval(s.name, nextval(s.name) + %s) FROM pg_get_serial_sequence('notifications_attempt', 'id') AS s (name)"
)
LOST_ATTEMPTS: Final = 10_000_000


def watch() -> None:
    """Begin a hold if these rows are in another database than they were; the first look remembers where they are."""
    name = _name_of_this_database()
    home, made = Home.objects.get_or_create(defaults={"name": name})
    if made or home.name == name or current() is not None:
        return
    Hold.objects.bulk_create([Hold(home=name)], ignore_conflicts=True)
    _number_attempts_anew()
    alarms.raise_alarm(AlarmKind.ON_HOLD)


def current() -> Hold | None:
    """Return the hold that is on, if one is."""
    return Hold.objects.filter(ended_at__isnull=True).first()


def end(*, by: str) -> None:
    """Let the messages go; ``by`` is the operator's key.

    What waited, or was in a sender's hands, when the copy was made may have been sent since: it counts as unknown, and
    the carriers are asked about it. What was owed during the hold simply goes. Ending twice is harmless.
    """
    with transaction.atomic():
        hold = Hold.objects.select_for_update().filter(ended_at__isnull=True).first()
        if hold is None:
            return
        Home.objects.update(name=_name_of_this_database())
        for channel in Channel:
            _doubt(channel, since=hold.began_at)
        Hold.objects.filter(pk=hold.pk).update(ended_at=Now(), ended_by=by)
        alarms.resolve(AlarmKind.ON_HOLD)


def _doubt(channel: Channel, *, since: datetime) -> None:
    """Call the open notices of a channel that are older than the hold unknown: each of its carriers may have them."""
    older = Message.objects.filter(channel=channel, lane=Lane.NOTICES, recorded_at__lte=since)
    still_open = older.filter(state__in=message_states.OPEN_STATES)
    doubted = list(still_open.select_for_update().order_by("pk"))
    Attempt.objects.filter(message__in=doubted, ended_at__isnull=True).update(ended_at=Now(), outcome=Outcome.UNKNOWN)
    names = [carrier.name for carrier in carriers.carriers_for(channel)]
    Attempt.objects.bulk_create(
        Attempt(
            message=message,
            number=message.tries + place,
            fence=message.fence,
            carrier=name,
            address_lookup=address_status.key_of(channel, message.address),
            wire_at=message.created_at,
            ended_at=Now(),
            outcome=Outcome.UNKNOWN,
            error_code="restored",
        )
        for message in doubted
        for place, name in enumerate(names, start=1)
    )
    Message.objects.filter(pk__in=[message.pk for message in doubted]).update(
        state=MessageState.UNKNOWN,
        tries=F("tries") + len(names),
        fence=F("fence") + 1,
        lease_until=None,
        looks=0,
        unsure_since=Now(),
        look_at=Now(),
    )


def _number_attempts_anew() -> None:
    """Leave the numbers of attempts alone that the lost time has used: carriers still speak of them in callbacks."""
    with connection.cursor() as cursor:
        cursor.execute(LEAP, [LOST_ATTEMPTS])


def _name_of_this_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(NAME)
        return str(cursor.fetchone()[0])
