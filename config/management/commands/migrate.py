"""`manage.py migrate`: Django's own, as the owner of the tables, and with the rights of the other roles at its end."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, OperationalError

from config import database_roles
from config.tables_together import Executor
from kit.outages import LOCKED, sqlstate

# Django's command has no other way to be given an executor.
vars(migrate)["MigrationExecutor"] = Executor


class Command(migrate.Command):
    """Migrate as the owner, and wait for no table longer than pages can."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Say in a sentence that a table was in use: what was applied until then stays, the rest is as it was."""
        if options["database"] != DEFAULT_DB_ALIAS:
            super().handle(*args, **options)
            return
        try:
            with database_roles.as_owner():
                super().handle(*args, **options)
                database_roles.grant()
        except OperationalError as error:
            if sqlstate(error) != LOCKED:
                raise
            msg = (
                "A table was in use for longer than a migration waits, so that pages need not wait behind it."
                " The migration that met it changed nothing; run migrate again."
            )
            raise CommandError(msg) from error
