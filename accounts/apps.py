"""The application configuration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Name the app."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
