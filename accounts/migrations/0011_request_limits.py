"""The newest looks are found by time, and requests about one's own data have their limits."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

SEED = """
INSERT INTO accounts_requestlimit (kind, days) VALUES ('correction', 30), ('deletion', 30) ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    # Concurrently, so that people work meanwhile; two rows need no transaction.
    atomic = False

    dependencies = [("accounts", "0010_views_and_requests")]

    operations = [
        AddIndexConcurrently("identityview", models.Index(fields=["-at"], name="identityview_newest")),
        migrations.RunSQL(SEED, "DELETE FROM accounts_requestlimit"),
    ]
