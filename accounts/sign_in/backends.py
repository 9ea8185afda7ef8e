"""Authentication backends: load the user of a session, and check the password of citizens and of staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from accounts.models import Citizen, User
from accounts.sign_in import passwords
from kit.compiled_reads import CompiledRead

#: The backend that a citizen's session is opened with.
CITIZEN_BACKEND: Final = "accounts.sign_in.backends.CitizenBackend"
#: The backend that a session of staff is opened with, after the second factor.
STAFF_BACKEND: Final = "accounts.sign_in.backends.StaffBackend"
LONGEST_PASSWORD: Final = 128
#: Who asks: read by every request of somebody who is signed in.
_CITIZEN: Final = CompiledRead(
    lambda _shape, *, user: User.objects.select_related("citizen").filter(pk=user), is_prepared=True
)
_STAFF: Final = CompiledRead(lambda _shape, *, user: User.objects.filter(pk=user), is_prepared=True)


class CitizenBackend(BaseBackend):
    """Citizens sign in by number and password, through ``citizen_for``.

    Django's ``authenticate`` is not used for them: it hands the number to every listener of a failed attempt.
    """

    def get_user(self, user_id: Any) -> User | None:
        """Return the user with the citizen, who is needed on every page, in one query."""
        user = _CITIZEN.first(user=user_id)
        return user if user is not None and user.is_active else None


class StaffBackend(ModelBackend):
    """Staff sign in by e-mail address and password."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the user, unless they may no longer sign in, in one query."""
        user = _STAFF.first(user=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def authenticate(  # type: ignore[override] # Django passes credentials by name, and ours is "login"
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        login: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        """Return the member of staff; an unknown login takes the same time."""
        if login is None or password is None:
            return None
        user = member_of_staff(login)
        is_right = _is_password(password, user)
        return user if user is not None and is_right and self.user_can_authenticate(user) else None


def member_of_staff(login: str) -> User | None:
    """Return the member of staff who signs in with this e-mail address."""
    return User.objects.filter(login=login.strip().lower(), is_staff=True).first()


def people_with(number: str) -> list[User]:
    """Return who may sign in with this number: its proven owner first, then pending citizens as they registered.

    All of them, since a limit would let strangers who register with the number push somebody else out; so only key and
    hash of each are read, and one password is hashed for all of them.
    """
    keys = Citizen.objects.signing_in_with(number).values_list("user", "user__password")
    return [User(pk=key, password=password) for key, password in keys]


def citizen_for(number: str, password: str, users: Sequence[User]) -> User | None:
    """Return the first of ``users``, who are ``people_with`` the number, with this password, or None.

    Both take the same time.
    """
    guess, fits = _hashable(password)
    matching = passwords.matching_users(guess, number, users)
    return CitizenBackend().get_user(matching[0].pk) if matching and fits else None


def _is_password(password: str, user: User | None) -> bool:
    """Compare, hashing the same amount whether there is a user, a usable password, or neither."""
    guess, fits = _hashable(password)
    if user is None or not user.has_usable_password():
        make_password(guess)
        return False
    return check_password(guess, user.password, setter=_rehash(user)) and fits


def _hashable(password: str) -> tuple[str, bool]:
    """Return what is hashed, and whether it can be a password: a long text would take longer."""
    fits = 0 < len(password) <= LONGEST_PASSWORD
    return (password if fits else "-"), fits


def _rehash(user: User) -> Any:
    def store(raw: str) -> None:
        user.set_password(raw)
        user.save(update_fields=["password"])

    return store
