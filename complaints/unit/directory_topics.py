"""Topics as the unit keeps them: limits, signatures, and who may see them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Func, QuerySet, TextField, Value
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from agencies import reference_changes
from agencies.models import (
    Agency,
    AnswerPhrase,
    DangerSign,
    ReferenceChange,
    RoutingRule,
    Topic,
    TopicPhrases,
    TopicQuestion,
    WordGroup,
)
from agencies.models.base import stripped
from agencies.reference_changes import Author
from complaints.unit.directory_forms import Column, DirectoryForm, DirectoryTable, form_field, word_list


class TopicForm(DirectoryForm):
    """A topic or a group of topics."""

    class Meta:
        model = Topic
        fields = (
            *("parent", "name_ar", "name_en", "position", "kinds", "agency_kinds", "sectors", "priority", "limit_days"),
            *("hides_identity", "second_signature", "signature_reason", "withheld_from_agency", "suggested_agency"),
            *("place_required", "is_public", "notes"),
            "unverified",
        )
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer groups as the parent and the agencies of today as the usual one."""
        if name == "parent":
            return rows.filter(parent=None, is_active=True)
        return Agency.objects.existing(on=self.today)


TOPICS = DirectoryTable(
    slug="topics",
    model=Topic,
    form=TopicForm,
    title=_("Topics"),
    add_title=_("Add a topic"),
    end_title=_("End the topic"),
    end_label=_("No longer offered from"),
    columns=(
        Column(_("Group"), lambda row: row.parent.name if row.parent else ""),
        Column(_("Limit in working days"), lambda row: row.limit_days),
        Column(_("Second signature"), lambda row: _("Yes") if row.second_signature else _("No")),
        Column(_("Hides the identity"), lambda row: _("Yes") if row.hides_identity else _("No")),
    ),
    joined=("parent",),
)


# ---- Danger signs as the unit keeps them: phrases that show the emergency number and put a case first. ----


class DangerForm(DirectoryForm):
    """Phrases that tell of one danger, or that only sound so."""

    class Meta:
        model = DangerSign
        fields = ("name_ar", "name_en", "is_harmless", "phrases", "unverified")
        formfield_callback = form_field


DANGER_SIGNS = DirectoryTable(
    slug="danger-signs",
    model=DangerSign,
    form=DangerForm,
    title=_("Danger signs"),
    add_title=_("Add a danger sign"),
    end_title=_("End the danger sign"),
    end_label=_("No longer used from"),
    columns=(
        Column(_("Only sounds dangerous"), lambda row: _("Yes") if row.is_harmless else _("No")),
        Column(_("Phrases"), lambda row: len(row.phrases)),
    ),
)


# ---- The lexicon of answers as the unit keeps it; a change holds from the next answer on. ----


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


# ---- The everyday phrases of topics as the unit keeps them. ----


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


# ---- Word groups as the unit keeps them: words of one meaning, whatever the dialect, spelling or language. ----


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


# ---- The questions about topics as the unit keeps them. ----


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


# ---- Routing rules as the unit keeps them; a new one may replace another from its first day on. ----


class RuleForm(DirectoryForm):
    """A rule from a first day on; ``replaces`` is the rule that ends the day before."""

    is_planned = False
    prefilled = ("topic", "governorate", "place_ar", "agency", "replaces")

    replaces = forms.ModelChoiceField(RoutingRule.objects.all(), required=False, widget=forms.HiddenInput)

    class Meta:
        model = RoutingRule
        fields = ("topic", "governorate", "place_ar", "agency", "starts_on", "ends_on", "unverified")
        formfield_callback = form_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["replaces"]

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the topics and agencies of today."""
        match name:
            case "topic":
                return rows.filter(is_active=True)
            case "agency":
                return Agency.objects.complainable(on=self.today)
        return rows

    def clean(self) -> dict[str, Any]:
        """Ask for the first day of a rule that replaces another, a day that is still to come."""
        cleaned = super().clean()
        replaced, first = cleaned.get("replaces"), cleaned.get("starts_on")
        if replaced is not None and "starts_on" in cleaned and (first is None or first <= self._begun(replaced)):
            self.add_error("starts_on", _("Enter the day from which the rule replaces the current one"))
        return cleaned

    def _begun(self, replaced: RoutingRule) -> date:
        return max(self.today - timedelta(days=1), replaced.starts_on or date.min)

    def validate_constraints(self) -> None:
        """Check what the database checks, as if the rule that is replaced had ended."""
        if self.cleaned_data.get("replaces") is None:
            super().validate_constraints()

    def store(self, *, author: Author) -> ReferenceChange | None:
        """End the rule that is replaced the day before, and store the new one; raises ValidationError."""
        replaced = self.cleaned_data.get("replaces")
        if replaced is None:
            return super().store(author=author)
        with transaction.atomic():
            last_day = self.cleaned_data["starts_on"] - timedelta(days=1)
            reference_changes.end(replaced, author=author, on=last_day)
            self.instance.validate_constraints()
            return super().store(author=author)


RULES = DirectoryTable(
    slug="rules",
    model=RoutingRule,
    form=RuleForm,
    title=_("Routing rules"),
    add_title=_("Add a rule"),
    end_title=_("End the rule"),
    end_label=_("Last day of the rule"),
    columns=(
        Column(pgettext_lazy("of a case", "Topic"), lambda row: row.topic.name),
        Column(_("Governorate"), lambda row: row.governorate.name if row.governorate else _("Everywhere")),
        Column(_("Agency"), lambda row: row.agency.name),
        Column(_("First day"), lambda row: row.starts_on),
        Column(_("Last day"), lambda row: row.ends_on),
    ),
    joined=("topic", "governorate", "agency"),
    searched=stripped("topic__name_ar", "topic__name_en", "place_ar", "agency__name_ar", "agency__name_en"),
)
