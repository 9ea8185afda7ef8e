"""The form every page uses: its errors name their fields."""

import logging
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.utils import pretty_name
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext

from kit.forms.choices import Card, ChoiceCardsField
from kit.forms.text import Text

logger = logging.getLogger(__name__)


class Form(forms.Form):
    """A form whose errors name their field, and which leaves checking to the server."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        """Give every field its label and its own "missing" sentence, then clean.

        Done here and not in ``__init__`` so that a form may still rename its fields after construction.
        """
        for name, field in self.fields.items():
            if not isinstance(field.label, Promise):
                field.label = field.label or pretty_name(name)
            _name_the_missing(field)
            _say_what_is_offered(field)
        super().full_clean()
        if forged := [name for name, errors in self.errors.as_data().items() if _is_forged(errors)]:
            logger.warning("a form held what no page offers", extra={"form": type(self).__name__, "fields": forged})

    def offer(self, name: str, cards: Iterable[Card]) -> None:
        """Set the answers of one choice-cards field, for those known only when the form is made."""
        self.typed_field(name, ChoiceCardsField).cards = cards

    def offer_choices(self, name: str, choices: Iterable[tuple[Any, Any]], *, empty: Text = "") -> None:
        """Set the choices of one select, for those known only when the form is made; ``empty`` names an empty first."""
        first = [("", empty)] if empty else []
        self.typed_field(name, forms.ChoiceField).choices = [*first, *choices]

    def offer_rows(self, name: str, rows: QuerySet[Any]) -> None:
        """Set the rows of one select of rows, for those known only when the form is made."""
        self.typed_field(name, forms.ModelChoiceField).queryset = rows

    def typed_field[F: forms.Field](self, name: str, kind: type[F]) -> F:
        """Return the field called ``name``; raise ``TypeError`` unless it is a ``kind``."""
        field = self.fields[name]
        if not isinstance(field, kind):
            msg = f"{name} is a {type(field).__name__}, not a {kind.__name__}"
            raise TypeError(msg)
        return field


def _is_forged(errors: Iterable[ValidationError]) -> bool:
    """Tell whether a choice is none of those offered: the page is old, or somebody made the request by hand."""
    return any(error.code == "invalid_choice" for error in errors)


def _name_the_missing(field: forms.Field) -> None:
    if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = _missing(field)


def _missing_sentence(field: forms.Field) -> str:
    if isinstance(field.widget, forms.CheckboxInput):
        sentence = gettext("Tick: %(label)s")
    elif isinstance(field.widget, forms.Select | forms.RadioSelect):
        sentence = gettext("Choose: %(label)s")
    else:
        sentence = gettext("Enter: %(label)s")
    return sentence % {"label": field.label}


def _not_offered_sentence(field: forms.Field) -> str:
    return gettext("%(label)s: choose one of the options shown") % {"label": field.label}


# Most fields are in order, and nobody reads their sentences.
_missing, _not_offered = lazy(_missing_sentence, str), lazy(_not_offered_sentence, str)


def _say_what_is_offered(field: forms.Field) -> None:
    """Replace Django's sentence, which repeats what was sent: that may be anything."""
    given = field.error_messages.get("invalid_choice")
    if given and given is type(field).default_error_messages.get("invalid_choice"):
        field.error_messages["invalid_choice"] = _not_offered(field)
