"""The hold on all sending: a database restored from a copy sends nothing until an operator releases it.

What the copy has as waiting may have been sent since it was made. A copy for trials must reach nobody.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from notifications import addresses, alarms, carriers, reconciliation
from notifications.models import (
    TO_PEOPLE,
    AlarmKind,
    Attempt,
    Channel,
    DatabaseIdentity,
    Hold,
    Lane,
    Message,
    MessageState,
    Outcome,
)

# The system identifier is another after a dump and restore into another cluster, the database's number after one into
# the same cluster, the timeline after a physical restore to a point in time or the promotion of a standby, which may
# lack the last seconds. The name of the log file says the timeline at once, the control file only after a checkpoint.
IDENTITY: Final = """
    SELECT concat_ws(
        '/', (pg_control_system()).system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
        (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""
SKIP_ATTEMPT_IDS: Final = (
    "SELECT setval(s.name, nextval(s.name) + %s) FROM pg_get_serial_sequence('notifications_attempt', 'id') AS s (name)"
)
SKIPPED_IDS: Final = 10_000_000


def begin_if_restored() -> None:
    """Begin a hold if these rows were written in a database of another identity; the first call records the identity.

    Repeating it during a hold is harmless.
    """
    identity = _identity_of_this_database()
    recorded, made = DatabaseIdentity.objects.get_or_create(defaults={"name": identity})
    if made or recorded.name == identity or current() is not None:
        return
    Hold.objects.bulk_create([Hold(database=identity)], ignore_conflicts=True)
    _skip_attempt_ids()
    alarms.raise_alarm(AlarmKind.ON_HOLD)


def mark_as_copy(name: str) -> None:
    """Say that these rows come from the copy ``name``, so that a hold begins even in the database they were made in."""
    DatabaseIdentity.objects.update_or_create(defaults={"name": name})


def current() -> Hold | None:
    """Return the hold that has not ended, if there is one."""
    return Hold.objects.filter(ended_at__isnull=True).first()


def end(*, by: str) -> None:
    """Release the sending; ``by`` is the operator's key. Ending a hold twice is harmless.

    What waited or was being sent when the copy was made may have been sent since: it counts as unknown, and the
    carriers are asked about it. What was owed during the hold is simply sent.
    """
    with transaction.atomic():
        hold = Hold.objects.select_for_update().filter(ended_at__isnull=True).first()
        if hold is None:
            return
        DatabaseIdentity.objects.update(name=_identity_of_this_database())
        for channel in TO_PEOPLE:
            _mark_unknown(channel, before=hold.began_at)
        Hold.objects.filter(pk=hold.pk).update(ended_at=Now(), ended_by=by)
        alarms.resolve(AlarmKind.ON_HOLD)


def _mark_unknown(channel: Channel, *, before: datetime) -> None:
    """Mark the open notices of a channel recorded until ``before`` as unknown, with an attempt at each carrier."""
    older = Message.objects.filter(channel=channel, lane=Lane.NOTICES, recorded_at__lte=before)
    still_open = older.filter(state__in=reconciliation.OPEN_STATES)
    messages = list(still_open.select_for_update().order_by("pk"))
    Attempt.objects.filter(message__in=messages, ended_at__isnull=True).update(ended_at=Now(), outcome=Outcome.UNKNOWN)
    names = [carrier.name for carrier in carriers.carriers_for(channel)]
    Attempt.objects.bulk_create(
        Attempt(
            message=message,
            number=message.tries + index,
            fence=message.fence,
            carrier=name,
            address_lookup=addresses.address_key(channel, message.address),
            wire_at=message.created_at,
            ended_at=Now(),
            outcome=Outcome.UNKNOWN,
            error_code="restored",
        )
        for message in messages
        for index, name in enumerate(names, start=1)
    )
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        state=MessageState.UNKNOWN,
        tries=F("tries") + len(names),
        fence=F("fence") + 1,
        lease_until=None,
        times_not_found=0,
        unsure_since=Now(),
        next_check_at=Now(),
    )


def _skip_attempt_ids() -> None:
    """Skip the ids of attempts that were used after the copy was made: carriers still name them in callbacks."""
    with connection.cursor() as cursor:
        cursor.execute(SKIP_ATTEMPT_IDS, [SKIPPED_IDS])


def _identity_of_this_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY)
        return str(cursor.fetchone()[0])
