"""Programs outside: registered, given a secret that is shown once, changed, switched off, and how they stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max, Min, Q

from kit import webhook_signatures
from notifications import alarms
from notifications.models import AlarmKind, Channel, Endpoint, Message, MessageState, ProviderRoute

#: After a change of the secret the earlier one is valid for so long.
OVERLAP: Final = timedelta(days=1)


def register(name: str, *, at: datetime) -> tuple[Endpoint, str]:
    """Make a program under its name; return it and its secret, which is shown nowhere again."""
    secret = webhook_signatures.new_secret()
    endpoint = Endpoint(name=name, secret=secret, secret_made_at=at)
    endpoint.save(force_insert=True)
    return endpoint, secret


def set_addresses(endpoint: Endpoint, *, url: str, answers_url: str, is_active: bool) -> None:
    """Change where a program is called and its answers are fetched; what waits goes to the new address. Locks."""
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if locked.answers_url != answers_url:
            locked.cursor = ""
        locked.url, locked.answers_url, locked.is_active, locked.fetch_failed_at = url, answers_url, is_active, None
        locked.save(update_fields=["url", "answers_url", "cursor", "is_active", "fetch_failed_at"])
        # The new address is tried at once.
        ProviderRoute.objects.filter(channel=Channel.WEBHOOK, carrier=locked.name).delete()
        alarms.resolve(AlarmKind.ROUTE_STOPPED, f"{Channel.WEBHOOK} {locked.name}")


def new_secret(endpoint: Endpoint, *, at: datetime) -> str:
    """Give a program another secret and return it; the earlier one is valid for another day. Locks the row."""
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        secret = webhook_signatures.new_secret()
        locked.earlier_secret, locked.earlier_until = str(locked.secret), at + OVERLAP
        locked.secret, locked.secret_made_at = secret, at
        locked.save(update_fields=["secret", "earlier_secret", "earlier_until", "secret_made_at"])
    return secret


@dataclass(frozen=True)
class ProgramStatus:
    """How a program stands: what waits for it and since when, what it refused lately, whether it is resting."""

    endpoint: Endpoint
    waiting: int
    waiting_since: datetime | None
    refused: int
    taken_at: datetime | None
    stopped_by: str

    @property
    def is_down(self) -> bool:
        """Tell whether it was called in vain, or its answers cannot be fetched."""
        return bool(self.stopped_by) or self.endpoint.fetch_failed_at is not None

    @property
    def down_since(self) -> datetime | None:
        """Return since when it has been down, as far as is known."""
        moments = [moment for moment in (self.waiting_since, self.endpoint.fetch_failed_at) if moment is not None]
        return min(moments, default=None) if self.is_down else None


def program_status(*endpoints: Endpoint, at: datetime) -> list[ProgramStatus]:
    """Return how programs stand at ``at``; two statements for any number. ``refused`` counts the last week."""
    names = [endpoint.name for endpoint in endpoints]
    if not names:
        return []
    calls = Message.objects.filter(channel=Channel.WEBHOOK, recipient__in=names).order_by().values("recipient")
    waiting = Q(state__in=[MessageState.PENDING, MessageState.SENDING])
    refused = Q(state=MessageState.UNDELIVERABLE, settled_at__gt=at - timedelta(days=7))
    counts = calls.annotate(
        waiting=Count("pk", filter=waiting),
        waiting_since=Min("created_at", filter=waiting),
        refused=Count("pk", filter=refused),
        taken_at=Max("accepted_at"),
    )
    counted: dict[str, dict[str, Any]] = {
        row["recipient"]: {name: value for name, value in row.items() if name != "recipient"} for row in counts
    }
    nothing: dict[str, Any] = {"waiting": 0, "waiting_since": None, "refused": 0, "taken_at": None}
    routes = ProviderRoute.objects.filter(channel=Channel.WEBHOOK, carrier__in=names, stopped_until__isnull=False)
    stopped = dict(routes.values_list("carrier", "stopped_by"))
    return [
        ProgramStatus(
            endpoint=endpoint,
            stopped_by=stopped.get(endpoint.name, ""),
            **counted.get(endpoint.name, nothing),
        )
        for endpoint in endpoints
    ]
