"""The application configuration of Django's admin, with our site in it."""

from django.contrib.admin.apps import AdminConfig


class OperatorsAdminConfig(AdminConfig):
    """Use the operators' site as the default admin site, without Django's groups: roles take their place."""

    default_site = "accounts.staff.admin_site.OperatorsSite"

    def ready(self) -> None:
        """Let every app register its models, then unregister groups."""
        super().ready()
        from django.contrib import admin  # noqa: PLC0415 - models are loaded by now, and not before
        from django.contrib.auth.models import Group  # noqa: PLC0415

        admin.site.unregister(Group)
