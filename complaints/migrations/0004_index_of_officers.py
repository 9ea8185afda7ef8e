from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("complaints", "0003_erasure_guards"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("officer__isnull", False), models.Q(("state", "closed"), _negated=True)),
                fields=["officer", "deadline_at", "id"],
                include=["agency", "state"],
                name="case_of_officer",
            ),
        ),
        RemoveIndexConcurrently(model_name="case", name="case_officer_queue"),
    ]
