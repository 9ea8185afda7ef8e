"""Who reads which figures: questions about a person at a moment, and the doors of pages made of them.

The unit and the Prime Minister's office read all figures; the desk of an agency and the people of its escalation ladder
read those of their agency. Figures never name a citizen. Everybody else finds nothing here (404).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.decorators import signed_in_user
from accounts.models import User
from accounts.roles import CMU, READERS, REPORT_READERS, UNIT_HEAD
from agencies.models import Agency
from kit.compiled_reads import CompiledRead

type Page = Callable[..., HttpResponseBase]
type Question = Callable[[User, datetime], bool]


# ---- questions ----


def reads_all_figures(user: User, at: datetime) -> bool:
    """Tell whether ``user`` reads the figures of every agency: staff and head of the unit, Prime Minister's office."""
    return user.authority(at).has(REPORT_READERS)


def own_agencies(user: User, at: datetime) -> frozenset[int]:
    """Return the ids of the agencies whose figures ``user`` reads as one of their officers or of their ladder."""
    return user.authority(at).agencies(READERS)


def reads_own_figures(user: User, at: datetime) -> bool:
    """Tell whether there is an agency whose figures ``user`` reads as their own."""
    return bool(own_agencies(user, at))


def reads_some_figures(user: User, at: datetime) -> bool:
    """Tell whether ``user`` reads any figures at all."""
    return reads_all_figures(user, at) or reads_own_figures(user, at)


def reads_agency(user: User, agency: Agency, at: datetime) -> bool:
    """Tell whether ``user`` reads the figures of ``agency``."""
    return agency.pk in own_agencies(user, at) or reads_all_figures(user, at)


def is_unit(user: User, at: datetime) -> bool:
    """Tell whether ``user`` works at the unit, which alone acts on figures."""
    return user.authority(at).has(CMU)


def is_unit_head(user: User, at: datetime) -> bool:
    """Tell whether ``user`` heads the unit."""
    return user.authority(at).has(UNIT_HEAD)


def opens_cases(user: User, at: datetime) -> bool:
    """Tell whether ``user`` works on cases, so that figures may lead to what citizens wrote; others read numbers."""
    return is_unit(user, at) or reads_own_figures(user, at)


# ---- doors ----

_AGENCY: Final = CompiledRead(lambda _shape, *, code: Agency.objects.filter(code=code), is_prepared=True)


def only_for[V: Page](question: Question) -> Callable[[V], V]:
    """Let in whoever ``question`` says yes to now; answer 404 to everybody else who is signed in."""

    def decorate(view: V) -> V:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not question(signed_in_user(request), timezone.now()):
                raise Http404
            return view(request, *args, **kwargs)

        return cast("V", wrapper)

    return decorate


for_readers_of_all = only_for(reads_all_figures)
for_readers_of_some = only_for(reads_some_figures)
for_unit = only_for(is_unit)
for_unit_head = only_for(is_unit_head)


def agency_or_404(user: User, code: str, at: datetime) -> Agency:
    """Return the agency with ``code`` if ``user`` reads its figures; one statement.

    Raises:
        Http404: there is none, or it is not theirs to read; the answer is the same.
    """
    agency = _AGENCY.first(code=code)
    if agency is None or not reads_agency(user, agency, at):
        raise Http404
    return agency
