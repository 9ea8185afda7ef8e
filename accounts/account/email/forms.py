"""The form for a new e-mail address, or its removal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from kit.forms import EmailField, Form, PasswordField


class ChangeEmailForm(Form):
    """The address, with the password; where ``is_removal``, the address is ignored."""

    email = EmailField(label=_("E-mail"))
    current = PasswordField(label=_("Your password"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_removal: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.is_removal = is_removal

    def clean(self) -> dict[str, Any]:
        """Ignore the address when it is to be removed."""
        if self.is_removal:
            self.errors.pop("email", None)
            self.cleaned_data["email"] = ""
        return self.cleaned_data
