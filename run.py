#!/usr/bin/env python3
"""Set the project up and run it: this file needs nothing but a Python (3.6 or newer) to start.

python3 run.py            set everything up and serve the demonstration (PORT chooses the port)
python3 run.py --fresh    the same, beginning with an empty database
python3 run.py --with-twilio
                          the same, with SMS through the real Twilio client to a stand-in
python3 run.py test …     set everything up and run the whole suite (arguments go to pytest)
python3 run.py check      linters, types, contracts and templates: what CI runs, without the browser;
                          --fix first mends what the linter and the formatter can mend,
                          --before-tests leaves out what the suite asks too
python3 run.py manage …   a management command, with the servers and the data that it needs
python3 run.py bench …    a benchmark; without a name, the list of them
python3 run.py imports    which rooms import which, circles, and imports against the layers
python3 run.py lock       resolve requirements/*.in into requirements/*.lock again
python3 run.py audit      ask the package index for advisories about the packages of production
python3 run.py images     say which images are named by a tag alone; --pin writes their digests
"""

from __future__ import print_function

import contextlib
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time

try:
    import fcntl
except ImportError:
    sys.exit("The project runs on Linux and macOS. On Windows, run it in WSL: https://learn.microsoft.com/windows/wsl/")

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, ".installed")
IN_USE = os.path.join(HERE, ".venv.used")
NEEDED = (3, 12)
MODULES = ("ctypes", "sqlite3", "ssl", "venv", "zlib")
INCOMPLETE = (
    "{} is new enough, but it was built without {}. Install another Python: on Debian or Ubuntu, apt install python3 "
    "python3-venv."
)
WHEELS_ONLY = ["--require-hashes", "--only-binary", ":all:"]
READ_ONLY = (
    "{} cannot be written to, and its .venv is missing or not up to date. Run `python3 run.py` once while it can be "
    "written to, or copy it to a folder of your own."
)
STOP_FIRST = (
    "The environment (.venv) is out of date, and something of this project still runs from it: the demonstration, "
    "tests or another command. Stop it first (Ctrl-C in its terminal), then start again."
)
DEVELOPER_COMMANDS = {"test", "check", "bench", "imports", "lock", "audit", "images"}
# pytest, Django and each benchmark say themselves which arguments they take.
WITH_HELP = {"test", "manage", "bench"}


def main():
    os.chdir(HERE)
    if asks_for_help(sys.argv[1:]):
        print(__doc__.strip())
        return
    level = "dev" if set(sys.argv[1:2]) & DEVELOPER_COMMANDS else "run"
    if os.access(HERE, os.W_OK):
        with only_one():
            prepare_environment(level)
            say_in_use()
    elif not is_prepared(level):
        sys.exit(READ_ONLY.format(HERE))
    # Containers often forbid bytecode, meaning their one process; here dozens would compile the same modules each time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execv(PYTHON, [PYTHON, "-m", "config.devstack", *sys.argv[1:]])


def asks_for_help(arguments):
    if arguments[:1] == ["help"]:
        return True
    return bool({"-h", "--help"} & set(arguments)) and arguments[0] not in WITH_HELP


