"""How the registry of people stands: whether it answers, and who waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from accounts.identity.json_requests import Failure
from accounts.identity.registries import RegistryOutcome
from accounts.models import IdentityCheck
from config.monitoring import facts
from config.monitoring.part_status import PartState, PartStatus, Text, working

#: The answers of the registry that are looked at, and how many failures in a row are no accident.
LAST_ANSWERS: Final = 20
FAILURES_IN_A_ROW: Final = 3


def registry(at: datetime) -> PartStatus:
    """Return how the registry stands; two statements."""
    if not settings.REGISTRY:
        return PartStatus(
            PartState.DEGRADED,
            _("No registry is connected. People can register, and their identity stays unconfirmed."),
            _("Name a registry in the settings."),
            "registry",
        )
    answers = IdentityCheck.objects.order_by("-at", "-pk").values_list("outcome", "at")[:LAST_ANSWERS]
    failed, waiting = list(_failures(answers)), facts.people_waiting_for_registry()
    if not failed:
        return working(_("Identities are confirmed at once.") if not waiting else _waiting_text(waiting))
    return PartStatus(
        PartState.DOWN if len(failed) >= FAILURES_IN_A_ROW else PartState.DEGRADED,
        format_lazy(
            "{} {}",
            _("The registry does not answer. People can register and file; their identity is confirmed later."),
            _waiting_text(waiting),
        ),
        _remedy(at),
        "registry",
        failed[-1],
    )


def _waiting_text(waiting: int) -> Text:
    return ngettext_lazy(
        "%(count)s person is waiting for its answer.", "%(count)s people are waiting for its answer.", waiting
    ) % {"count": waiting}


def _remedy(at: datetime) -> Text:
    """Return why the registry failed last, if that is known, what to do, and when it is asked again."""
    failing = facts.failing_registry()
    why = Failure(failing.failure).label if failing and failing.failure in Failure else ""
    if failing is None or failing.open_until is None or failing.open_until <= at:
        again: Text = _(
            "Check the connection to the registry, and tell the authority that runs it. We ask again automatically."
        )
        return format_lazy("{} {}", why, again) if why else again
    until = timezone.localtime(failing.open_until).strftime("%H:%M:%S")
    check, later = (
        _("Check the connection to the registry, and tell the authority that runs it."),
        _("We ask again automatically at %(time)s.") % {"time": until},
    )
    return format_lazy("{} {} {}", why, check, later) if why else format_lazy("{} {}", check, later)


def _failures(answers: Iterable[tuple[str, datetime]]) -> Iterator[datetime]:
    """Yield when the registry did not answer, from the newest question back to its last answer."""
    for outcome, asked_at in answers:
        if outcome != RegistryOutcome.UNAVAILABLE:
            return
        yield asked_at
