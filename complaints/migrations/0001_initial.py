import complaints.models.case
import complaints.models.files
import complaints.models.history
import complaints.workflow.terms
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('agencies', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=10, unique=True, verbose_name='tracking number')),
                ('submission', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(choices=[('complaint', 'Complaint'), ('suggestion', 'Suggestion'), ('inquiry', 'Inquiry'), ('praise', 'Praise')], max_length=12, verbose_name='kind')),
                ('channel', models.CharField(choices=[('web', 'Website'), ('app', 'Smartphone app'), ('phone', 'National Contact Centre'), ('agency_site', "Agency's website")], default='web', max_length=12, verbose_name='channel')),
                ('language', models.CharField(default='ar', max_length=2)),
                ('notify_by', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail')], default='sms', max_length=5)),
                ('hides_identity', models.BooleanField(default=False)),
                ('subject', models.CharField(max_length=120, verbose_name='subject')),
                ('details', models.TextField(max_length=3000, verbose_name='details')),
                ('area', models.CharField(blank=True, max_length=120)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('employee', models.CharField(blank=True, max_length=120)),
                ('state', models.CharField(choices=[('triage', 'In triage'), ('referred', "Confirm responsibility"), ('in_progress', 'In progress'), ('waiting', 'Waiting for the citizen'), ('closed', 'Closed'), ('objected', 'Objection under review')], max_length=12)),
                ('resumes_to', models.CharField(blank=True, choices=[('triage', 'In triage'), ('referred', "Confirm responsibility"), ('in_progress', 'In progress'), ('waiting', 'Waiting for the citizen'), ('closed', 'Closed'), ('objected', 'Objection under review')], max_length=12)),
                ('holder', models.CharField(blank=True, choices=[('cmu', 'Government Complaints Management Unit'), ('agency', 'Agency'), ('directorate', 'Directorate'), ('citizen', 'Citizen'), ('outside_centre', 'Outside centre')], max_length=14)),
                ('last_action', models.CharField(default=complaints.workflow.terms.Action['FILE'], max_length=20)),
                ('version', models.PositiveIntegerField(default=1)),
                ('chain', models.BinaryField(max_length=32)),
                ('filed_at', models.DateTimeField()),
                ('limit_from', models.DateTimeField()),
                ('promised_on', models.DateField(blank=True, null=True)),
                ('deadline_at', models.DateTimeField(blank=True, null=True)),
                ('bounces', models.PositiveSmallIntegerField(default=0)),
                ('objections_made', models.PositiveSmallIntegerField(default=0)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('solved', 'Solved'), ('partly', 'Partly solved'), ('refused_with_reason', 'Refused, with the reason'), ('answered', 'Answered'), ('thanked', 'Thanks passed on'), ('adopted', 'Suggestion adopted'), ('not_adopted', 'Suggestion not adopted'), ('withdrawn', 'Withdrawn'), ('no_reply', "No answer to the question"), ('inadmissible', "Out of scope")], max_length=20)),
                ('folded', models.GeneratedField(db_persist=True, expression=complaints.models.case.ArabicStrip(django.db.models.functions.text.Concat('subject', models.Value(' '), 'details', output_field=models.TextField())), output_field=models.TextField())),
                ('search_vector', models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.SearchVector(complaints.models.case.ArabicStrip(django.db.models.functions.text.Concat('subject', models.Value(' '), 'details', output_field=models.TextField())), config='simple'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='agencies.agency')),
                ('citizen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='accounts.citizen')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('directorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.directorate')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.governorate')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='agencies.topic')),
            ],
            options={
                'verbose_name': 'case',
                'verbose_name_plural': 'cases',
            },
        ),
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('action', models.CharField(max_length=20)),
                ('from_state', models.CharField(blank=True, choices=[('triage', 'In triage'), ('referred', "Confirm responsibility"), ('in_progress', 'In progress'), ('waiting', 'Waiting for the citizen'), ('closed', 'Closed'), ('objected', 'Objection under review')], max_length=12)),
                ('to_state', models.CharField(choices=[('triage', 'In triage'), ('referred', "Confirm responsibility"), ('in_progress', 'In progress'), ('waiting', 'Waiting for the citizen'), ('closed', 'Closed'), ('objected', 'Objection under review')], max_length=12)),
                ('at', models.DateTimeField()),
                ('facts', models.JSONField(default=dict)),
                ('chain', models.BinaryField(max_length=32)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='complaints.case')),
                ('on_behalf_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'event',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('solved', 'Solved'), ('partly', 'Partly solved'), ('refused_with_reason', 'Refused, with the reason'), ('answered', 'Answered'), ('thanked', 'Thanks passed on'), ('adopted', 'Suggestion adopted'), ('not_adopted', 'Suggestion not adopted'), ('withdrawn', 'Withdrawn'), ('no_reply', "No answer to the question"), ('inadmissible', "Out of scope")], max_length=20)),
                ('found', models.TextField(max_length=3000)),
                ('done', models.TextField(max_length=3000)),
                ('likeness', models.CharField(blank=True, db_index=True, max_length=64)),
                ('state', models.CharField(choices=[('proposed', "Waiting for the second signature"), ('given', 'Given'), ('taken_back', 'Cancelled')], max_length=10)),
                ('written_at', models.DateTimeField()),
                ('given_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('lead_answer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='complaints.answer')),
                ('signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='complaints.case')),
                ('event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('proposed_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('taken_back_event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'answer',
                'ordering': ['written_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Addition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=3000)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='additions', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'addition',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('same_problem', 'The same problem'), ('related', 'Related')], max_length=12)),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='complaints.case')),
                ('end_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='complaints.case')),
                ('lead_end_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('lead_event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'link between cases',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('find_owner', "Find the responsible agency"), ('decide_competence', "Confirm responsibility"), ('answer', 'Answer the citizen'), ('citizen_reply', "Citizen's answer"), ('decide_objection', 'Decide on the objection'), ('may_object', 'Time to object'), ('answer_task', "Contribute to the leading "
"agency's answer")], max_length=20)),
                ('started_at', models.DateTimeField()),
                ('limit_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('first_due_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('paused_at', models.DateTimeField(blank=True, null=True)),
                ('pauses', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(), blank=True, default=list)),
                ('next_check_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ending', models.CharField(blank=True, choices=[('met', 'In time'), ('missed', 'Too late'), ('stopped', 'Stopped')], max_length=8)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='complaints.case')),
            ],
            options={
                'verbose_name': 'clock',
                'ordering': ['started_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ClockStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(max_length=20)),
                ('taken_at', models.DateTimeField()),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='complaints.clock')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'clock step',
            },
        ),
        migrations.CreateModel(
            name='Consultation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('estimated', 'Time given'), ('found', 'Finding given'), ('revoked', 'Cancelled')], default='asked', max_length=10)),
                ('text', models.TextField(max_length=3000)),
                ('language', models.CharField(default='ar', max_length=2)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('finding', models.TextField(blank=True, max_length=3000)),
                ('signed_as', models.CharField(blank=True, max_length=120)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consultations', to='complaints.case')),
                ('directorate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.directorate')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('finding_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('revoke_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'consultation',
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('complaint', 'Complaint'), ('suggestion', 'Suggestion'), ('inquiry', 'Inquiry'), ('praise', 'Praise')], max_length=12)),
                ('agency_unknown', models.BooleanField(default=False)),
                ('subject', models.CharField(blank=True, max_length=120)),
                ('details', models.TextField(blank=True, max_length=3000)),
                ('area', models.CharField(blank=True, max_length=120)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('employee', models.CharField(blank=True, max_length=120)),
                ('answers', models.JSONField(blank=True, default=dict)),
                ('hides_identity', models.BooleanField(default=False)),
                ('notify_by', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail')], default='sms', max_length=5)),
                ('updated_at', models.DateTimeField()),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agencies.agency')),
                ('citizen', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='accounts.citizen')),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agencies.governorate')),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agencies.topic')),
            ],
            options={
                'verbose_name': 'draft',
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('file', models.FileField(upload_to=complaints.models.files.storage_name)),
                ('name', models.CharField(max_length=150)),
                ('content_type', models.CharField(max_length=40)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField()),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='complaints.case')),
                ('consultation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='complaints.consultation')),
                ('draft', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='attachments', to='complaints.draft')),
            ],
            options={
                'verbose_name': 'attachment',
                'ordering': ['added_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Estimate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('days', models.PositiveSmallIntegerField()),
                ('reason', models.TextField(blank=True, max_length=3000)),
                ('at', models.DateTimeField()),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='estimates', to='complaints.consultation')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'estimate',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('proposed', "Waiting for a decision"), ('granted', 'Approved'), ('dropped', 'Cancelled')], max_length=8)),
                ('days', models.PositiveSmallIntegerField()),
                ('old_on', models.DateField()),
                ('new_on', models.DateField()),
                ('reason', models.TextField(max_length=3000)),
                ('proposed_at', models.DateTimeField()),
                ('granted_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='complaints.case')),
                ('decided_event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('granted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'extension',
                'ordering': ['proposed_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('answer', models.TextField(blank=True, max_length=3000)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handovers', to='complaints.case')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.outsidecentre')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('return_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'handover',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder', models.CharField(choices=[('cmu', 'Government Complaints Management Unit'), ('agency', 'Agency'), ('directorate', 'Directorate'), ('citizen', 'Citizen'), ('outside_centre', 'Outside centre')], max_length=14)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holdings', to='complaints.case')),
                ('directorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.directorate')),
            ],
            options={
                'verbose_name': 'holding',
                'ordering': ['started_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30)),
                ('at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'label',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('note', 'Note'), ('call', "Phone call")], default='note', max_length=4)),
                ('spoken_with', models.CharField(blank=True, choices=[('citizen', 'The citizen'), ('directorate', 'The directorate'), ('agency', 'Another agency'), ('other', "Someone else")], max_length=12)),
                ('text', models.TextField(max_length=3000)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'note',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.TextField(max_length=3000)),
                ('made_at', models.DateTimeField()),
                ('ruling', models.CharField(blank=True, choices=[('upheld', 'Objection accepted'), ('dismissed', 'Objection rejected')], max_length=10)),
                ('reasons', models.TextField(blank=True, max_length=3000)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('ruled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ruling_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'objection',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Precedent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=200)),
                ('why', models.TextField(max_length=3000)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('folded', models.GeneratedField(db_persist=True, expression=complaints.models.case.ArabicStrip(django.db.models.functions.text.Concat('words', models.Value(''), output_field=models.TextField())), output_field=models.TextField())),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='precedents', to='complaints.case')),
                ('event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.governorate')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.topic')),
            ],
            options={
                'verbose_name': 'precedent',
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=3000)),
                ('asked_at', models.DateTimeField()),
                ('reply', models.TextField(blank=True, max_length=3000)),
                ('replied_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('lapse_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('reply_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'question',
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Recusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True, max_length=3000)),
                ('at', models.DateTimeField()),
                ('end_text', models.TextField(blank=True, max_length=3000)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recusals', to='complaints.case')),
                ('end_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('named_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'recusal',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ReferralTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', "Waiting for the agency"), ('answered', 'Answered'), ('dropped', 'Cancelled')], default='open', max_length=8)),
                ('text', models.TextField(max_length=3000)),
                ('asked_at', models.DateTimeField()),
                ('answer', models.TextField(blank=True, max_length=3000)),
                ('reason', models.TextField(blank=True, max_length=3000)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('answer_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='complaints.case')),
                ('drop_event', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'referral task',
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='clock',
            name='task',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='complaints.referraltask'),
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('after_accepting', models.BooleanField()),
                ('reason', models.CharField(choices=[('other_agency', "Another agency is responsible"), ('other_place', "The place is in another "
"agency's area"), ('outside_government', "Not a matter for a government "
"agency"), ('shared', "Several agencies are "
"responsible, and another one "
"leads")], max_length=20)),
                ('text', models.TextField(max_length=3000)),
                ('at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('proposed_agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'verbose_name': 'refusal',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=120)),
                ('details', models.TextField()),
                ('area', models.CharField(blank=True, max_length=120)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('answers', models.JSONField(blank=True, default=list)),
                ('replaced_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
            ],
            options={
                'verbose_name': 'revision',
                'ordering': ['replaced_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Ruling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True, max_length=3000)),
                ('resets_limit', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rulings', to='complaints.case')),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.caseevent')),
                ('offered', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.precedent')),
            ],
            options={
                'verbose_name': 'ruling',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('query', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agencies.agency')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved filter',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SearchBlock',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('search_vector', django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_vector'], name='search_block_vector')],
            },
        ),
        migrations.CreateModel(
            name='StandardText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(blank=True, choices=[('solved', 'Solved'), ('partly', 'Partly solved'), ('refused_with_reason', 'Refused, with the reason'), ('answered', 'Answered'), ('thanked', 'Thanks passed on'), ('adopted', 'Suggestion adopted'), ('not_adopted', 'Suggestion not adopted'), ('withdrawn', 'Withdrawn'), ('no_reply', "No answer to the question"), ('inadmissible', "Out of scope")], max_length=20)),
                ('title', models.CharField(max_length=80)),
                ('found', models.TextField(blank=True, max_length=3000)),
                ('done', models.TextField(blank=True, max_length=3000)),
                ('changed_at', models.DateTimeField()),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agencies.agency')),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agencies.topic')),
            ],
            options={
                'verbose_name': 'standard text',
                'ordering': ['title', 'id'],
            },
        ),
        migrations.CreateModel(
            name='TopicAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('line', 'one line of text'), ('date', "a date, today or earlier"), ('choice', "one of the options")], max_length=10)),
                ('asked_ar', models.CharField(max_length=150)),
                ('asked_en', models.CharField(max_length=150)),
                ('answer_ar', models.CharField(max_length=120)),
                ('answer_en', models.CharField(max_length=120)),
                ('is_personal', models.BooleanField(default=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='topic_answers', to='complaints.case')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.topicquestion')),
            ],
            options={
                'verbose_name': 'answer to a topic question',
                'ordering': ['position', 'question_id'],
            },
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['agency', 'state', 'deadline_at', 'id'], name='case_agency_queue'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['state', 'deadline_at', 'id'], name='case_queue'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['agency', 'id'], name='case_agency_by_age'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['id'], name='case_by_age'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('officer__isnull', False), models.Q(('state', 'closed'), _negated=True)), fields=['officer', 'deadline_at', 'id'], name='case_officer_queue'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('holder', 'directorate')), fields=['agency', 'deadline_at', 'id'], name='case_with_directorates'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('last_action__in', (complaints.workflow.terms.Action['UPHOLD'], complaints.workflow.terms.Action['REPLY'], complaints.workflow.terms.Action['LAPSE'], complaints.workflow.terms.Action['REFER'])), ('state__in', ['in_progress', 'referred'])), fields=['agency', 'deadline_at', 'id'], name='case_returned'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['citizen', '-filed_at'], name='case_of_citizen'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['agency', 'filed_at'], name='case_agency_filed'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['agency', 'closed_at'], name='case_agency_closed'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'closed')), fields=['-closed_at', '-id'], name='case_closed'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_vector'], name='case_search_vector'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('folded'), name='gin_trgm_ops'), name='case_folded_trigrams'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('resumes_to', ''), _connector='XOR'), name='case_waits_with_the_state_it_resumes_to'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True), ('outcome', '')), _connector='OR'), name='case_is_closed_with_an_outcome'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'closed'), models.Q(('holder', ''), _negated=True), _connector='XOR'), name='case_is_held_until_it_is_closed'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('agency__isnull', False), models.Q(('state__in', ['in_progress', 'referred']), _negated=True), _connector='OR'), name='case_has_an_agency_once_referred'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('promised_on__isnull', False), models.Q(('state', 'in_progress'), _negated=True), _connector='OR'), name='case_in_progress_has_a_promise'),
        ),
        migrations.AddIndex(
            model_name='caseevent',
            index=models.Index(condition=models.Q(('actor__isnull', False)), fields=['actor', 'action'], name='event_of_actor'),
        ),
        migrations.AddIndex(
            model_name='caseevent',
            index=models.Index(condition=models.Q(('action__in', (complaints.workflow.terms.Action['FILE'], complaints.workflow.terms.Action['DECLINE'], complaints.workflow.terms.Action['RETURN'], complaints.workflow.terms.Action['REFER'])), ('actor__isnull', False)), fields=['actor', '-case'], name='event_passing_on'),
        ),
        migrations.AddConstraint(
            model_name='caseevent',
            constraint=models.UniqueConstraint(fields=('case', 'number'), name='event_number_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='caseevent',
            constraint=models.CheckConstraint(condition=models.Q(('id', models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('case'), '*', models.Value(1048576)), '+', models.F('number')), models.BigIntegerField())), ('number__lt', 1048576)), name='event_key_is_of_its_case_and_number'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('proposed_event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('taken_back_event'), '>>', models.Value(20)))), name='answer_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('case',), name='answer_one_proposed'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_event__isnull', False), ('event__isnull', False), _connector='OR'), name='answer_is_written_with_an_event'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event__isnull', True), ('state', 'proposed'), ('taken_back_event__isnull', True)), models.Q(('event__isnull', False), ('state', 'given'), ('taken_back_event__isnull', True)), models.Q(('state', 'taken_back'), ('taken_back_event__isnull', False)), _connector='OR'), name='answer_state_has_its_event'),
        ),
        migrations.AddConstraint(
            model_name='addition',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20)))), name='addition_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('end_event'), '>>', models.Value(20)))), name='link_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.CheckConstraint(condition=models.Q(('lead', django.db.models.expressions.CombinedExpression(models.F('lead_event'), '>>', models.Value(20))), ('lead', django.db.models.expressions.CombinedExpression(models.F('lead_end_event'), '>>', models.Value(20)))), name='link_events_are_of_its_lead'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.CheckConstraint(condition=models.Q(('case', models.F('lead')), _negated=True), name='link_joins_two_cases'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('kind', 'same_problem')), fields=('case',), name='link_one_lead_per_case'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case', 'lead'), name='link_once_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', False), models.Q(('end_event__isnull', True), ('lead_end_event__isnull', True)), _connector='OR'), name='link_end_has_its_time'),
        ),
        migrations.AddConstraint(
            model_name='clockstep',
            constraint=models.UniqueConstraint(fields=('clock', 'step'), name='clock_step_once'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('finding_event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('revoke_event'), '>>', models.Value(20)))), name='consultation_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'estimated'))), fields=('case',), name='consultation_one_open_per_case'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('asked', 'estimated')), ('ended_at__isnull', False), _connector='XOR'), name='consultation_ends_with_its_state'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'found'), _negated=True), models.Q(('finding', ''), _negated=True), _connector='OR'), name='consultation_is_found_with_a_finding'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finding_event__isnull', False), ('state', 'found')), models.Q(models.Q(('state', 'found'), _negated=True), ('finding_event__isnull', True)), _connector='OR'), name='consultation_finding_has_its_event'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('citizen', 'kind'), name='draft_one_per_citizen_and_kind'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('case__isnull', True), ('draft__isnull', True), _connector='XOR'), name='attachment_belongs_to_a_case_or_a_draft'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.UniqueConstraint(fields=('consultation', 'number'), name='estimate_number_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='estimate_changes_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('decided_event'), '>>', models.Value(20)))), name='extension_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('case',), name='extension_one_proposed'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('new_on__gt', models.F('old_on'))), name='extension_is_later'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'proposed'), ('decided_event__isnull', False), _connector='XOR'), name='extension_state_has_its_event'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('return_event'), '>>', models.Value(20)))), name='handover_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='handover_one_open_per_case'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_by__isnull', True), ('return_event__isnull', False), _connector='XOR'), name='handover_return_has_its_event'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='holding_one_open_per_case'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='holding_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holder__in', ['agency', 'directorate']), _negated=True), ('agency__isnull', False), _connector='OR'), name='holding_of_an_agency_names_it'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(complaints.models.history._Span('started_at', 'ended_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&'), ('case', '=')], name='holding_spans_do_not_overlap'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20)))), name='label_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(fields=('agency', 'name', 'case'), name='label_once_per_case'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20)))), name='note_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'call'), ('spoken_with', ''), _connector='XOR'), name='note_of_a_call_says_with_whom'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('ruling_event'), '>>', models.Value(20)))), name='objection_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(fields=('case', 'number'), name='objection_number_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('ruling', ''), ('ruling_event__isnull', False), _connector='XOR'), name='objection_ruling_has_its_event'),
        ),
        migrations.AddIndex(
            model_name='precedent',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['topic'], name='precedent_of_topic'),
        ),
        migrations.AddIndex(
            model_name='precedent',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('folded'), name='gin_trgm_ops'), name='precedent_folded_trigrams'),
        ),
        migrations.AddConstraint(
            model_name='precedent',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20)))), name='precedent_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('reply_event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('lapse_event'), '>>', models.Value(20)))), name='question_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='question_one_open_per_case'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replied_at__isnull', True), ('reply_event__isnull', True)), models.Q(('lapse_event__isnull', True), ('replied_at__isnull', False), ('reply_event__isnull', False)), _connector='OR'), name='question_reply_has_its_event'),
        ),
        migrations.AddIndex(
            model_name='recusal',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['person', 'case'], name='recusal_open_of_person'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('end_event'), '>>', models.Value(20)))), name='recusal_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case', 'person'), name='recusal_open_once_per_case_and_person'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(('named_by__isnull', True), models.Q(('text', ''), _negated=True), _connector='XOR'), name='recusal_named_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_text', ''), ('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('end_text', ''), _negated=True)), _connector='OR'), name='recusal_ends_by_somebody_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), models.Q(('ended_by', models.F('person')), _negated=True), _connector='OR'), name='recusal_is_not_ended_by_its_person'),
        ),
        migrations.AddConstraint(
            model_name='recusal',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('end_event__isnull', False), _connector='XOR'), name='recusal_end_has_its_event'),
        ),
        migrations.AddIndex(
            model_name='referraltask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['agency', 'case'], name='task_open_of_agency'),
        ),
        migrations.AddConstraint(
            model_name='referraltask',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('answer_event'), '>>', models.Value(20))), ('case', django.db.models.expressions.CombinedExpression(models.F('drop_event'), '>>', models.Value(20)))), name='task_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='referraltask',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('case', 'agency'), name='task_one_open_per_agency'),
        ),
        migrations.AddConstraint(
            model_name='referraltask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(('ended_at__isnull', False), ('state', 'answered'), models.Q(('answer', ''), _negated=True)), models.Q(('ended_at__isnull', False), ('state', 'dropped'), models.Q(models.Q(('reason', ''), _negated=True), ('ended_by__isnull', True), _connector='OR')), _connector='OR'), name='task_ends_with_its_words'),
        ),
        migrations.AddConstraint(
            model_name='referraltask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer_event__isnull', False), ('drop_event__isnull', True), ('state', 'answered')), models.Q(('answer_event__isnull', True), ('drop_event__isnull', False), ('ended_by__isnull', False), ('state', 'dropped')), models.Q(('answer_event__isnull', True), ('drop_event__isnull', True), models.Q(('state', 'open'), models.Q(('ended_by__isnull', True), ('state', 'dropped')), _connector='OR')), _connector='OR'), name='task_words_have_their_event'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('paused_at__isnull', True)), fields=['kind', 'due_at'], name='clock_running_by_due'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(models.OrderBy(models.F('next_check_at'), nulls_first=True), condition=models.Q(('ended_at__isnull', True), ('paused_at__isnull', True), models.Q(('kind', 'may_object'), _negated=True)), name='clock_running_by_next_check'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('paused_at__isnull', True), ('task__isnull', True)), fields=('case',), name='clock_one_running_per_case'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('task__isnull', True)), fields=('case', 'kind'), name='clock_one_per_kind'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('task',), name='clock_one_per_task'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ending', '')), models.Q(('ended_at__isnull', False), models.Q(('ending', ''), _negated=True)), _connector='OR'), name='clock_ends_with_an_ending'),
        ),
        migrations.AddConstraint(
            model_name='refusal',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20)))), name='refusal_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='refusal',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_agency', models.F('agency')), _negated=True), name='refusal_proposes_another_agency'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20)))), name='revision_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(('case', django.db.models.expressions.CombinedExpression(models.F('event'), '>>', models.Value(20)))), name='ruling_events_are_of_its_case'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(('resets_limit', False), models.Q(('text', ''), _negated=True), _connector='OR'), name='ruling_resets_the_limit_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='ruling',
            constraint=models.CheckConstraint(condition=models.Q(('agency__isnull', False), models.Q(('text', ''), _negated=True), _connector='OR'), name='ruling_archives_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.UniqueConstraint(fields=('owner', 'name'), name='saved_filter_name_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='standardtext',
            constraint=models.UniqueConstraint(fields=('agency', 'title'), name='standard_text_title_once_per_agency', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='standardtext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('found', ''), _negated=True), models.Q(('done', ''), _negated=True), _connector='OR'), name='standard_text_has_a_text'),
        ),
        migrations.AddConstraint(
            model_name='topicanswer',
            constraint=models.UniqueConstraint(fields=('case', 'question'), name='topic_answer_one_per_question'),
        ),
    ]
