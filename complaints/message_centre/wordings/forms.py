"""The form in which a wording is edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import Form, LineField, ParagraphField
from notifications.wordings import WORDINGS, proofreading
from notifications.wordings.proofreading import LONGEST
from notifications.wordings.wording import FIELDS, Wording


class WordingForm(Form):
    """The wording of one template in one language.

    ``wording`` is what was typed, right or wrong; ``is_readable`` tells that no field is unreadable.
    """

    sms = ParagraphField(max=LONGEST["sms"], label=_("SMS"), widget=forms.Textarea(attrs={"rows": 3}))
    subject = LineField(max=LONGEST["subject"], label=_("Subject of the e-mail"))
    text = ParagraphField(
        max=LONGEST["text"],
        label=_("Text of the e-mail"),
        help_text=_("The case link, if there is one, and the signature are added below it automatically."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, template: str, language: str, wording: Wording
    ) -> None:
        super().__init__(data, initial={field: getattr(wording, field) for field in FIELDS})
        self.template, self.language, self.wording = template, language, wording
        self.built_in, self.is_readable = WORDINGS[language][template], True
        if not self.built_in.sms:
            del self.fields["sms"]
        for field in self.fields.values():
            field.widget.attrs |= {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}

    def clean(self) -> dict[str, Any]:
        """Proofread the fields that can be read at all."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        typed = {field: cleaned[field] for field in FIELDS if field in cleaned}
        self.wording, self.is_readable = replace(self.built_in, **typed), typed.keys() >= self.fields.keys()
        for field, sentences in proofreading.problems(self.template, self.language, self.wording).items():
            if field in typed:
                self.add_error(field, sentences)
        return cleaned
