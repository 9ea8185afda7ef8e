"""Throw-away servers for tests and checks: no fsync, and their data is deleted afterwards unless a folder is named."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.devstack import servers

# Rows of tests are rolled back: a table that is looked at between two tests is empty to the planner from then on, which
# then reads whole tables for each row of others. One that was never looked at is judged by its size.
UNWATCHED = {"autovacuum": "off"}
# Set by `foreground.run` for its command, of which nothing is left when this folder is removed.
PARENT = "THROWAWAY_PARENT"


@contextlib.contextmanager
def started(given: Mapping[str, str], *, kept: Path | None = None) -> Iterator[dict[str, str]]:
    """Start whatever `given` does not name, and yield the settings that it lacks.

    Their data stays in the folder `kept`, where there is one, and is served again the next time.
    """
    with contextlib.ExitStack() as stack:
        base = kept or stack.enter_context(folder())
        lacking = {"MEDIA_ROOT": str(base / "media")}
        if "DATABASE_URL" not in given:
            cluster = stack.enter_context(servers.postgres(base / "postgres", durable=False, options=UNWATCHED))
            lacking |= servers.make_database(cluster, "app")
        if "REDIS_URL" not in given:
            lacking["REDIS_URL"] = stack.enter_context(servers.valkey(base / "valkey", durable=False))
        if "MEDIA_ROOT" in given:
            del lacking["MEDIA_ROOT"]
        yield lacking


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that `nobody`, who runs PostgreSQL for root, passes through to its own below."""
    base = Path(tempfile.mkdtemp(prefix="bekhedmatkom-", dir=os.environ.get(PARENT)))
    try:
        base.chmod(0o755)
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)
