"""Notifications on devices: the browsers that take them, and one more channel."""

import uuid

from django.db import migrations, models

import kit.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_programs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="addressstatus",
            name="channel",
            field=models.CharField(
                choices=[
                    ("sms", "SMS"),
                    ("email", "E-mail"),
                    ("webhook", "Webhook"),
                    ("push", "Notification on a device"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="dailyspend",
            name="channel",
            field=models.CharField(
                choices=[
                    ("sms", "SMS"),
                    ("email", "E-mail"),
                    ("webhook", "Webhook"),
                    ("push", "Notification on a device"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="embeddedmail",
            name="channel",
            field=models.CharField(
                choices=[
                    ("sms", "SMS"),
                    ("email", "E-mail"),
                    ("webhook", "Webhook"),
                    ("push", "Notification on a device"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[
                    ("sms", "SMS"),
                    ("email", "E-mail"),
                    ("webhook", "Webhook"),
                    ("push", "Notification on a device"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="providerroute",
            name="channel",
            field=models.CharField(
                choices=[
                    ("sms", "SMS"),
                    ("email", "E-mail"),
                    ("webhook", "Webhook"),
                    ("push", "Notification on a device"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("recipient", models.CharField(help_text="The key of its owner, as on messages.", max_length=80)),
                ("address", kit.crypto.EncryptedText()),
                (
                    "endpoint_hash",
                    models.CharField(
                        help_text="A browser has one endpoint: whoever subscribes last owns it.",
                        max_length=64,
                        unique=True,
                    ),
                ),
                (
                    "device",
                    models.CharField(blank=True, help_text='Browser and system, as "Firefox, Android".', max_length=60),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "push subscription",
                "verbose_name_plural": "push subscriptions",
                "indexes": [models.Index(fields=["recipient"], name="pushsubscription_of")],
            },
        ),
    ]
