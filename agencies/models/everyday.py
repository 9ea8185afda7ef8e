"""How people write: words of one meaning, the everyday phrases of topics, and the signs of danger to life or limb."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models.base import Coded, Named, Reference, Shipped
from agencies.models.topics import Topic

#: The longest word or phrase, in characters.
PHRASE_LENGTH = 80


class Worded(models.Model):
    """A row that is a list of words or phrases; one that is ended is no longer read."""

    phrases = ArrayField(
        models.CharField(max_length=PHRASE_LENGTH),
        verbose_name=_("phrases"),
        help_text=_("One per line: in Arabic as people write it, in English, or in Latin letters"),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(phrases__len__gte=1),
                name="%(class)s_has_a_phrase",
                violation_error_message=_("Enter at least one phrase"),
            )
        ]


class WordGroup(Shipped, Named, Worded, Reference):
    """Words of one meaning, whatever the dialect, spelling or language; the name says which meaning."""

    class Meta(Worded.Meta):
        verbose_name = _("word group")
        verbose_name_plural = _("word groups")
        ordering = ["name_en"]

    def __str__(self) -> str:
        return self.name


class TopicPhrases(Shipped, Worded, Reference):
    """What people say of a topic in everyday words."""

    topic = models.OneToOneField(Topic, models.PROTECT, related_name="wording", verbose_name=_("topic"))

    class Meta(Worded.Meta):
        verbose_name = _("everyday phrases")
        verbose_name_plural = _("everyday phrases")
        ordering = ["topic__position", "topic"]

    def __str__(self) -> str:
        return self.topic.name


class DangerSign(Shipped, Named, Worded, Reference):
    """Phrases that tell of danger to life or limb; or, marked ``is_harmless``, phrases that only sound so."""

    is_harmless = models.BooleanField(
        _("only sounds dangerous"),
        default=False,
        help_text=_("These phrases, such as “died of waiting”, are left out before the text is searched for danger"),
    )

    class Meta(Worded.Meta):
        verbose_name = _("danger sign")
        verbose_name_plural = _("danger signs")
        ordering = ["is_harmless", "name_en"]

    def __str__(self) -> str:
        return self.name


# ---- The lexicon of answers: what the judgement of an answer takes for stock words, and what for substance. ----


#: Phrases that stand for a row in a list.
SHOWN = 3


class PhraseCategory(models.TextChoices):
    """What a phrase says of the answer in which it stands."""

    COURTESY = "courtesy", _("Greetings and thanks")
    FORMULA = "formula", _("Formula of closing")
    PROCESS = "process", _("Looked at, discussed, in progress")
    PROMISE = "promise", _("Promise")
    REFERRAL = "referral", _("Passed on to others")
    PADDING = "padding", _("General assurance")
    BLAME = "blame", _("Blame")
    RETELLING = "retelling", _("The complaint repeated")
    ACT = "act", _("Something done")
    REASON = "reason", _("Cause")
    BASIS = "basis", _("Legal basis")
    INFORMATION = "information", _("Information on a service")
    DATE = "date", _("Day or month")
    NUMBER = "number", _("Number in words")
    MEASURE = "measure", _("Unit of measurement")
    REFERENCE = "reference", _("Stands before the number of a letter")
    UNIT = "unit", _("Stands before the name of an office")
    OFFICE = "office", _("Word of every official letter")
    FUNCTION = "function", _("Connecting word")


class PhraseLanguage(models.TextChoices):
    """The language of a phrase."""

    ARABIC = "ar", _("Arabic")
    ENGLISH = "en", _("English")


class AnswerPhrase(Coded, Reference):
    """Words and phrases of one category by which answers are judged; ``*`` in one stands for up to two words."""

    category = models.CharField(_("category"), max_length=12, choices=PhraseCategory)
    language = models.CharField(_("language"), max_length=2, choices=PhraseLanguage)
    phrases = ArrayField(
        models.CharField(max_length=PHRASE_LENGTH),
        verbose_name=_("words and phrases"),
        help_text=_(
            "One on each line. Articles, pronouns and usual misspellings are found too. An asterisk * stands for up to "
            "two words."
        ),
    )
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        verbose_name = _("phrases of answers")
        verbose_name_plural = _("phrases of answers")
        ordering = ["category", "language", "code"]

    def __str__(self) -> str:
        more = "…" if len(self.phrases) > SHOWN else ""
        return " · ".join(self.phrases[:SHOWN]) + more
