"""How people write: words of one meaning, the everyday phrases of topics, and the signs of danger to life or limb."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models.base import Named, Reference, Shipped
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
