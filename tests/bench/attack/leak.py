"""A leak made on purpose, by which a test of leaks shows that it finds one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from complaints.models.case import CaseQuerySet
from complaints.permissions import readers
from kit.compiled_reads import CompiledRead


@contextmanager
def everybody_sees_every_case() -> Iterator[None]:
    """Take away who sees which cases.

    Statements are compiled anew meanwhile: one from before would hold back the leak, and one with the leak that was
    kept would go on leaking in whatever this process does next.
    """
    kept_rows = CompiledRead.rows

    def rows(read: CompiledRead[Any], *shape: Any, **values: Any) -> list[Any]:
        return kept_rows(CompiledRead(read._build), *shape, **values)

    with (
        patch.object(CaseQuerySet, "visible_to", lambda cases, *_people, **_moment: cases),
        patch.object(CompiledRead, "rows", rows),
        patch.object(readers, "_compiled", readers._compiled.__wrapped__),
    ):
        yield
