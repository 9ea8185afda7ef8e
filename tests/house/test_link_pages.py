"""Every address with a secret in it is kept out of caches, search engines and other sites."""

from django.test import Client
from django.urls import get_resolver

from tests.house import addresses

#: What stands for a secret in the patterns of addresses.
SECRET = "token"


def test_whoever_is_opened_by_a_secret_says_that_nobody_else_may_learn_it(client: Client, db: None) -> None:
    with_secret = {name for name, parameters in addresses.named().items() if SECRET in parameters}
    views = {entry.name: entry.callback for entry in addresses.walk(get_resolver()) if entry.name in with_secret}
    assert {"short-link", "rating", "directorate", "receipt-check", "staff-invitation"} <= views.keys()
    assert [name for name, view in views.items() if not getattr(view, "is_opened_by_link", False)] == []
    for path in ("/ar/check/x/", "/ar/invitation/x/", "/ar/account/email/confirm/x/", "/ar/rate/x/"):
        page = client.get(path)
        assert page.status_code == 404, path
        assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("strict-origin", "noindex, nofollow"), path
        assert "no-store" in page["Cache-Control"], path
