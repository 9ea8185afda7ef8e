"""The application configuration of reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The figures; reads the other apps' rows."""

    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"
