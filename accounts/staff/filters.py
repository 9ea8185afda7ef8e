"""The filters of lists of people: names are sent by POST and stand in no address, the rest is an address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

#: What never stands in an address: names, and what belongs to one sending.
_NEVER = frozenset({"words", "after", "csrfmiddlewaretoken"})


def sent_filter(request: HttpRequest) -> QueryDict:
    """Return what the reader filters by."""
    return request.POST if request.method == "POST" else request.GET


def query_string(sent: QueryDict, *, after: str = "") -> str:
    """Return the query string of a filter without names, of the page that starts ``after`` a mark."""
    kept = {name: value for name, value in sent.items() if name not in _NEVER and value}
    return "?" + urlencode({**kept, **({"after": after} if after else {})})
