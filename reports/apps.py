"""The application configuration of reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Name the app."""

    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"
