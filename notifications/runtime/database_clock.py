"""The database's clock, by which senders on any number of machines agree what time it is."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Return the moment by the database's clock; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
