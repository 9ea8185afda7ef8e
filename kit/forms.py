"""Form fields in the house voice: Arabic digits folded, unsafe text refused, every error a whole sentence."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import EmailValidator
from django.forms.utils import pretty_name
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django_stubs_ext import StrPromise
from phonenumber_field.phonenumber import PhoneNumber

from kit.arabic import fold_digits

type Text = str | StrPromise
# Lazy on purpose: the class takes its argument in the stubs only.
type Upload = UploadedFile[Any]

LONGEST_PASSWORD = 128
LONGEST_EMAIL = 254
# Arabic needs three marks on one letter at most (shadda, vowel, superscript alef); higher heaps only break the page.
MOST_MARKS_ON_A_LETTER = 8
EARLIEST_BIRTH_YEAR = 1900

BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_BREAKS_AND_TABS = frozenset("\t\n\r")
MEGABYTE = 1024 * 1024

JORDAN_MONTHS = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
EGYPT_MONTHS = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# ---- the form ----


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
            field.label = field.label or pretty_name(name)
            _name_the_missing(field)
            _say_what_is_offered(field)
        super().full_clean()

    def offer(self, name: str, cards: Iterable["Card"]) -> None:
        """Set the answers of one choice-cards field, for those known only when the form is made."""
        field = self.fields[name]
        if not isinstance(field, ChoiceCardsField):
            msg = f"{name} is not a field of choice cards"
            raise TypeError(msg)
        field.cards = cards


def _name_the_missing(field: forms.Field) -> None:
    if field.error_messages.get("required") is not forms.Field.default_error_messages["required"]:
        return
    field.error_messages["required"] = _missing_sentence(field) % {"label": field.label}


def _missing_sentence(field: forms.Field) -> str:
    if isinstance(field.widget, forms.CheckboxInput):
        return gettext("Tick: %(label)s")
    if isinstance(field.widget, forms.Select | forms.RadioSelect):
        return gettext("Choose: %(label)s")
    return gettext("%(label)s is missing")


def _say_what_is_offered(field: forms.Field) -> None:
    """Replace Django's sentence, which repeats what was sent: that may be anything."""
    given = field.error_messages.get("invalid_choice")
    if given and given is type(field).default_error_messages.get("invalid_choice"):
        field.error_messages["invalid_choice"] = gettext("%(label)s: choose one of the answers offered") % {
            "label": field.label
        }


# ---- what text may hold ----


