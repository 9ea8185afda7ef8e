"""What a database has been through: nothing yet, the migrations of this code, or those of another version."""

from collections.abc import Collection
from pathlib import Path

import psycopg

from config.database_roles import parameters

type Migration = tuple[str, str]


def applied(url: str) -> frozenset[Migration] | None:
    """Return app and name of every migration the database at ``url`` names, or None when it was never migrated."""
    with psycopg.connect(**parameters(url)) as connection:
        if not connection.execute("SELECT to_regclass('django_migrations')").fetchone()[0]:  # type: ignore[index]
            return None
        return frozenset(connection.execute("SELECT app, name FROM django_migrations").fetchall())


def in_code(root: Path) -> frozenset[Migration]:
    """Return app and name of every migration of the project's own apps."""
    files = root.glob("*/migrations/[0-9]*.py")
    return frozenset((file.parent.parent.name, file.stem) for file in files)


def unknown(migrations: Collection[Migration], root: Path) -> list[str]:
    """Return which of ``migrations`` belong to apps below ``root`` and have no file there.

    Apps of others are left to themselves, and so is an app of ours that is gone: its tables are in nobody's way.
    """
    files = in_code(root)
    apps = {app for app, _name in files}
    return sorted(f"{app}.{name}" for app, name in set(migrations) - files if app in apps)
