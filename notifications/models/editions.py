"""The wordings that the CMU wrote in place of the built-in ones."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WordingEdition(models.Model):
    """One edition of the wording of a template in a language; the newest is in force, and none is ever changed.

    An edition that restores the built-in wording is a row like any other.
    """

    template = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    sms = models.TextField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    edited_by = models.CharField(max_length=80, help_text="The key of the editor, e.g. user:…")
    edited_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a message template")
        verbose_name_plural = _("versions of message templates")
        indexes = [models.Index(fields=["template", "language", "-edited_at"], name="wordingedition_newest")]

    def __str__(self) -> str:
        return f"{self.template} {self.language} {self.edited_at:%Y-%m-%d %H:%M}"
