"""The door of ``python3 run.py bench``: prepare the servers it was given, then measure what is asked for."""

import os
import sys
import tempfile
from pathlib import Path

USAGE = "Usage: python3 run.py bench figures [--cases N] [--repeat N] [--no-start] [--save FILE]"


def main(arguments: list[str]) -> int:
    """Run the benchmark that the first argument names."""
    if arguments[:1] != ["figures"]:
        raise SystemExit(USAGE)
    with tempfile.TemporaryDirectory(prefix="bekhedmatkom-static-") as static:
        # Settings read these when they are imported: files as production serves them, not the finders'.
        os.environ |= {"STATIC_ROOT": static, "STATIC_MANIFEST": "true", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        from tests.bench import figures

        return figures.main(arguments[1:], root=Path(__file__).parents[2])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
