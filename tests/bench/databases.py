"""Which of several databases of one server is being measured."""

from __future__ import annotations


class Chosen:
    """Sends every statement to one database; the measurement moves it on by ``alias``."""

    alias = "default"

    def db_for_read(self, _model: object, **_hints: object) -> str:
        """Return the database that is being measured."""
        return self.alias

    def db_for_write(self, _model: object, **_hints: object) -> str:
        """Return the database that is being measured."""
        return self.alias
