"""Changing one's password, mobile number and e-mail address, and choosing how to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _, override

from accounts.forms.registration import NewPasswordForm
from accounts.models.users import LANGUAGES
from kit.forms import Card, ChoiceCardsField, EmailField, Form, MobileField, PasswordField
from notifications.models import Channel


class ChangePasswordForm(NewPasswordForm):
    """The password now, and the new one twice."""

    current = PasswordField(label=_("Your password now"))
    field_order = ("current", "password", "again")


class ChangePhoneForm(Form):
    """The new number, with the password, so that an open screen is not enough."""

    mobile = MobileField(label=_("New mobile number"))
    current = PasswordField(label=_("Your password"))


class ChangeEmailForm(Form):
    """The address, with the password; where it ``is_removal`` the address is not read."""

    email = EmailField(label=_("E-mail"))
    current = PasswordField(label=_("Your password"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_removal: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.is_removal = is_removal

    def clean(self) -> dict[str, Any]:
        """Forget the address of whoever removes theirs."""
        if self.is_removal:
            self.errors.pop("email", None)
            self.cleaned_data["email"] = ""
        return self.cleaned_data


class NoticesForm(Form):
    """In which language messages speak, and by which way they come; e-mail only to a confirmed address."""

    language = ChoiceCardsField(label=_("Language of the messages"))
    notify_by = ChoiceCardsField(label=_("How should we send you news?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, phone: str, email: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("language", [Card(code, _in_itself(code, name)) for code, name in LANGUAGES])
        ways = {Channel.SMS: phone, Channel.EMAIL: email}
        self.offer(
            "notify_by",
            [Card(way.value, way.label, f"\u2066{address}\u2069") for way, address in ways.items() if address],
        )


def _in_itself(code: str, name: object) -> str:
    """Return a language's name in that language, so that whoever cannot read the page finds it."""
    with override(code):
        return str(name)
