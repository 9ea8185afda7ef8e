"""The door of ``python3 run.py bench``: list the benchmarks, or start the servers of one of them and measure."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.devstack import foreground, throwaway
from config.devstack.processes import free_port

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Benchmark:
    """What one measures, in a line, and the function that does; some start servers of their own."""

    line: str
    run: Callable[[list[str]], int]
    has_servers: bool = False
    #: Whether it asks as the application; the others copy databases, forge histories and tidy tables.
    is_application: bool = False


def main(arguments: list[str]) -> int:
    """Run the benchmark that the first argument names; without a name, or with a wrong one, list them all."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name in BENCHMARKS:
        return _run(BENCHMARKS[name], rest)
    listed = "".join(f"  {each:<10} {benchmark.line}\n" for each, benchmark in BENCHMARKS.items())
    listed = f"python3 run.py bench NAME   (NAME --help lists its options)\n\n{listed}"
    if name in {"", "-h", "--help"}:
        sys.stdout.write(listed)
        return 0
    sys.stderr.write(f"There is no benchmark {name!r}.\n\n{listed}")
    return 2


def _run(benchmark: Benchmark, arguments: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.offline"
    if benchmark.has_servers or {"-h", "--help"} & set(arguments):
        return benchmark.run(arguments)
    with throwaway.started(os.environ, kept=_kept(arguments)) as servers:
        os.environ.update(servers)
        if not benchmark.is_application and "ADMIN_DATABASE_URL" in servers:
            os.environ["DATABASE_URL"] = servers["ADMIN_DATABASE_URL"]
        return benchmark.run(arguments)


def _kept(arguments: list[str]) -> Path | None:
    """Return the folder that ``--keep`` names, which the settings of the benchmark itself come too late for."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--keep", type=Path)
    folder: Path | None = parser.parse_known_args(arguments)[0].keep
    return folder.absolute() if folder else None


def _attack(arguments: list[str]) -> int:
    with throwaway.folder() as static:
        # As behind one proxy, so that a row can come from an address of its own.
        port = str(free_port())
        os.environ |= {"STATIC_ROOT": str(static), "STATIC_MANIFEST": "false", "LOG_LEVEL": "CRITICAL"}
        os.environ |= {"ALLOWED_HOSTS": "127.0.0.1,localhost", "TRUSTED_PROXIES": "1", "WEB_CONCURRENCY": "1"}
        os.environ |= {"PORT": port, "PUBLIC_URL": f"http://localhost:{port}"}
        import django

        django.setup()
        from tests.bench.attack import command

        return command.main(arguments)


def _backlog(arguments: list[str]) -> int:
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from tests.bench import backlog

    return backlog.main(arguments)


def _capacity(arguments: list[str]) -> int:
    with _files_as_served():
        from tests.bench import capacity

        return capacity.main(arguments)


def _figures(arguments: list[str]) -> int:
    with _files_as_served():
        from tests.bench import figures

        return figures.main(arguments, root=ROOT)


def _country(arguments: list[str]) -> int:
    with _files_as_served():
        from tests.bench import country

        return country.main(arguments, root=ROOT)


def _filing(arguments: list[str]) -> int:
    os.environ["DATABASE_FOR_PAGES"] = "true"
    with _files_as_served():
        from tests.bench import filing

        return filing.main(arguments, root=ROOT)


def _desk(arguments: list[str]) -> int:
    # As the web process asks, which keeps the plans of its statements.
    os.environ["DATABASE_FOR_PAGES"] = "true"
    with _files_as_served():
        from tests.bench import desk

        return desk.main(arguments, root=ROOT)


def _apps(arguments: list[str]) -> int:
    with _files_as_served():
        from tests.bench import apps

        return apps.main(arguments, root=ROOT)


def _queue(arguments: list[str]) -> int:
    with _files_as_served():
        from tests.bench import queue

        return queue.main(arguments, root=ROOT)


@contextmanager
def _files_as_served() -> Iterator[None]:
    with throwaway.folder() as static:
        # Settings read these when they are imported: files as production serves them, not the finders'.
        os.environ |= {"STATIC_ROOT": str(static), "STATIC_MANIFEST": "true", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        yield


def _crowd(arguments: list[str]) -> int:
    # The demonstration is a process of its own; here only the names of its people are read.
    import django

    django.setup()
    from tests.bench import crowd

    return crowd.main(arguments, root=ROOT)


def _faults(arguments: list[str]) -> int:
    # Each run loads the settings of its own in a process of its own.
    from tests.faults import harness

    return harness.main(arguments, root=ROOT)


def _chaos(arguments: list[str]) -> int:
    from tests.faults.chaos import command

    return command.main(arguments, root=ROOT)


def _mutations(arguments: list[str]) -> int:
    from tests.bench.mutations import command

    return command.main(arguments, root=ROOT)


def _notices(arguments: list[str]) -> int:
    from tests.bench import notices

    return notices.main(arguments, root=ROOT)


def _recall(arguments: list[str]) -> int:
    import django

    django.setup()
    from tests.bench import recall

    return recall.main(arguments)


def _restore(arguments: list[str]) -> int:
    # It has a cluster that is durable, as those are that are restored.
    from tests.bench import restore

    return restore.main(arguments)


def _routing(arguments: list[str]) -> int:
    import django

    django.setup()
    from tests.bench import routing

    return routing.main(arguments)


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


def _soak(arguments: list[str]) -> int:
    from tests.bench import soak

    return soak.main(arguments, root=ROOT)


def _storm(arguments: list[str]) -> int:
    import django

    django.setup()
    from tests.bench import storm

    return storm.main(arguments, root=ROOT)


def _workbook(arguments: list[str]) -> int:
    from tests.bench import workbook

    return workbook.main(arguments)


BENCHMARKS = {
    "apps": Benchmark("the list of cases of an app among few cases and among many", _apps),
    "attack": Benchmark(
        "hostile requests as every wrong person: no error, no leak, nothing written", _attack, is_application=True
    ),
    "backlog": Benchmark(
        "how fast overdue deadlines, a declared holiday and old times to object are worked off", _backlog
    ),
    "capacity": Benchmark("processor time of each page, and how many a second one core serves", _capacity),
    "chaos": Benchmark("pages while their server, workers, database, broker and disk fail", _chaos, has_servers=True),
    "country": Benchmark("figures of a country: building, keeping and reading them among many cases", _country),
    "crowd": Benchmark(
        "how long a visitor waits while the dearest pictures and slow clients arrive", _crowd, has_servers=True
    ),
    "desk": Benchmark("the hottest pages of staff beside bare views with the same rows", _desk),
    "faults": Benchmark(
        "messages lost or sent twice while senders and the database are killed", _faults, has_servers=True
    ),
    "figures": Benchmark("SQL statements and times of pages, weight of a first visit, seconds of a start", _figures),
    "filing": Benchmark("the last press and a whole filing beside a bare view that does the same work", _filing),
    "mutations": Benchmark(
        "whether a test notices when the core is changed in small ways", _mutations, has_servers=True
    ),
    "notices": Benchmark("messages a second, and how long one waits on the running system", _notices, has_servers=True),
    "queue": Benchmark("every view of the queue among few cases and among many", _queue),
    "recall": Benchmark("how many words of a family find each other in the search", _recall),
    "restore": Benchmark("a backup, and the way back into a fresh database", _restore, has_servers=True),
    "routing": Benchmark("whether the right agency, topic or duplicate is suggested for the sample cases", _routing),
    "search": Benchmark("searches for rare and common words among few cases and among many", _search),
    "similar": Benchmark("similar cases and suggested owners among few cases and among many", _similar),
    "soak": Benchmark(
        "memory, connections, p95 and errors of the stack under ten minutes of load", _soak, has_servers=True
    ),
    "storm": Benchmark(
        "whether all actions at once break a case, in threads for ten minutes", _storm, is_application=True
    ),
    "workbook": Benchmark("memory and time of the files of a report of 100,000 rows", _workbook, has_servers=True),
}


if __name__ == "__main__":
    with foreground.quietly():
        sys.exit(main(sys.argv[1:]))
