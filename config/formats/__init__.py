"""How numbers and dates are written in each language: Django's own Arabic formats do not suit Jordan."""

from django.utils.translation import gettext_noop

# Named here so that our catalogue holds them: Django's Arabic says يناير, Jordan says كانون الثاني.
MONTHS = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)
