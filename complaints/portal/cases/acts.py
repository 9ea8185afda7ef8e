"""What a citizen can do to a case now, as the bar of its page offers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class CitizenAct:
    """One thing to do: its address, its words and its icon; ``is_first`` where the case waits for it."""

    href: str
    text: str | StrPromise
    icon: str
    is_first: bool = False


def citizen_acts(page: dict[str, Any]) -> list[CitizenAct]:
    """Return what the ``page`` of a case offers, what is needed most first and the withdrawal last."""
    return list(_acts(page))


def _acts(page: dict[str, Any]) -> Iterator[CitizenAct]:
    ref, kind, asking = page["case"].reference, page["kind"], page["asking"]
    if page["question"]:
        yield CitizenAct("#question", gettext("Answer the question"), "msg", is_first=True)
    if asking is not None and (asking.may_remind or asking.may_ask_unit):
        yield CitizenAct("#late", gettext("Remind"), "bell", is_first=True)
    if page["objecting"]:
        yield CitizenAct(reverse("case-object", kwargs={"ref": ref}), gettext("Object to the answer"), "alert")
    if page["may_add"]:
        yield CitizenAct(reverse("case-add", kwargs={"ref": ref}), gettext("Add information"), "plus")
    if page["may_amend"]:
        yield CitizenAct(reverse("case-amend", kwargs={"ref": ref}), kind.correct, "pen")
    if page["may_withdraw"]:
        yield CitizenAct(reverse("case-withdraw", kwargs={"ref": ref}), kind.withdraw, "x")
