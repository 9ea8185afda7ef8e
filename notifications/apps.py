"""The configuration of the notifications app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Register the app and its system checks."""

    name = "notifications"
    verbose_name = _("Messages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the checks that refuse a wrong carrier setting."""
        from notifications import checks  # noqa: F401, PLC0415 - registering needs the settings to be loaded
