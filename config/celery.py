"""The Celery application. Its queues carry signals only, which may be lost: the rows in the database are the truth."""

from typing import Any, Self

from celery import Celery
from celery.signals import worker_init
from kombu import Connection


class SteadyConnection(Connection):
    """A connection that is tried every second, so that one that is back is found at once, however long it was away.

    Kombu waits two seconds longer after each try, up to half a minute, and has no setting for it.
    """

    def ensure_connection(self, *args: Any, **options: Any) -> Self:
        """Knock every second until somebody opens; the other arguments are kombu's."""
        return super().ensure_connection(
            *args, **(options | {"interval_start": 1, "interval_step": 0, "interval_max": 1})
        )


# Both by name: they need models, which are there only once the apps are loaded.
app = Celery("config", task_cls="config.recorded_task:RecordedTask")
app.steps["worker"].add("config.watch:ScheduleWatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    ["notifications", "accounts", "complaints.escalation", "complaints.retention", "complaints.api", "reports"]
)
app.amqp.Connection = SteadyConnection


@worker_init.connect
def _measure_tasks(**_: Any) -> None:
    """Measure tasks where there are workers: what measures needs the settings, which are not read yet."""
    from config.monitoring import task_metrics  # noqa: PLC0415

    task_metrics.connect()
