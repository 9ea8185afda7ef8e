"""The nightly comparison of our rows with the carriers' own lists, both ways."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from notifications import alarms, carriers
from notifications.carriers import Answers, Sighting
from notifications.models import AlarmKind, Attempt, Audit, Channel, Message
from notifications.reconciliation import message_states

logger = logging.getLogger(__name__)

# A carrier's clock is not ours: what lies near the edges is looked for in a wider list.
MARGIN: Final = timedelta(hours=1)
#: Ids kept in a comparison at most; the numbers beside them are whole.
KEPT: Final = 100
#: Messages of a list that are looked up at once.
PAGE: Final = 500


def compare_day(day: date) -> list[Audit]:
    """Compare a day, from midnight to midnight here, with every carrier that keeps a list; repeating it is harmless.

    A carrier whose list could not be read whole is an alarm, and keeps no other from being compared.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    since = datetime.combine(day, time(), tzinfo=zone)
    until = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    askable = {carrier.name: carrier for channel in Channel for carrier in carriers.carriers_for(channel)}
    audits = []
    for name, carrier in askable.items():
        if isinstance(carrier, Answers):
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


def compare(name: str, carrier: Answers, *, since: datetime, until: datetime) -> Audit:
    """Compare one carrier's list with ours; what proves to be a message of ours is recorded as taken.

    Raises CannotSay.
    """
    listed, strange = _read(name, carrier.listing(since=since - MARGIN, until=until + MARGIN))
    ours = Attempt.objects.filter(carrier=name, outcome__in=message_states.TAKEN, wire_at__gte=since, wire_at__lt=until)
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


def _read(name: str, sightings: Iterable[Sighting]) -> tuple[set[str], list[str]]:
    """Return the ids of a list, and those among them that no attempt of ours has; no text is kept."""
    listed, strange = set[str](), list[str]()
    for page in batched(sightings, PAGE, strict=False):
        listed.update(sighting.provider_id for sighting in page)
        known = set(
            Attempt.objects.filter(
                carrier=name, provider_id__in=[sighting.provider_id for sighting in page]
            ).values_list("provider_id", flat=True)
        )
        strange += [each.provider_id for each in page if each.provider_id not in known and not _recognise(name, each)]
    return listed, strange


def _recognise(name: str, sighting: Sighting) -> bool:
    """Record what the list says of a message of ours that we did not know was taken; the token in its text names it."""
    token = sighting.body.rstrip().rpartition("/")[2].split()[-1:]
    message = Message.objects.filter(token__in=token).first()
    doubtful = message and message.attempts.filter(carrier=name, wire_at__isnull=False, provider_id="").last()
    if not doubtful:
        return False
    message_states.hear(name, sighting, attempt_id=doubtful.pk)
    return True
