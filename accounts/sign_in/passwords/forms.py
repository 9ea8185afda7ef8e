"""Choosing a new password."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.sign_in.passwords import rules
from kit.forms import (
    Form,
    PasswordField,
)


class NewPasswordForm(Form):
    """A new password, typed twice; ``owner`` is whom it may not resemble."""

    password = PasswordField(
        label=_("Password"),
        new=True,
        help_text=_(
            "At least 12 characters. Three unrelated words are enough and easy to remember. "
            "Pasting from a password manager works."
        ),
    )
    again = PasswordField(label=_("Password again"), new=True)

    def __init__(self, *args: Any, owner: rules.Owner | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean_password(self) -> str:
        """Refuse what is short, common or too close to its owner; nothing is hashed before this."""
        password: str = self.cleaned_data["password"]
        rules.check(password, self.owner)
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two; whoever has to type the first again types the second again anyway."""
        if "password" in self.errors:
            self.errors.pop("again", None)
        first, second = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if first and second and first != second:
            self.add_error("again", _("The two passwords differ"))
        return self.cleaned_data
