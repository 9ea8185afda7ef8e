"""A changed usage policy is shown and accepted at the next sign-in; what was asked for is kept."""

from django.test import Client

from accounts import policy
from accounts.models import Citizen, PolicyAcceptance
from tests.accounts.sign_in.pages import NUMBER, SIGN_IN


def test_a_changed_policy_is_accepted_once_at_the_next_sign_in(client: Client, amina: Citizen, monkeypatch) -> None:
    monkeypatch.setattr(
        policy, "_shipped_changes", lambda: {"2099-01": {"changed_ar": "مدة جديدة", "changed_en": "A new term"}}
    )
    monkeypatch.setattr(policy, "POLICY_VERSION", "2099-01")
    monkeypatch.setattr(policy, "TEXT", "pages/usage_policy/2026-01.{language}.html")
    answer = client.post(f"{SIGN_IN}?next=/ar/account/phone/", NUMBER)
    assert answer["Location"] == "/ar/account/policy/?next=%2Far%2Faccount%2Fphone%2F"
    # Nothing of one's own opens before, whatever is asked for.
    assert client.get("/ar/cases/")["Location"] == "/ar/account/policy/?next=%2Far%2Fcases%2F"
    page = client.get(answer["Location"])
    assert "مدة جديدة" in page.content.decode()
    assert "2099-01" in page.content.decode()
    refused = client.post("/ar/account/policy/", {"next": "/ar/account/phone/"})
    assert refused.status_code == 200
    assert refused.context["form"].errors
    typed = {"policy": "on", "next": "/ar/account/phone/"}
    # The page was opened before the day of the version, and is sent after it.
    other = client.post("/ar/account/policy/", {**typed, "version": "2026-01"})
    assert (other.context["form"]["policy"].errors, PolicyAcceptance.objects.count()) == (
        ["تغيرت سياسة الاستخدام بعد أن فتحتم هذه الصفحة. اقرؤوها من جديد"],
        1,
    )
    accepted = client.post("/ar/account/policy/", {**typed, "version": page.context["version"]})
    assert accepted["Location"] == "/ar/account/phone/"
    assert client.get("/ar/account/phone/").status_code == 200
    versions = PolicyAcceptance.objects.filter(citizen=amina).values_list("version", flat=True)
    assert sorted(versions) == ["2026-01", "2099-01"]
    assert Client().post(SIGN_IN, NUMBER)["Location"] == "/ar/"


def test_a_target_elsewhere_is_left_out(client: Client, amina: Citizen, monkeypatch) -> None:
    client.post(SIGN_IN, NUMBER)
    assert client.get("/ar/account/policy/?next=https://evil.example/")["Location"] == "/ar/"


def test_the_version_in_force_has_its_text_and_its_sentence() -> None:
    shipped = policy.PolicyInForce(policy.POLICY_VERSION)
    assert shipped.what_changed("ar")
    assert shipped.what_changed("en")
