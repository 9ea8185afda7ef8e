"""The circuit breaker of a registry: after failures in a row nobody waits for it, until a try finds it back.

Its state is a row, so that all processes share it and pages can show it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import RegistryBreaker

FAILURES: Final = 3
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)


def is_open(name: str, *, at: datetime) -> bool:
    """Tell whether the registry is left alone now."""
    return RegistryBreaker.objects.filter(pk=name, open_until__gt=at).exists()


def may_ask(name: str, *, at: datetime) -> bool:
    """Tell whether the registry may be asked; at the end of each pause one caller alone may."""
    breaker = RegistryBreaker.objects.filter(pk=name, open_until__isnull=False).first()
    if breaker is None:
        return True
    due = RegistryBreaker.objects.filter(pk=name, open_until=breaker.open_until, open_until__lte=at)
    return due.update(open_until=at + FIRST_PAUSE) == 1


@transaction.atomic
def record_failure(name: str, *, at: datetime, failure: str = "") -> None:
    """Count a failure and keep its code.

    From the third in a row on the registry is left alone, ever longer up to ten minutes.
    """
    RegistryBreaker.objects.get_or_create(pk=name, defaults={"changed_at": at})
    breaker = RegistryBreaker.objects.select_for_update().get(pk=name)
    breaker.failures = min(breaker.failures + 1, FAILURES + 10)
    if breaker.failures >= FAILURES:
        breaker.open_until = at + min(FIRST_PAUSE * (1 << (breaker.failures - FAILURES)), LONGEST_PAUSE)
    breaker.failure, breaker.changed_at = failure, at
    breaker.save(update_fields=["failures", "open_until", "failure", "changed_at"])


def record_answer(name: str, *, at: datetime) -> bool:
    """Forget the failures; tell whether the registry was left alone until now."""
    failing = RegistryBreaker.objects.filter(pk=name, failures__gt=0)
    if failing.filter(open_until__isnull=False).update(failures=0, open_until=None, failure="", changed_at=at):
        return True
    failing.update(failures=0, failure="", changed_at=at)
    return False
