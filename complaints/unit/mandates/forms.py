"""What the unit says when it confirms, refuses or ends a mandate."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts import phones
from kit.forms import Form, MobileField, ParagraphField

LONGEST: Final = 500
SHORTEST: Final = 5


class GiveMandateForm(Form):
    """What proves the mandate, and the person's own telephone if there is one."""

    seen = ParagraphField(
        label=_("What was seen?"),
        help_text=_("The paper, its number and date, who issued it, and who showed it where"),
        min=SHORTEST,
        max=LONGEST,
        rows=3,
        error_messages={"required": _("Write what was seen")},
    )
    mobile = MobileField(
        label=_("The person's own mobile number"),
        help_text=_("Leave it empty if there is none: messages then go to the representative's"),
        regions=phones.accepted_regions,
        required=False,
    )


class MandateReasonForm(Form):
    """Why the unit refuses a mandate or ends one; both people read it."""

    reason = ParagraphField(
        label=_("Reason"),
        help_text=_("Both people read it"),
        min=SHORTEST,
        max=LONGEST,
        rows=3,
        error_messages={"required": _("Write the reason")},
    )