@contextlib.contextmanager
def only_one():
    """Keep a second start from installing into the same environment at the same time."""
    with open(os.path.join(HERE, ".venv.lock"), "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say_in_use():
    """Hold a shared lock until the command that takes this process over has ended."""
    handle = os.open(IN_USE, os.O_WRONLY | os.O_CREAT, 0o644)
    fcntl.flock(handle, fcntl.LOCK_SH)
    os.set_inheritable(handle, True)


def is_in_use():
    with open(IN_USE, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def prepare_environment(level):
    """Make .venv hold what the lock of this level names; the developers' lock contains the other and adds to it."""
    if is_prepared(level):
        return
    began = time.time()
    if is_prepared("run"):
        # A demonstration may be running from .venv: nothing that it needs is taken away.
        print("Adding the development tools to the environment (.venv); this takes up to a minute …", flush=True)
    elif is_in_use():
        sys.exit(STOP_FIRST)
    else:
        print("Setting up the environment (.venv); the first time takes up to a minute …", flush=True)
        make_venv()
    install(level, find_pip())
    with open(STAMP, "w") as stamp:
        stamp.write(fingerprint(level))
    print("Environment ready ({:.0f} s).".format(time.time() - began), flush=True)


def is_prepared(level):
    try:
        with open(STAMP) as stamp:
            found = stamp.read()
    except OSError:
        return False
    return found in (fingerprint(level), fingerprint("dev")) and works(PYTHON)


def fingerprint(level):
    with open(lock_file(level), "rb") as lock:
        return "{} {}".format(level, hashlib.sha256(lock.read()).hexdigest())


def lock_file(name):
    return os.path.join(HERE, "requirements", name + ".lock")


def make_venv():
    """Make .venv anew, with a pip of its own where this Python can."""
    base = find_python()
    command = [base, "-m", "venv", "--clear", VENV]
    if not (succeeds(command) or (install_venv_package() and succeeds(command))):
        subprocess.check_call([base, "-m", "venv", "--clear", "--without-pip", VENV])


def find_pip():
    """Return the pip that installs into .venv: its own, or that of a Python outside."""
    if succeeds([PYTHON, "-m", "pip", "--version"]):
        return [PYTHON, "-m", "pip"]
    for outside in (find_python(), sys.executable):
        if succeeds([outside, "-m", "pip", "--version"]):
            return [outside, "-m", "pip", "--python", PYTHON]
    return sys.exit("This Python has neither venv nor pip. On Debian or Ubuntu: apt install python3-venv")


def install_venv_package():
    """Debian ships ensurepip apart from Python; root may fetch it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("Installing python3-venv …", flush=True)
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    return succeeds(["apt-get", "update", "-qq"], env=quiet) and succeeds(
        ["apt-get", "install", "-y", "-qq", "python3-venv"], env=quiet
    )


def install(level, pip):
    """Install with uv, which is ten times faster, and with pip where uv cannot reach what pip can."""
    quiet = ["install", "--disable-pip-version-check", "-q", *WHEELS_ONLY]
    uv = os.path.join(VENV, "bin", "uv")
    fast = [uv, "pip", "install", "-q", "--python", PYTHON, *WHEELS_ONLY, "-r", lock_file(level)]
    if succeeds([*pip, *quiet, "-r", lock_file("uv")]) and succeeds(fast):
        return
    subprocess.check_call([*pip, *quiet, "-r", lock_file(level)])


def find_python():
    """Return the first Python that is new enough, looking where distributions and version managers put it."""
    for candidate in candidates():
        if candidate and works(candidate):
            return candidate
    for candidate in candidates():
        if candidate and succeeds([candidate, "-c", "import sys; sys.exit(sys.version_info < {!r})".format(NEEDED)]):
            missing = [name for name in MODULES if not succeeds([candidate, "-c", "import " + name])]
            sys.exit(INCOMPLETE.format(candidate, " and ".join(missing)))
    message = (
        "Python {}.{} or newer is needed and none was found. On Debian or Ubuntu: apt install python3 python3-venv"
    )
    return sys.exit(message.format(*NEEDED))


def candidates():
    yield sys.executable
    for name in ("python3.14", "python3.13", "python3.12", "python3", "python"):
        yield shutil.which(name)
    home = os.path.expanduser("~")
    pyenv = os.environ.get("PYENV_ROOT", os.path.join(home, ".pyenv"))
    places = [
        "/usr/bin/python3.1[2-9]",
        "/usr/local/bin/python3.1[2-9]",
        "/opt/homebrew/bin/python3.1[2-9]",
        os.path.join(pyenv, "versions/3.1[2-9]*/bin/python"),
        os.path.join(home, ".local/share/uv/python/cpython-3.1[2-9]*/bin/python3"),
    ]
    for place in places:
        for found in sorted(glob.glob(place), reverse=True):
            yield found


def works(python):
    code = "import sys, {}; sys.exit(sys.version_info < {!r})".format(", ".join(MODULES), NEEDED)
    return succeeds([python, "-c", code])


def succeeds(command, env=None):
    try:
        return subprocess.call(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except BrokenPipeError:
        # Whoever read along, such as `head`, has seen enough; a flush at the end would fail again.
        os._exit(141)