def safe_text(text: str) -> str:
    """Return ``text`` with plain line ends, or raise ValidationError for what cannot be stored or shown.

    Refused: NUL and other control characters, lone surrogates, and heaps of combining marks. ZWJ, ZWNJ and the
    direction marks are legitimate Arabic.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(_is_unstorable(letter) for letter in text):
        raise ValidationError(
            _("Part of this text cannot be read. Type it here instead of pasting it."), code="unreadable"
        )
    if _has_heaped_marks(text):
        raise ValidationError(_("There are too many marks over one letter. Remove some of them."), code="marks")
    return text


def _is_unstorable(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"} and letter not in LINE_BREAKS_AND_TABS


def _has_heaped_marks(text: str) -> bool:
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if run > MOST_MARKS_ON_A_LETTER:
            return True
    return False


def _refuse_bidi_controls(text: str) -> None:
    if not BIDI_CONTROLS.isdisjoint(text):
        raise ValidationError(
            _("This text has hidden characters that change its direction. Type it here instead of pasting it."),
            code="bidi",
        )


def _refuse_length(text: str, *, shortest: int, longest: int) -> None:
    typed = len(text)
    if typed > longest:
        sentence = ngettext(
            "Write at most %(limit)s character; there are %(typed)s now",
            "Write at most %(limit)s characters; there are %(typed)s now",
            longest,
        )
        raise ValidationError(sentence % {"limit": f"{longest:,}", "typed": f"{typed:,}"}, code="max_length")
    if text and typed < shortest:
        sentence = ngettext(
            "Write at least %(limit)s character; there are %(typed)s now",
            "Write at least %(limit)s characters; there are %(typed)s now",
            shortest,
        )
        raise ValidationError(sentence % {"limit": f"{shortest:,}", "typed": f"{typed:,}"}, code="min_length")


class _TextField(forms.CharField):
    """What a line and a paragraph share: own length check with both counts, and no silent cut by the browser."""

    def __init__(self, *, max: int, min: int = 0, **kwargs: Any) -> None:  # noqa: A002 - reads as LineField(max=120)
        super().__init__(**kwargs)
        self.longest, self.shortest = max, min
        # Django's own NUL validator would say the same thing in another voice.
        self.validators = []

    def to_python(self, value: Any) -> str:
        # The length comes first, so that a megabyte is refused before it is read letter by letter.
        text = super().to_python(value) or ""
        _refuse_length(text.replace("\r\n", "\n"), shortest=self.shortest, longest=self.longest)
        return self.tidy(safe_text(text))

    def tidy(self, text: str) -> str:
        return text


class LineField(_TextField):
    """One line of text, such as a name or a subject: spaces are made single, direction overrides are refused."""

    def tidy(self, text: str) -> str:
        """Return the line with single spaces."""
        _refuse_bidi_controls(text)
        return " ".join(text.split())


class ParagraphField(_TextField):
    """Several lines of text with a counter below; line ends are made plain before they are counted."""

    def __init__(self, *, max: int, min: int = 0, rows: int = 5, **kwargs: Any) -> None:  # noqa: A002 - as LineField
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows, "data-max": max}))
        super().__init__(max=max, min=min, **kwargs)


class EmailField(forms.EmailField):
    """An e-mail address, typed left to right."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_EMAIL)
        kwargs.setdefault(
            "widget", forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "email", "spellcheck": "false"})
        )
        super().__init__(**kwargs)
        del self.widget.attrs["maxlength"]
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the address in its plain form, or raise one sentence for whatever is wrong with it."""
        text = _without_format_marks(super().to_python(value) or "")
        if text and not _is_address(text):
            raise ValidationError(_("Enter an e-mail address, such as name@example.com"), code="invalid")
        return text


# Not the mail server's own machine: whoever writes there has its users and its neighbours in mind.
_validate_address = EmailValidator(allowlist=[])


def _is_address(text: str) -> bool:
    try:
        _validate_address(text)
    except ValidationError:
        return False
    name, _at, host = text.rpartition("@")
    # Django lets four letters through that fold to "i", "k" and "s": no server takes them, and whatever is then held
    # against such an address would be held against another person's.
    if not name.isascii() or not _is_itself(host):
        return False
    # Brackets hold a machine's number, and a header could not hold what begins like an encoded word.
    return len(text) <= LONGEST_EMAIL and text.isprintable() and "[" not in text and "=?" not in text


def _is_itself(host: str) -> bool:
    """Tell whether a host is asked for as it is written: "ｈｏｍｅ.example" is home.example, counted as another one."""
    try:
        return host.isascii() or host.encode("idna").decode("idna") == host.lower()
    except UnicodeError:
        return False


# ---- numbers ----

THOUSANDS = re.compile("[\\s,\u066c]+")
SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212_./()]+")


def _without_format_marks(text: str) -> str:
    """Drop invisible marks: telephones put them round a number that is copied from the contacts."""
    return "".join(letter for letter in text.strip() if unicodedata.category(letter) != "Cf")


def plain_digits(text: str) -> str:
    """Return what was typed with ``٠-٩`` and ``۰-۹`` as 0-9, without spaces, dashes and invisible marks."""
    return SEPARATORS.sub("", fold_digits(_without_format_marks(text)))


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


class DigitsInput(forms.TextInput):
    """A box for digits, read left to right, with the number keyboard on telephones."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {
            "dir": "ltr",
            "inputmode": "numeric",
            "autocomplete": "off",
            "spellcheck": "false",
            "data-digits": True,
        }
        super().__init__({**defaults, **(attrs or {})})


