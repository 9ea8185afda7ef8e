"""The form by which a changed policy is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit.forms import Form


class PolicyForm(Form):
    """The acceptance of the policy shown above it."""

    policy = forms.BooleanField(
        label=_("I have read and accept the usage policy"),
        error_messages={"required": _("Accept the usage policy to continue")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, version: str) -> None:
        """``version`` is the one in force, which the page sends back as the one that was read."""
        super().__init__(data)
        self.version = version

    def clean_policy(self) -> bool:
        """Refuse to accept words that the person has not seen: another version came while the page was open."""
        if self.data.get("version") != self.version:
            raise ValidationError(
                _("The usage policy has changed since you opened this page. Read it again"), code="version"
            )
        return True
