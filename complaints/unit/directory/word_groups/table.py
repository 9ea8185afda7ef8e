"""Word groups as the unit keeps them: words of one meaning, whatever the dialect, spelling or language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from agencies.models import WordGroup
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field
from complaints.unit.directory.values import word_list


class WordGroupForm(DirectoryForm):
    """Some words of one meaning."""

    class Meta:
        model = WordGroup
        fields = ("name_ar", "name_en", "phrases", "unverified")
        formfield_callback = form_field


WORD_GROUPS = DirectoryTable(
    slug="word-groups",
    model=WordGroup,
    form=WordGroupForm,
    title=_("Word groups"),
    add_title=_("Add a word group"),
    end_title=_("End the word group"),
    end_label=_("No longer used from"),
    columns=(Column(_("Words and spellings"), lambda row: word_list(row.phrases)),),
)
