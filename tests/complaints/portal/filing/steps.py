"""The addresses of the steps of filing, what is pressed on the last one, and what a form refuses."""

from django.test import Client

from complaints.models import Draft

AGENCY, WHAT, CHECK = (f"/ar/new/complaint/{step}/" for step in ("agency", "what", "check"))
HOME = "/ar/"


def errors(response) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


def send(client: Client, draft: Draft, **said: object):
    return client.post(CHECK, {"draft": str(draft.pk), "notify_by": "sms", **said})