class DigitsField(forms.CharField):
    """A number that is a name (national number, code, tracking number): kept as text, leading zeros and all.

    Give ``length``, or ``min`` and ``max``. The error says how many digits were typed.
    """

    widget = DigitsInput

    def __init__(
        self,
        *,
        length: int | None = None,
        min: int = 1,  # noqa: A002 - as LineField
        max: int = 20,  # noqa: A002
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.shortest, self.longest = (length, length) if length else (min, max)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the digits as 0-9."""
        digits = plain_digits(super().to_python(value) or "")
        if digits:
            self._check(digits)
        return digits

    def _check(self, digits: str) -> None:
        label = self.label or ""
        if not _is_digits(digits):
            raise ValidationError(gettext("%(label)s is made of digits only") % {"label": label}, code="not_digits")
        if self.shortest <= len(digits) <= self.longest:
            return
        raise ValidationError(self._length_sentence() % {
            "label": label, "min": self.shortest, "max": self.longest, "typed": f"{len(digits):,}",
        }, code="length")  # fmt: skip

    def _length_sentence(self) -> str:
        if self.shortest == self.longest:
            return ngettext(
                "%(label)s has %(max)s digit; you entered %(typed)s",
                "%(label)s has %(max)s digits; you entered %(typed)s",
                self.longest,
            )
        return gettext("%(label)s has from %(min)s to %(max)s digits; you entered %(typed)s")


class NumberField(forms.IntegerField):
    """A whole number that is counted with, such as days; accepts Arabic digits and thousands separators."""

    widget = DigitsInput

    def __init__(self, *, min: int = 0, max: int = 1_000_000, **kwargs: Any) -> None:  # noqa: A002 - as LineField
        super().__init__(**kwargs)
        self.least, self.most = min, max

    def to_python(self, value: Any) -> int | None:
        """Return the number, within its limits."""
        # Not plain_digits, which takes points and dashes out: 1.5 is not 15, and -1 is not 1.
        typed = THOUSANDS.sub("", fold_digits(_without_format_marks(str(value)))) if value is not None else ""
        if not typed:
            return None
        # Seven figures are more than any limit here; int() refuses to read thousands of them.
        number = int(typed) if _is_digits(typed) and len(typed) <= len(str(self.most)) else None
        if number is None or not self.least <= number <= self.most:
            raise ValidationError(
                gettext("Enter a whole number from %(min)s to %(max)s")
                % {"min": f"{self.least:,}", "max": f"{self.most:,}"},
                code="invalid",
            )
        return number


class MobileField(forms.CharField):
    """A mobile telephone number, returned in E.164 (``+962790001234``).

    Numbers without a country are Jordanian. ``regions`` are the countries accepted: messages cost money, and numbers
    abroad are the usual way to run up the bill.
    """

    def __init__(self, *, regions: Collection[str] = ("JO",), **kwargs: Any) -> None:
        kwargs.setdefault("widget", DigitsInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)
        self.regions = frozenset(regions)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the number in E.164."""
        typed = plain_digits(super().to_python(value) or "")
        if not typed:
            return ""
        number = _parsed(typed)
        if number is None or not self._is_mobile(number):
            raise ValidationError(_("Enter a mobile number, such as 0790001234"), code="invalid")
        return str(number.as_e164)

    def _is_mobile(self, number: PhoneNumber) -> bool:
        return (
            number.is_valid()
            and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
            and phonenumbers.region_code_for_number(number) in self.regions
        )


def _parsed(typed: str) -> PhoneNumber | None:
    if not _is_digits(typed.removeprefix("+")):
        return None
    try:
        return PhoneNumber.from_string(typed, region="JO")
    except phonenumbers.NumberParseException:
        return None


# ---- passwords ----


class PasswordField(forms.CharField):
    """A password, kept exactly as typed and never written back into a page."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "autocomplete": "new-password" if new else "current-password"}
        super().__init__(strip=False, widget=forms.PasswordInput(attrs=attrs), **kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the password; its length is bounded here, before anything hashes it."""
        text = super().to_python(value) or ""
        if len(text) > LONGEST_PASSWORD:
            sentence = ngettext(
                "The password may have %(limit)s character at most",
                "The password may have %(limit)s characters at most",
                LONGEST_PASSWORD,
            )
            raise ValidationError(sentence % {"limit": LONGEST_PASSWORD}, code="max_length")
        return safe_text(text)


# ---- choices ----


class Card(NamedTuple):
    """One answer shown as a card: what is stored, what is read, and a line below it.

    Cards with the same ``group`` that follow each other stand together under that heading.
    """

    value: str
    label: Text
    description: Text = ""
    group: Text = ""


class ChoiceCards(forms.RadioSelect):
    """Radio buttons drawn as cards."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.cards: Mapping[str, Card] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "ChoiceCards":
        copied: ChoiceCards = super().__deepcopy__(memo)
        copied.cards = self.cards
        return copied


class ChoiceCardsField(forms.ChoiceField):
    """One answer out of a few, each with an optional description.

    A form sets answers it learns late with ``self.offer("topic", cards)``.
    """

    widget: ChoiceCards = ChoiceCards  # type: ignore[assignment] # Django replaces the class by an instance

    def __init__(self, *, cards: Iterable[Card] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cards = tuple(cards)

    def __deepcopy__(self, memo: dict[int, Any]) -> "ChoiceCardsField":
        copied: ChoiceCardsField = super().__deepcopy__(memo)
        copied.cards = self.cards
        return copied

    @property
    def cards(self) -> Iterable[Card]:
        """The answers offered, in order."""
        return self._cards

    @cards.setter
    def cards(self, cards: Iterable[Card]) -> None:
        self._cards = tuple(cards)
        self.choices = [(card.value, card.label) for card in self._cards]
        self.widget.cards = {card.value: card for card in self._cards}


# ---- dates ----


class BirthDateInput(forms.Widget):
    """Three boxes: day, month, year."""

    parts = ("day", "month", "year")
    #: What the browser may know of each part.
    autocomplete = "bday-{part}"

    def value_from_datadict(
        self,
        data: Mapping[str, Any],
        files: MultiValueDict[str, Upload],  # noqa: ARG002 - Django's signature
        name: str,
    ) -> list[str]:
        """Return what was typed in each box."""
        return [str(data.get(f"{name}_{part}") or "") for part in self.parts]

    def value_omitted_from_data(
        self,
        data: Mapping[str, Any],
        files: MultiValueDict[str, Upload],  # noqa: ARG002 - Django's signature
        name: str,
    ) -> bool:
        """Tell whether the form had none of the boxes."""
        return all(f"{name}_{part}" not in data for part in self.parts)

    def format_value(self, value: Any) -> Any:
        """Return the three texts to show again, whether they come from a date or from what was typed."""
        if isinstance(value, date):
            return [str(value.day), str(value.month), str(value.year)]
        return value or ["", "", ""]


class BirthDateField(forms.Field):
    """A date of birth in three parts; the month may be a number or a name of either family.

    The ``code`` of an error is the part that is wrong ("day", "month", "year"), so that the page marks that box.
    ``today`` is the last day that is accepted.
    """

    widget: forms.Widget = BirthDateInput  # type: ignore[assignment] # Django replaces the class by an instance
    #: What is said of a part that is missing, and of a day after ``today``.
    missing: Mapping[str, Text] = {
        "day": _("Enter the day of birth"),
        "month": _("Enter the month of birth"),
        "year": _("Enter the year of birth"),
    }
    in_future: Text = _("The date of birth cannot be in the future")

    def __init__(self, *, today: Callable[[], date] = timezone.localdate, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today

    def clean(self, value: Any) -> date | None:
        """Return the date, None when all three boxes are empty and the field is optional."""
        typed = [fold_digits(_without_format_marks(part)) for part in (value or ["", "", ""])]
        if not any(typed):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        for part, text in zip(BirthDateInput.parts, typed, strict=True):
            if not text:
                raise ValidationError(self.missing[part], code=part)
        day, month, year = typed
        return self._date(day=_part(day, "day"), month=_month(month), year=_part(year, "year"))

    def _date(self, *, day: int, month: int, year: int) -> date:
        today = self.today()
        if not EARLIEST_BIRTH_YEAR <= year <= today.year:
            limits = {"first": EARLIEST_BIRTH_YEAR, "last": today.year}
            raise ValidationError(gettext("The year must be between %(first)s and %(last)s") % limits, code="year")
        try:
            born = date(year, month, day)
        except ValueError:
            raise ValidationError(_("That month does not have this day"), code="day") from None
        if born > today:
            raise ValidationError(self.in_future, code="year")
        return born


class DayInput(BirthDateInput):
    """Three boxes for a day of which the browser knows nothing."""

    autocomplete = "off"


class DayField(BirthDateField):
    """A day on which something happened, today at the latest, in three parts as a date of birth is."""

    widget = DayInput  # type: ignore[assignment] # as above
    missing = {"day": _("Enter the day too"), "month": _("Enter the month too"), "year": _("Enter the year too")}
    in_future = _("This day has not come yet. Enter today or a day before")


def _part(typed: str, part: str) -> int:
    number = int(typed) if _is_digits(typed) and len(typed) <= len("2026") else 0
    if part == "day" and not 1 <= number <= 31:  # noqa: PLR2004 - the longest month
        raise ValidationError(_("The day must be between 1 and 31"), code="day")
    return number


def _month(typed: str) -> int:
    named = MONTH_NUMBERS.get(_month_key(typed))
    number = int(typed) if _is_digits(typed) and len(typed) <= len("12") else 0
    if named is None and not 1 <= number <= 12:  # noqa: PLR2004 - months of a year
        raise ValidationError(_("The month must be between 1 and 12"), code="month")
    return named or number


def _month_key(name: str) -> str:
    """Return a month's name without hamzas, marks, articles, spaces and case: people write all of these both ways."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalpha())
    return bare.replace("ال", "")


MONTH_NUMBERS: dict[str, int] = {
    _month_key(name): number
    for family in (JORDAN_MONTHS, EGYPT_MONTHS, ENGLISH_MONTHS, tuple(name[:3] for name in ENGLISH_MONTHS))
    for number, name in enumerate(family, start=1)
}


# ---- files ----


class FilesInput(forms.FileInput):
    """A file box that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(
        self,
        data: Mapping[str, Any],  # noqa: ARG002 - Django's signature
        files: MultiValueDict[str, Upload],
        name: str,
    ) -> list[Upload]:
        """Return all files chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else [file for file in [files.get(name)] if file]


class MultipleFileField(forms.FileField):
    """Any number of files up to ``most``; cleans to a list. What is in them is for the domain to judge."""

    widget = FilesInput

    def __init__(self, *, most: int, accept: str = "", max_bytes: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.max_bytes = most, max_bytes
        self.widget.attrs["multiple"] = True
        if accept:
            self.widget.attrs["accept"] = accept

    def clean(self, value: Any, initial: Any = None) -> list[Upload]:  # noqa: ARG002 - Django's signature
        """Return the files in the order they were chosen."""
        files: list[Upload] = list(value or [])
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.most:
            sentence = ngettext(
                "Choose %(limit)s file at most; you chose %(typed)s",
                "Choose %(limit)s files at most; you chose %(typed)s",
                self.most,
            )
            raise ValidationError(sentence % {"limit": self.most, "typed": len(files)}, code="too_many")
        self._check_sizes(files)
        return files

    def _check_sizes(self, files: Sequence[Upload]) -> None:
        errors = [sentence for file in files if (sentence := self._size_error(file))]
        if errors:
            raise ValidationError(errors)

    def _size_error(self, file: Upload) -> str:
        if not file.size:
            return gettext("%(file)s was not uploaded: the file is empty") % {"file": _isolated(file.name)}
        if self.max_bytes and file.size > self.max_bytes:
            words = {"file": _isolated(file.name), "limit": self.max_bytes // MEGABYTE}
            return gettext("%(file)s was not uploaded: larger than %(limit)s MB") % words
        return ""


def _isolated(name: str | None) -> str:
    """Return a file name between isolating marks: Latin names would otherwise turn an Arabic sentence round."""
    return f"\u2068{name}\u2069"
