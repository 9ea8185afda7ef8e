"""`manage.py create_roles`: make the roles of the database, with the passwords that the addresses name."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import database_roles


class Command(BaseCommand):
    """Make roles and database; whatever is there already is brought up to date."""

    help = "Create the database and its roles, with their passwords and timeouts; needs ADMIN_DATABASE_URL."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Read the passwords from the addresses in the settings."""
        if not settings.ADMIN_DATABASE_URL:
            msg = "Set ADMIN_DATABASE_URL to the address of a role that may create roles (docs/settings.md)."
            raise CommandError(msg)
        address = database_roles.parameters(settings.ADMIN_DATABASE_URL)
        with psycopg.connect(**address | {"dbname": "postgres"}, autocommit=True) as administrator:
            database_roles.create(administrator, _passwords())
            database_roles.give_database(administrator, address["dbname"])


def _passwords() -> dict[str, str]:
    """Return the password of each role that an address names; refuse an address of another role."""
    found = {}
    for name in database_roles.ADDRESSES.values():
        if url := getattr(settings, name):
            address = database_roles.parameters(url)
            if address.get("user") not in database_roles.ADDRESSES:
                msg = f"{name} must name one of the roles {', '.join(database_roles.ADDRESSES)}."
                raise CommandError(msg)
            found[address["user"]] = address["password"]
    return found
