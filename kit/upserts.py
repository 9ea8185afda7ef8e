"""Rows of which there is one for each key, also where somebody else adds and deletes them in the same moment."""

from django.db import models


def insert_or_lock[M: models.Model](new: M, *, key: tuple[str, ...]) -> tuple[M, bool]:
    """Insert ``new``, or find the row with its ``key``; return the row, locked, and whether it is the new one.

    ``key`` names the fields of a unique constraint. Two statements in the caller's transaction, to whose end the row is
    locked.

    Django's ``get_or_create`` inserts and, if that fails, reads again: it ends with IntegrityError where the row that
    stood in the way was deleted between the two.
    """
    rows = type(new)._base_manager  # noqa: SLF001 - Django's name for the manager that filters nothing
    # The statement that meets a row locks it by setting one field of the key to what it was.
    rows.bulk_create([new], update_conflicts=True, unique_fields=key, update_fields=key[:1])
    held = rows.select_for_update(of=("self",)).get(**{name: getattr(new, name) for name in key})
    return held, held.pk == new.pk
