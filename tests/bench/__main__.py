"""The door of ``python3 run.py bench``: prepare the servers it was given, then measure what is asked for."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
USAGE = """Usage: python3 run.py bench figures [--cases N] [--repeat N] [--no-start] [--save FILE]
       python3 run.py bench faults [--seeds N …] [--only NAME] [--at-once N] [--save FILE]
       python3 run.py bench notices [--messages N] [--no-stack] [--save FILE]"""


def main(arguments: list[str]) -> int:
    """Run the benchmark that the first argument names."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name not in BENCHMARKS:
        raise SystemExit(USAGE)
    return BENCHMARKS[name](rest)


def _figures(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="bekhedmatkom-static-") as static:
        # Settings read these when they are imported: files as production serves them, not the finders'.
        os.environ |= {"STATIC_ROOT": static, "STATIC_MANIFEST": "true", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from tests.bench import figures

        return figures.main(arguments, root=ROOT)


def _faults(arguments: list[str]) -> int:
    # Each run loads the settings of its own in a process of its own.
    from tests.faults import harness

    return harness.main(arguments, root=ROOT)


def _notices(arguments: list[str]) -> int:
    from tests.bench import notices

    return notices.main(arguments, root=ROOT)


BENCHMARKS: dict[str, Callable[[list[str]], int]] = {"figures": _figures, "faults": _faults, "notices": _notices}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
