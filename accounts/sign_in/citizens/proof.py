"""The proof of a citizen who signs in: number and password, tries counted, for pages and apps alike."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in import backends
from accounts.sign_in.attempts import CITIZENS, Attempt
from accounts.sign_in.citizens.forms import SignInForm


def proven_citizen(request: HttpRequest, form: SignInForm, *, at: datetime) -> User | None:
    """Count the try and check it; return the user, None for an unknown number and a wrong password alike.

    ``form`` is valid. Raises ``RateLimitReached``.
    """
    number = form.cleaned_data["number"]
    people = backends.people_with(number)
    attempt = Attempt(request, CITIZENS, number, people)
    with attempt.counted(at=at):
        user = backends.citizen_for(number, form.cleaned_data["password"], people)
    if user is None:
        attempt.failed()
        return None
    # A pending citizen shares the number with its owner, and must not reset the count of tries at the owner's password.
    attempt.succeeded(at=at, clears=user.citizen.is_matched)
    return user
