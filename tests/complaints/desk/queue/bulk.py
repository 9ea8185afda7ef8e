"""What tests of bulk actions send: the rows that were ticked, the action asked for, and the press that applies it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from complaints.models import Case


def ticked(*cases: Case) -> list[str]:
    return [f"{case.reference}-{case.version}" for case in cases]


def press(client: Client, action: str, *chosen: Case | str, **typed: object) -> list[tuple[str, bool, str]]:
    """Return what became of each case."""
    sent = [one if isinstance(one, str) else f"{one.reference}-{one.version}" for one in chosen]
    page = client.post(reverse("queue-bulk"), {"bulk_action": action, "case": sent, "send": "1", **typed})
    assert (page.status_code, page.templates[0].name) == (200, "complaints/desk/queue/bulk_done.html")
    return [(result.reference, result.is_done, result.words) for result in page.context["results"]]


def asked(client: Client, action: str, *chosen: Case) -> Any:
    page = client.post(
        reverse("queue-bulk"), {"bulk_action": action, "case": ticked(*chosen), "list_query": "view=late&topic=3"}
    )
    assert page.status_code == 200
    return page
