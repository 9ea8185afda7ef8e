"""Backup and restore: the database as pg_dump writes it, the attachments, and checksums of both; never a key.

A backup is a folder, complete under its name or absent:

- ``manifest.json``: when, of which version, with which migrations, keys (as probes) and numbers of rows;
- ``SHA256SUMS``: the checksum of every other file, as ``sha256sum --check`` reads it;
- ``database/``: the directory format of pg_dump;
- ``attachments/``: the files of cases and drafts, under the names of their storage.
"""


class BackupRefused(Exception):
    """A backup cannot be made or restored; the text is a sentence for the operator, and nothing is half-written."""
