"""Where it happened: the governorate, an area from its list or another, a description, and the phone's location."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy as _

from agencies.models import City, Governorate
from complaints.models.coordinates import is_in_jordan
from kit.compiled_reads import CompiledRead
from kit.forms import CHOOSE, Form, LineField

#: Degrees are kept to about ten metres; more would say which room.
DECIMALS = 4
COORDINATES = ("latitude", "longitude")


def area_options() -> SafeString:
    """Return the names of the offered areas in the language of the page as options, each with its governorate.

    The rows are read each time; the same ones are written once.
    """
    return _options(tuple(_AREAS.rows(f"name_{get_language() or 'ar'}")))


@lru_cache(maxsize=4)
def _options(rows: tuple[tuple[str, str, str], ...]) -> SafeString:
    return format_html_join("\n", '<option value="{}" data-in="{}">{}</option>', rows)


def _areas(name: str) -> QuerySet[City, tuple[str, str, str]]:
    rows = City.objects.filter(is_active=True).order_by("governorate__sort_order", name)
    return rows.values_list(name, "governorate__code", f"governorate__{name}")


_AREAS: Final = CompiledRead(_areas, is_prepared=True)


def all_governorates() -> list[Governorate]:
    """Return all governorates in their order."""
    return _GOVERNORATES.rows()


_GOVERNORATES: Final = CompiledRead(lambda _shape: Governorate.objects.all(), is_prepared=True)


def governorates_named(code: str) -> list[Governorate]:
    """Return the governorate with this code, for a form that no page shows; no statement without a code."""
    return _NAMED.rows(code=code) if code else []


_NAMED: Final = CompiledRead(lambda _shape, *, code: Governorate.objects.filter(code=code), is_prepared=True)


class PlaceForm(Form):
    """The fields of the place.

    Coordinates are taken only when the person presses the button for them; outside Jordan they are refused.
    """

    governorate = forms.ChoiceField(required=False, label=_("Governorate"))
    area = LineField(
        max=120,
        required=False,
        label=_("Area or district"),
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
    )
    place = LineField(max=200, required=False, label=_("Describe the place"))
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)

    def offer_places(self, governorates: Sequence[Governorate], *, is_required: bool) -> None:
        """Offer the governorates; ``is_required`` asks for one, and for where in it."""
        self.governorates = {governorate.code: governorate for governorate in governorates}
        names = [(code, one.name) for code, one in self.governorates.items()]
        self.offer_choices("governorate", names, empty=CHOOSE)
        self.fields["governorate"].required = self.is_place_required = is_required

    def clean(self) -> dict[str, Any]:
        """Refuse a location abroad, and a missing place where the topic needs one."""
        cleaned = super().clean() or {}
        is_located = self._settle_location(cleaned)
        is_described = cleaned.get("area") or cleaned.get("place") or is_located
        if self.is_place_required and not is_described and not {"area", "place"} & self.errors.keys():
            self.add_error("place", gettext("Write where it is, or use your location"))
        return cleaned

    def _settle_location(self, cleaned: dict[str, Any]) -> bool:
        """Keep both coordinates or none; tell whether they are kept."""
        latitude, longitude = cleaned.get("latitude"), cleaned.get("longitude")
        is_wrong = bool(set(COORDINATES) & self.errors.keys())
        if latitude is not None and longitude is not None:
            if is_in_jordan(latitude, longitude):
                cleaned |= {"latitude": round(latitude, DECIMALS), "longitude": round(longitude, DECIMALS)}
                return True
            is_wrong = True
        for name in COORDINATES:
            self.errors.pop(name, None)
            cleaned[name] = None
        if is_wrong:
            # The page must not send it again.
            self.data = {**self.data, **dict.fromkeys(COORDINATES, "")}
            text = gettext("Your location is not in Jordan, so we did not keep it. Write where it happened instead.")
            self.add_error("place", text)
        return False

    def with_place(self, words: dict[str, Any]) -> dict[str, Any]:
        """Return ``words`` with the governorate as its row."""
        if "governorate" in words:
            words["governorate"] = self.governorates.get(words["governorate"])
        return words
