"""The form for a new password."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.sign_in.passwords import rules
from kit.forms import (
    Form,
    PasswordField,
)


class NewPasswordForm(Form):
    """A new password, typed twice; it may not be made of the data of ``owner``."""

    password = PasswordField(
        label=_("Password"),
        new=True,
        help_text=_(
            "At least 12 characters. Three unrelated words are enough and easy to remember. You can paste from a "
            "password manager."
        ),
        error_messages={"required": _("Enter a password")},
    )
    again = PasswordField(
        label=_("Password again"), new=True, error_messages={"required": _("Enter the password again")}
    )

    def __init__(self, *args: Any, owner: rules.PasswordOwner | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean_password(self) -> str:
        """Refuse a password that is short, common or made of its owner's data, before anything is hashed."""
        password: str = self.cleaned_data["password"]
        rules.check(password, self.owner)
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two; no error for the second one if the first has one."""
        if "password" in self.errors:
            self.errors.pop("again", None)
        first, second = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if first and second and first != second:
            self.add_error("again", _("The passwords do not match"))
        return self.cleaned_data
