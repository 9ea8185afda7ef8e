"""The addresses of the provider by django-oauth-toolkit, and what it says of a person."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from oauth2_provider.oauth2_validators import OAuth2Validator

from tests.accounts.sign_in.oidc_toolkit import PEOPLE


class Validator(OAuth2Validator):  # type: ignore[misc] # it has no types
    """Adds what the provider knows of a person to the ID token."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """Return the claims about whoever signed in."""
        return PEOPLE[request.user.username]


def sign_in(request: HttpRequest, name: str) -> HttpResponse:
    """Sign somebody in at the provider."""
    login(request, User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse("in")


urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")), path("in/<name>/", sign_in)]
