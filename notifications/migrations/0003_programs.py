"""Programs outside: where they are and with which secrets they sign, their calls, and the channel and lane to them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import kit.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(help_text="E.g. centre:7 or agency:12.", max_length=40, unique=True)),
                (
                    "url",
                    models.CharField(blank=True, help_text="Where it is called; empty: it is not.", max_length=300),
                ),
                (
                    "answers_url",
                    models.CharField(
                        blank=True, help_text="Where its answers are fetched; empty: never.", max_length=300
                    ),
                ),
                (
                    "cursor",
                    models.CharField(
                        blank=True, help_text="Its own mark of the answers fetched so far.", max_length=200
                    ),
                ),
                (
                    "fetch_failed_at",
                    models.DateTimeField(blank=True, help_text="Since when its answers cannot be fetched.", null=True),
                ),
                ("secret", kit.crypto.EncryptedText()),
                ("earlier_secret", kit.crypto.EncryptedText(null=True)),
                ("earlier_until", models.DateTimeField(blank=True, null=True)),
                ("secret_made_at", models.DateTimeField()),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "program outside",
                "verbose_name_plural": "programs outside",
            },
        ),
        migrations.AlterField(
            model_name="addressstatus",
            name="channel",
            field=models.CharField(choices=[("sms", "SMS"), ("email", "E-mail"), ("webhook", "Webhook")], max_length=8),
        ),
        migrations.AlterField(
            model_name="dailyspend",
            name="channel",
            field=models.CharField(choices=[("sms", "SMS"), ("email", "E-mail"), ("webhook", "Webhook")], max_length=8),
        ),
        migrations.AlterField(
            model_name="embeddedmail",
            name="channel",
            field=models.CharField(choices=[("sms", "SMS"), ("email", "E-mail"), ("webhook", "Webhook")], max_length=8),
        ),
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.CharField(choices=[("sms", "SMS"), ("email", "E-mail"), ("webhook", "Webhook")], max_length=8),
        ),
        migrations.AlterField(
            model_name="message",
            name="lane",
            field=models.CharField(
                choices=[("codes", "codes"), ("notices", "notices"), ("webhooks", "calls of programs outside")],
                default="notices",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="providerroute",
            name="channel",
            field=models.CharField(choices=[("sms", "SMS"), ("email", "E-mail"), ("webhook", "Webhook")], max_length=8),
        ),
        migrations.CreateModel(
            name="ReceivedCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("call_id", models.CharField(max_length=120)),
                ("fingerprint", models.CharField(help_text="SHA-256 of the body.", max_length=64)),
                ("answer", models.JSONField()),
                ("received_at", models.DateTimeField()),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="calls", to="notifications.endpoint"
                    ),
                ),
            ],
            options={
                "verbose_name": "received call",
                "verbose_name_plural": "received calls",
                "constraints": [models.UniqueConstraint(fields=("endpoint", "call_id"), name="receivedcall_once")],
            },
        ),
    ]
