"""The own case as its citizen asks for it, and what they write there."""

from django.test import Client
from django.urls import reverse

from complaints.models import Case

ACTS = ("case-add", "case-amend", "case-reply", "case-withdraw")
QUESTION = "هل المياه مقطوعة عن الشارع كله أم عن بنايتكم فقط؟"
MORE = "انقطعت المياه اليوم أيضًا عن الشارع المجاور."


def page(client: Client, case: Case, name: str = "case") -> str:
    response = client.get(url(case, name))
    assert response.status_code == 200
    return response.content.decode()


def url(case: Case, name: str = "case") -> str:
    return reverse(name, kwargs={"ref": case.reference})


def titles(client: Client, case: Case) -> list[str]:
    return [entry.title for entry in client.get(url(case)).context["entries"]]
