"""The nightly comparison of our rows with the carriers' own lists, both ways."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.functions import Now

from notifications import addresses, alarms, carriers
from notifications.carriers import CheckableCarrier, StatusReport
from notifications.models import TO_PEOPLE, AlarmKind, Attempt, Audit, Channel, Message, Outcome
from notifications.periodic import RowRun
from notifications.reconciliation import message_states
from notifications.runtime import database_now

logger = logging.getLogger(__name__)

TASK: Final = "notifications.compare_lists"

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
    ours = Attempt.objects.filter(
        carrier=name, outcome__in=message_states.TAKEN_OUTCOMES, wire_at__gte=since, wire_at__lt=until
    )
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
    run = RowRun(TASK, "listed", at=database_now())
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
    message_states.record_report(name, report, attempt_id=unsure.pk)
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
