"""Form fields in the house voice: Arabic digits folded, unsafe text refused, every error a whole sentence."""

from kit.forms.boxes import DayBoxField, MomentBoxField, TimeBoxField
from kit.forms.choices import CHOOSE, Card, ChoiceCards, ChoiceCardsField
from kit.forms.dates import BirthDateField, BirthDateInput, DayField, DayInput
from kit.forms.emails import EmailField
from kit.forms.files import FilesInput, MultipleFileField
from kit.forms.form import Form
from kit.forms.numbers import DigitsField, DigitsInput, NumberField, plain_digits
from kit.forms.passwords import PasswordField
from kit.forms.phones import MobileField
from kit.forms.text import LineField, ParagraphField, refuse_bidi_controls, safe_text, without_turning

__all__ = [
    "CHOOSE",
    "BirthDateField",
    "BirthDateInput",
    "Card",
    "ChoiceCards",
    "ChoiceCardsField",
    "DayBoxField",
    "DayField",
    "DayInput",
    "DigitsField",
    "DigitsInput",
    "EmailField",
    "FilesInput",
    "Form",
    "LineField",
    "MobileField",
    "MomentBoxField",
    "MultipleFileField",
    "NumberField",
    "ParagraphField",
    "PasswordField",
    "TimeBoxField",
    "plain_digits",
    "refuse_bidi_controls",
    "safe_text",
    "without_turning",
]
