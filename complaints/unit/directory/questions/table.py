"""The questions about topics as the unit keeps them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.models import TopicQuestion
from agencies.models.base import stripped
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


class QuestionForm(DirectoryForm):
    """A question about a topic, or about every topic of a group."""

    prefilled = ("topic",)

    class Meta:
        model = TopicQuestion
        fields = (
            *("topic", "name_ar", "name_en", "position", "hint_ar", "hint_en", "kind", "options_ar", "options_en"),
            *("is_required", "is_personal", "kinds"),
            "unverified",
        )
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the topics of today."""
        del name
        return rows.filter(is_active=True)


QUESTIONS = DirectoryTable(
    slug="questions",
    model=TopicQuestion,
    form=QuestionForm,
    title=_("Questions about topics"),
    add_title=_("Add a question"),
    end_title=_("End the question"),
    end_label=_("No longer asked from"),
    columns=(
        Column(pgettext_lazy("of a case", "Topic"), lambda row: row.topic.name),
        Column(_("Kind of answer"), lambda row: capfirst(row.get_kind_display())),
        Column(_("Must be answered"), lambda row: _("Yes") if row.is_required else _("No")),
    ),
    joined=("topic",),
    searched=stripped("name_ar", "name_en", "topic__name_ar", "topic__name_en"),
)
