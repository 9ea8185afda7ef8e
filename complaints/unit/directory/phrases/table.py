"""The lexicon of answers as the unit keeps it; a change holds from the next answer on."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import F, Func, TextField, Value
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import AnswerPhrase
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field

_JOINED = Func(F("phrases"), Value(" "), function="array_to_string", output_field=TextField())


class PhraseForm(DirectoryForm):
    """Words and phrases, and what they say of an answer."""

    prefilled = ("category", "language")

    class Meta:
        model = AnswerPhrase
        fields = ("category", "language", "phrases", "unverified")
        formfield_callback = form_field

    def clean_phrases(self) -> list[str]:
        """Take each line once; refuse one that has no word to begin with, which would be found nowhere."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["phrases"])
        phrases = list(dict.fromkeys(line for line in lines if line))
        wrong = next((phrase for phrase in phrases if not phrase[0].isalnum()), "")
        if wrong:
            raise ValidationError(gettext("Begin each phrase with a word: %(phrase)s") % {"phrase": wrong})
        return phrases


PHRASES = DirectoryTable(
    slug="phrases",
    model=AnswerPhrase,
    form=PhraseForm,
    title=_("Phrases of answers"),
    add_title=_("Add phrases"),
    end_title=_("End the phrases"),
    end_label=_("No longer used from"),
    columns=(
        Column(_("Category"), lambda row: capfirst(row.get_category_display())),
        Column(_("Language"), lambda row: capfirst(row.get_language_display())),
    ),
    searched=Func(_JOINED, function="ar_strip", output_field=TextField()),
)
