"""The application configuration of Django's admin, with our site in it."""

from django.contrib.admin.apps import AdminConfig


class OperatorsAdminConfig(AdminConfig):
    """Make the operators' site the one that everything registers with; groups are no part of it: roles are."""

    default_site = "accounts.staff.admin_site.OperatorsSite"

    def ready(self) -> None:
        """Find what every app registers, and take out what nobody here uses."""
        super().ready()
        from django.contrib import admin  # noqa: PLC0415 - models are loaded by now, and not before
        from django.contrib.auth.models import Group  # noqa: PLC0415

        admin.site.unregister(Group)
