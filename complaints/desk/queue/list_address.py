"""The address of the list from which a form of the queue was sent."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.urls import reverse


def queue_address(sent: QueryDict) -> str:
    """Return the address of the list in which the cases were ticked; its query alone is taken from the request."""
    query = parse_qsl(sent.get("list_query", ""), max_num_fields=None)
    return f"{reverse('queue')}?{urlencode(query)}" if query else reverse("queue")
