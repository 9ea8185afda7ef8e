"""How gunicorn serves the pages where only the packages of production are installed.

Django, redis and structlog import packages of development where they find them, which takes nine megabytes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from config.web import *  # noqa: F403 - gunicorn reads the names of this module

_LOCK: Final = Path(__file__).parents[2] / "requirements" / "base.lock"


class _NotInstalled(MetaPathFinder):
    """Finds no module of a package that production lacks."""

    def __init__(self) -> None:
        locked = {_plain(name) for name in re.findall(r"^([\w.-]+)==", _LOCK.read_text(encoding="utf-8"), re.MULTILINE)}
        packages = packages_distributions()
        self._refused = {name for name, owners in packages.items() if not locked & {_plain(one) for one in owners}}

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> None:
        """Raise ImportError for such a module, and leave all others to those who find modules."""
        if name.partition(".")[0] in self._refused:
            message = f"{name} is not installed in production"
            raise ModuleNotFoundError(message, name=name)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


sys.meta_path.insert(0, _NotInstalled())
