"""The commands of run.py, once the environment is there."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

from config.devstack import audit, browser, check, debian, foreground, images, manage, stack
from config.devstack.state import ROOT

# Groups, whose tests share a whole running system, stay with one worker.
EVERYTHING = ("-q", "--numprocesses=auto", "--dist=loadgroup")
RESOLUTION = (
    "-q",
    "--universal",
    "--python-version=3.12",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
)
LOCKS = ("base", "run", "monitoring", "dev", "uv")


def main(arguments: list[str]) -> int:
    """Do what the first argument names, and serve when there is none."""
    name, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in COMMANDS else ("serve", arguments)
    return COMMANDS[name](rest)


def serve(arguments: list[str]) -> int:
    """Serve the demonstration."""
    if set(arguments) - {"--fresh", "--with-twilio"}:
        raise SystemExit(f"Unknown: {' '.join(arguments)}. `python3 run.py --help` lists the commands.")
    try:
        stack.serve(fresh="--fresh" in arguments, with_twilio="--with-twilio" in arguments)
    except stack.Stopped:
        sys.stdout.flush()
        # Everything has ended: to take the loaded application apart would be a second more to wait for.
        os._exit(0)
    return 0


def test(arguments: list[str]) -> int:
    """Run the suite, on both cores when no choice is given."""
    browser.ensure()
    debian.ensure_servers()
    return foreground.run([sys.executable, "-m", "pytest", *(arguments or EVERYTHING)], name="the tests")


def judge(arguments: list[str]) -> int:
    """Run the checks."""
    return foreground.run([sys.executable, "-m", "config.devstack.check", *arguments], name="the checks")


def bench(arguments: list[str]) -> int:
    """Run a benchmark of tests/bench, or list them."""
    if find_spec("tests.bench") is None:
        raise SystemExit("There is no benchmark: tests/bench does not exist.")
    return foreground.run([sys.executable, "-m", "tests.bench", *arguments], name="the benchmark")


def imports() -> int:
    """Print the imports of the tree."""
    from config.devstack import imports as tree  # noqa: PLC0415 - grimp is installed for developers alone

    return tree.run(ROOT)


def lock() -> int:
    """Resolve the requirements again; the locks name neither a host nor a path of this machine."""
    resolve = (str(check.PROGRAMS / "uv"), "pip", "compile", *RESOLUTION)
    commands = ([*resolve, f"{name}.in", "-o", f"{name}.lock"] for name in LOCKS)
    return max(subprocess.call(command, cwd=ROOT / "requirements") for command in commands)


def _alone(name: str, command: Callable[[], int]) -> Callable[[list[str]], int]:
    """Return the command for one that takes no argument, and says so if it gets one."""

    def run(arguments: list[str]) -> int:
        if arguments:
            raise SystemExit(f"Unknown: {' '.join(arguments)}. `python3 run.py {name}` takes no argument.")
        return command()

    return run


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "serve": serve,
    "test": test,
    "check": judge,
    "manage": manage.run,
    "bench": bench,
    "imports": _alone("imports", imports),
    "lock": _alone("lock", lock),
    "audit": _alone("audit", audit.run),
    "images": images.run,
}

if __name__ == "__main__":
    with foreground.quietly():
        sys.exit(main(sys.argv[1:]))
