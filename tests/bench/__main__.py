"""The door of ``python3 run.py bench``: prepare the servers it was given, then measure what is asked for."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
USAGE = """Usage: python3 run.py bench figures [--cases N] [--repeat N] [--no-start] [--save FILE]
       python3 run.py bench faults [--seeds N …] [--only NAME] [--at-once N] [--save FILE]
       python3 run.py bench notices [--messages N] [--no-stack] [--save FILE]
       python3 run.py bench queue [--few N] [--many N] [--rounds N] [--save FILE]
       python3 run.py bench recall
       python3 run.py bench search [--few N] [--many N] [--newer N] [--rounds N]
       python3 run.py bench similar [--few N] [--many N] [--rounds N]"""


def main(arguments: list[str]) -> int:
    """Run the benchmark that the first argument names."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name not in BENCHMARKS:
        raise SystemExit(USAGE)
    return BENCHMARKS[name](rest)


def _figures(arguments: list[str]) -> int:
    with _files_as_served():
        from tests.bench import figures

        return figures.main(arguments, root=ROOT)


def _queue(arguments: list[str]) -> int:
    with _files_as_served():
        from tests.bench import queue

        return queue.main(arguments, root=ROOT)


@contextmanager
def _files_as_served() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="bekhedmatkom-static-") as static:
        # Settings read these when they are imported: files as production serves them, not the finders'.
        os.environ |= {"STATIC_ROOT": static, "STATIC_MANIFEST": "true", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        yield


def _faults(arguments: list[str]) -> int:
    # Each run loads the settings of its own in a process of its own.
    from tests.faults import harness

    return harness.main(arguments, root=ROOT)


def _notices(arguments: list[str]) -> int:
    from tests.bench import notices

    return notices.main(arguments, root=ROOT)


def _recall(arguments: list[str]) -> int:
    import django

    django.setup()
    from tests.bench import recall

    return recall.main(arguments)


def _search(arguments: list[str]) -> int:
    import django

    django.setup()
    from tests.bench import search

    return search.main(arguments)


def _similar(arguments: list[str]) -> int:
    import django

    django.setup()
    from tests.bench import similar

    return similar.main(arguments)


BENCHMARKS: dict[str, Callable[[list[str]], int]] = {
    "figures": _figures,
    "faults": _faults,
    "notices": _notices,
    "queue": _queue,
    "recall": _recall,
    "search": _search,
    "similar": _similar,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
