"""The everyday phrases of topics as the unit keeps them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import TopicPhrases
from agencies.models.base import stripped
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


class TopicPhrasesForm(DirectoryForm):
    """What people say of one topic."""

    prefilled = ("topic",)

    class Meta:
        model = TopicPhrases
        fields = ("topic", "phrases", "unverified")
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the topics of today, without their groups."""
        del name
        return rows.filter(is_active=True, parent__isnull=False)


TOPIC_PHRASES = DirectoryTable(
    slug="topic-phrases",
    model=TopicPhrases,
    form=TopicPhrasesForm,
    title=_("Everyday phrases of topics"),
    add_title=_("Add the phrases of a topic"),
    end_title=_("End the phrases of the topic"),
    end_label=_("No longer used from"),
    columns=(Column(_("Phrases"), lambda row: len(row.phrases)),),
    joined=("topic",),
    searched=stripped("topic__name_ar", "topic__name_en"),
)
