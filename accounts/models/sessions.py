"""The sessions of everybody who visits, found by the hash of their key."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User


class Session(models.Model):
    """A session; ``accounts.sign_in.sessions`` reads and writes it. A trigger ends those of a user whose roles change.

    ``session_key`` is the hash of the key in the cookie, so whoever reads the table cannot use a session.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return self.session_key[:8]
