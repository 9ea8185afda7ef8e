"""Messages in trouble: how many wait for another try, are not certain or did not arrive, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrPromise

from notifications.models import CallTask, Message, MessageState

#: What did not arrive is counted for this span; what is open is counted whatever its age.
LATELY: Final = timedelta(days=7)


@dataclass(frozen=True)
class Trouble:
    """One kind of trouble: what it is called, what happens next, and where it is dealt with.

    ``page`` is a URL name, ``query`` what follows it.
    """

    title: StrPromise
    next_step: StrPromise
    page: str
    query: str = ""


TROUBLES: Final = {
    "tried": Trouble(
        _("Not sent at the first try"), _("they are tried again automatically"), "messages", "?group=waiting"
    ),
    "unknown": Trouble(
        pgettext_lazy("messages", "Not certain"),
        _("the carrier is asked, and after that a person decides"),
        "messages",
        "?group=unknown",
    ),
    "failed": Trouble(
        _("Not delivered in 7 days"),
        _("the other channel was used where there is one"),
        "messages",
        "?group=failed",
    ),
    "calls": Trouble(_("Calls to make"), _("the contact centre calls"), "calls"),
}


@dataclass(frozen=True)
class TroubleCount:
    """How many messages are in one kind of trouble, and the next moment at which something happens by itself."""

    name: str
    number: int
    next_at: datetime | None


def message_troubles(*, at: datetime) -> list[TroubleCount]:
    """Return the kinds of trouble there are; two statements."""
    failed = (MessageState.UNDELIVERABLE, MessageState.EXPIRED)
    tried = Q(state=MessageState.PENDING, tries__gt=0)
    messages: dict[str, Any] = (
        Message.objects.without_decoys()
        .filter(
            tried | Q(state=MessageState.UNKNOWN) | Q(state__in=failed, created_at__gt=at - LATELY, created_at__lte=at)
        )
        .aggregate(
            tried=Count("pk", filter=tried),
            unknown=Count("pk", filter=Q(state=MessageState.UNKNOWN)),
            failed=Count("pk", filter=Q(state__in=failed)),
            tried_at=Min("next_try_at", filter=tried),
            unknown_at=Min("next_check_at", filter=Q(state=MessageState.UNKNOWN)),
        )
    )
    found = {**messages, "calls": CallTask.objects.filter(done_at__isnull=True).count()}
    return [TroubleCount(name, found[name], found.get(f"{name}_at")) for name in TROUBLES if found[name]]
