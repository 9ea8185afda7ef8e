"""The forms by which a person asks about their own data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kit.forms import Form, ParagraphField, PasswordField

LONGEST = 1000
SHORTEST = 10


class CopyForm(Form):
    """The password, so that an unattended screen is not enough."""

    current = PasswordField(label=_("Your password"))


class CorrectionForm(Form):
    """What is wrong, and what is right."""

    text = ParagraphField(
        max=LONGEST,
        min=SHORTEST,
        rows=4,
        label=_("What is wrong, and what is right?"),
        error_messages={"required": _("Write what is wrong, and what is right")},
        help_text=_("You can change your phone, your e-mail and how we contact you yourself, in your account."),
    )


class DeletionForm(Form):
    """The wish to delete the account, confirmed by the password."""

    text = ParagraphField(max=LONGEST, rows=3, required=False, label=_("Is there anything we should know?"))
    current = PasswordField(label=_("Your password"))
