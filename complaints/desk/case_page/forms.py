"""The form that asks why somebody needs to see who the person is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import Form, LineField


class IdentityForm(Form):
    """Why somebody needs to see who the person is."""

    reason = LineField(
        max=200,
        min=SHORTEST_TEXT,
        label=_("Why do you need to know who the person is?"),
        error_messages={"required": _("Write why you need to know who the person is")},
        help_text=_("The reason is kept with your name and the time."),
    )
