"""How gunicorn serves the pages where only the packages of production are installed.

Django, redis and structlog import packages of development where they find them, which takes nine megabytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from importlib.abc import MetaPathFinder


class _NotInstalled(MetaPathFinder):
    """Finds no module of a package that production lacks."""

    def __init__(self, names: Collection[str]) -> None:
        self._refused = frozenset(names)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> None:
        """Raise ImportError for such a module, and leave all others to those who find modules."""
        if name.partition(".")[0] in self._refused:
            message = f"{name} is not installed in production"
            raise ModuleNotFoundError(message, name=name)


# Found by whoever starts this: reading what is installed takes three megabytes itself.
sys.meta_path.insert(0, _NotInstalled(os.environ["NOT_IN_PRODUCTION"].split()))

# Behind the finder, since it reads structlog.
from config.web import *  # noqa: E402, F403 - gunicorn reads the names of this module
