"""The addresses of the steps of filing, what is pressed on the last one, and what a form refuses."""

from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.test import Client

from complaints.models import Draft

AGENCY, WHAT, CHECK = (f"/ar/new/complaint/{step}/" for step in ("agency", "what", "check"))
HOME = "/ar/"


def where(response: HttpResponse) -> str:
    """Return the address a press leads to, without the draft it names."""
    return urlsplit(response.url).path


def draft_of(response: HttpResponse) -> str:
    """Return the draft that the address names."""
    return parse_qs(urlsplit(response.url).query)["draft"][0]


def shown(response: HttpResponse) -> HttpResponse:
    """Return the page after a press: an error is answered by a redirect to the page of the draft."""
    return response.client.get(response.url) if response.status_code == 302 else response


def errors(response: HttpResponse, form: str = "form") -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in shown(response).context[form].errors.items()}


def send(client: Client, draft: Draft, **said: object):
    return client.post(CHECK, {"draft": str(draft.pk), "notify_by": "sms", **said})
