"""The lexicon of answers: what the judgement of an answer takes for stock words, and what for substance."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models.base import Coded, Reference

PHRASE_LENGTH = 80
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
