"""The backend of Django's PostgreSQL, which knows the version of the server without asking one."""

from django.db.backends.postgresql import base

#: What docker-compose.yml serves: checks of models depend on what a server of this version can do.
VERSION = 180000


class DatabaseWrapper(base.DatabaseWrapper):
    """Answers the one question that the system checks ask of a server; whatever else is asked fails to connect."""

    @property
    def pg_version(self) -> int:
        """Return the version as PostgreSQL counts it."""
        return VERSION
