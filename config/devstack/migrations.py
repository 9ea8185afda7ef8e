"""A step of ``run.py check``: refuse migrations that lock a table in use, or break the version that runs beside them.

During a deploy the version before goes on working on the new schema. squawk judges the SQL of each migration that is
newer than the first release, whose tables were empty. A migration that takes a risk on purpose says so:
``accepted_risks = {"ban-drop-column": "no version reads it since 0.3.0"}``.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import django
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from config import database_roles

SQUAWK: Final = Path(sys.executable).parent / "squawk"
#: The newest migration of each app in the first release; those up to it ran before there was a row.
FIRST_RELEASE: Final = {
    "accounts": "0002_guards",
    "agencies": "0002_guards",
    "complaints": "0003_erasure_guards",
    "notifications": "0002_guards",
    "reports": "0003_audit_guards",
}
#: Tastes in types and repeatable statements: they lock nothing.
NOT_ASKED: Final = (
    "prefer-bigint-over-int",
    "prefer-robust-stmts",
    "prefer-text-field",
)
VERSION: Final = "18.0"
#: What the role that migrates brings along; a migration need not say it.
TIMEOUTS: Final = ("lock_timeout", "statement_timeout")
#: Our own rule, which squawk has not: rows are written in a migration that has no transaction, so in batches.
ROWS: Final = "rows-in-a-transaction"
_WRITES_ROWS: Final = re.compile(
    r"^\s*(?:UPDATE|DELETE|INSERT)\b|^-- THIS OPERATION CANNOT BE WRITTEN AS SQL", re.IGNORECASE
)


@dataclass(frozen=True)
class Risk:
    """One thing that a statement does to others, and the rule that forbids it."""

    rule: str
    sentence: str


def run() -> int:
    """Print the risks of all migrations that were not accepted, and return how many there are."""
    django.setup()
    found = list(_refused())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return len(found)


def risks(statements: Sequence[str], *, atomic: bool) -> list[Risk]:
    """Return the risks of the statements of one migration."""
    given = database_roles.SETTINGS[database_roles.OWNER]
    timeouts = [f"SET {name} = '{given[name]}';" for name in TIMEOUTS if name in given]
    return [*_of_squawk("\n".join([*timeouts, *statements]), atomic=atomic), *(_of_rows(statements) if atomic else ())]


def unaccepted(found: Iterable[Risk], accepted: Mapping[str, str]) -> list[str]:
    """Return a line for each risk that is not accepted with a reason, and for each that is accepted and not taken."""
    taken = {risk.rule for risk in found}
    lines = [f"{risk.rule}: {risk.sentence}" for risk in found if not accepted.get(risk.rule)]
    return lines + [
        f"{rule}: is accepted, but this migration does not take this risk" for rule in accepted if rule not in taken
    ]


def _refused() -> Iterator[str]:
    loader = MigrationLoader(connection)
    for app, name in sorted(loader.disk_migrations):
        if app in FIRST_RELEASE and name > FIRST_RELEASE[app]:
            migration = loader.get_migration(app, name)
            found = risks(loader.collect_sql([(migration, False)]), atomic=migration.atomic)
            yield from (f"{app}.{name}: {line}" for line in unaccepted(found, accepted_by(migration)))


def accepted_by(migration: Migration) -> dict[str, str]:
    """Return the risks that a migration accepts, each with its reason."""
    return dict(getattr(migration, "accepted_risks", {}))


def _of_squawk(text: str, *, atomic: bool) -> Iterator[Risk]:
    command = [str(SQUAWK), "--reporter=json", f"--pg-version={VERSION}", f"--exclude={','.join(NOT_ASKED)}"]
    command += ["--assume-in-transaction"] if atomic else []
    command += ["--stdin-filepath=migration.sql"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    for found in json.loads(done.stdout):
        yield Risk(found["rule_name"], found["message"])


def _of_rows(statements: Sequence[str]) -> Iterator[Risk]:
    if any(_WRITES_ROWS.match(statement) for statement in statements):
        yield Risk(ROWS, "Rows are locked until all are written. Set atomic = False, and write them in batches.")


if __name__ == "__main__":
    sys.exit(run())
