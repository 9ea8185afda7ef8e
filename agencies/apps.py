"""The application configuration of agencies."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """Name the app, also for the admin."""

    name = "agencies"
    verbose_name = _("Reference data")
    default_auto_field = "django.db.models.BigAutoField"
