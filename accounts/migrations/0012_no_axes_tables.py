"""The tables of django-axes go: they held e-mail addresses, network addresses and browsers, and nothing writes them."""

from __future__ import annotations

from django.db import migrations

TABLES = "axes_accessattemptexpiration, axes_accessattempt, axes_accesslog, axes_accessfailurelog"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_request_limits")]

    operations = [migrations.RunSQL(f"DROP TABLE IF EXISTS {TABLES}", migrations.RunSQL.noop)]
