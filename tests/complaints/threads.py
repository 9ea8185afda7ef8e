"""Several acts at the same moment, each in a thread with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from complaints.models import Case


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all ``acts`` in threads of their own at the same moment; return what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except Exception as error:  # noqa: BLE001 - the outcome is what is asserted
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def copy(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)
