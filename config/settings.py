"""Settings, all from the environment; `docs/settings.md` lists each one and a test compares the two."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from accounts.identity.environment import oidc, registry_over_http
from config.answers import *  # noqa: F403 - what follows an answer
from config.api_settings import *  # noqa: F403 - whose pages may use the interface
from config.auditing import *  # noqa: F403 - how many answers are audited
from config.broker import Broker
from config.environment import Env
from config.logs import logging_config
from config.message_settings import *  # noqa: F403 - carriers, when messages wait, notifications on devices
from config.open_data import *  # noqa: F403 - the licence of open data
from config.operator import *  # noqa: F403 - who runs the service
from config.own_site import add_to_static_file
from config.periodic_tasks import PERIODIC_TASKS
from config.session_settings import *  # noqa: F403 - sessions, forms and their cookies
from config.webhook_settings import *  # noqa: F403 - programs outside

# Lets `models.Field[str, str]` and `admin.ModelAdmin[Topic]` be written, which Django itself does not subscript.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

KEYS = ("IDENTITY_KEYS", "LOOKUP_KEY", "HISTORY_KEYS")
# Without these nothing can be served; run.py makes them up for the demonstration, production names them.
REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "PUBLIC_URL", *KEYS)
if missing := [name for name in REQUIRED if not env.str(name, default="")]:
    msg = f"Set these environment variables, which docs/settings.md describes: {', '.join(missing)}."
    raise ImproperlyConfigured(msg)

# What this process is -------------------------------------------------------------------------------------------

EMBEDDED = env.bool("EMBEDDED", default=False)
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS")
PUBLIC_URL = env.str("PUBLIC_URL")
# A shorter host for the links in SMS, where every letter counts; empty means the host of PUBLIC_URL.
SHORT_HOST = env.str("SHORT_HOST", default="")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ADMIN_ENABLED = env.bool("ADMIN_ENABLED", default=EMBEDDED)

INSTALLED_APPS = [
    "config",
    "reports",
    "complaints",
    "accounts",
    "notifications",
    "agencies",
    "accounts.staff.admin_config.OperatorsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "config.monitoring.middleware.PageMetrics",
    "config.monitoring.request_log.RequestLog",
    "config.monitoring.tracing.PageSpans",
    "config.middleware.TrustedProxies",
    "config.api_answers.ApiAnswers",
    "config.middleware.RequestLimits",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.CompressedPages",
    "config.middleware.PermissionsPolicy",
    "accounts.sign_in.middleware.PageSessions",
    "config.middleware.LanguageByPrefix",
    "config.middleware.NotAllowedPage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.sign_in.middleware.SessionUsers",
    "config.middleware.SignInRequired",
    "config.middleware.IdleSession",
    "config.middleware.KnownDevices",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.PrivatePages",
    "reports.being_counted.BeingCounted",
    "config.answered_forms.AnsweredForms",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["kit.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": [
                "kit.components.charts",
                "kit.components.dates",
                "kit.components.drawings",
                "kit.components.error_summary",
                "kit.components.fields",
                "kit.components.forms",
                "kit.components.links",
                "kit.components.marks",
                "kit.components.navigation",
                "kit.components.numbers",
                "kit.components.panels",
                "kit.components.timelines",
                "complaints.case_text.tags",
                "complaints.unsent_forms",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "kit.components.kept",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.menu.staff_menu",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data -----------------------------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL")
# Addresses of other roles (config/database_roles.py), for the commands that need them; no server is given any.
OWNER_DATABASE_URL = env.str("OWNER_DATABASE_URL", default="")
TASKS_DATABASE_URL = env.str("TASKS_DATABASE_URL", default="")
FIGURES_DATABASE_URL = env.str("FIGURES_DATABASE_URL", default="")
ADMIN_DATABASE_URL = env.str("ADMIN_DATABASE_URL", default="")
DATABASES: dict[str, Any] = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"] |= {"CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False}
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
# Far fewer than threads: a request that is still arriving has no connection.
_MOST = env.int("DATABASE_POOL_SIZE", default=16)
_KEPT = _MOST if env.bool("DATABASE_POOL", default=True) else 0
# A connection that is kept also keeps the plans of kit/compiled_reads.py; behind a pooler nobody keeps either.
_FOR_PAGES = {"connect_timeout": 2, "most": _MOST, "kept": _KEPT, "prepare_threshold": 5 if _KEPT else None}
FOR_PAGES = env.bool("DATABASE_FOR_PAGES", default=False)
if FOR_PAGES:
    DATABASES["default"]["ENGINE"] = "config.page_database"
    DATABASES["default"]["OPTIONS"] |= _FOR_PAGES
REPLICA_URL = env.str("REPLICA_URL", default="")
if REPLICA_URL:
    DATABASES["replica"] = env.db_url("REPLICA_URL", engine=DATABASES["default"]["ENGINE"])
    DATABASES["replica"].setdefault("OPTIONS", {})["connect_timeout"] = 2
    if FOR_PAGES:
        DATABASES["replica"]["OPTIONS"] |= _FOR_PAGES
    DATABASES["replica"] |= {"CONN_MAX_AGE": 0, "TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["kit.replica.ReplicaRouter"]
# Seconds.
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", default=10)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Parts of pages under keys of all they show (reports/kept_parts.py): counters and locks live in PostgreSQL.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100}}}

IDENTITY_KEYS = env.str("IDENTITY_KEYS")
LOOKUP_KEY = env.str("LOOKUP_KEY")
# Only found by, no longer written: while `rotate_lookup_key` runs.
LOOKUP_KEY_FALLBACKS: list[str] = env.list("LOOKUP_KEY_FALLBACKS", default=[])
HISTORY_KEYS = env.str("HISTORY_KEYS")

MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))()
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "kit.upload_handlers.RoomAwareUploadHandler",
]
# Ten are taken; more are let through to the form, which says so beside its field instead of an error page.
DATA_UPLOAD_MAX_NUMBER_FILES = 40
# tcp://host:3310 or unix:///path of ClamAV; empty scans nothing.
CLAMD_URL = env.str("CLAMD_URL", default="")
# Ten files, one of them a video, and the fields around them.
REQUEST_MAX_BYTES = 150 * 1024 * 1024

# Static files ---------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))()
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=True)
# Empty: attachments are files below MEDIA_ROOT.
BUCKET_NAME = env.str("BUCKET_NAME", default="")
BUCKET_ENDPOINT = env.str("BUCKET_ENDPOINT", default="")
BUCKET_TIMEOUT = env.int("BUCKET_TIMEOUT", default=8)
_BUCKET_OPTIONS = {
    "bucket": BUCKET_NAME,
    "endpoint": BUCKET_ENDPOINT,
    "region": env.str("BUCKET_REGION", default="us-east-1"),
    "access_key": env.str("BUCKET_ACCESS_KEY", default=""),
    "secret_key": env.str("BUCKET_SECRET_KEY", default=""),
    "timeout": BUCKET_TIMEOUT,
}
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "kit.s3_storage.S3Storage", "OPTIONS": _BUCKET_OPTIONS}
    if BUCKET_NAME
    else {"BACKEND": "kit.file_storage.WholeFileStorage"},
    "staticfiles": {
        "BACKEND": "kit.style_sheets.WholeSheetsStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Where the heads of the histories go each day: a folder, or s3:// and the name of a bucket.
HISTORY_ANCHOR = env.str("HISTORY_ANCHOR", default="")
if HISTORY_ANCHOR.startswith("s3://"):
    _ANCHORS = _BUCKET_OPTIONS | {"bucket": HISTORY_ANCHOR.removeprefix("s3://")}
    STORAGES["anchors"] = {"BACKEND": "kit.s3_storage.S3Storage", "OPTIONS": _ANCHORS}
elif HISTORY_ANCHOR:
    STORAGES["anchors"] = {"BACKEND": "kit.file_storage.WholeFileStorage", "OPTIONS": {"location": HISTORY_ANCHOR}}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ADD_HEADERS_FUNCTION = add_to_static_file
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
WHITENOISE_AUTOREFRESH = not STATIC_MANIFEST

# People ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.sign_in.backends.CitizenBackend",
    "accounts.sign_in.backends.StaffBackend",
]
LOGIN_URL = reverse_lazy("sign-in")
STAFF_LOGIN_URL = reverse_lazy("staff-sign-in")
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = reverse_lazy("home")
REGISTRY = env.str("REGISTRY", default="accounts.identity.registries.embedded.EmbeddedRegistry" if EMBEDDED else "")
REGISTRY_HTTP = registry_over_http(env)
OIDC = oidc(env)
FOREIGN_MOBILES = env.str("FOREIGN_MOBILES", default="")

PASSWORD_HASHERS = [
    "accounts.sign_in.passwords.LimitedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.sign_in.passwords.LengthValidator", "OPTIONS": {"shortest": 12, "longest": 128}},
    {"NAME": "accounts.sign_in.passwords.LeakedPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

PASSWORD_RESET_TIMEOUT = 30 * 60

# What the browser is told ---------------------------------------------------------------------------------------

TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = not EMBEDDED
# A probe inside the cluster speaks plain HTTP to the container.
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$", r"^metrics$"]
SECURE_HSTS_SECONDS = 0 if EMBEDDED else 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not EMBEDDED
SECURE_HSTS_PRELOAD = not EMBEDDED
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# Language and place ---------------------------------------------------------------------------------------------

USE_I18N = True
LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", _("Arabic")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_THOUSAND_SEPARATOR = True
USE_TZ = True
TIME_ZONE = "Asia/Amman"

# Checks and the demonstration ------------------------------------------------------------------------------------

# Warnings of the deployment check that the operator has read; never errors.
ACCEPTED_WARNINGS: list[str] = env.list("ACCEPTED_WARNINGS", default=[])
SILENCED_SYSTEM_CHECKS = ["mail.W001", *(name for name in ACCEPTED_WARNINGS if ".W" in name)]

# Simulated cases of the past year in an EMBEDDED demonstration.
DEMO_CASES = env.int("DEMO_CASES", default=3000)

# Time limits ----------------------------------------------------------------------------------------------------

# Working days of each step. REPLY_DAYS is also the longest that a deadline is paused.
TRIAGE_DAYS = env.int("TRIAGE_DAYS", default=1)
COMPETENCE_DAYS = env.int("COMPETENCE_DAYS", default=2)
REPLY_DAYS = env.int("REPLY_DAYS", default=10)
OBJECTION_DECISION_DAYS = env.int("OBJECTION_DECISION_DAYS", default=5)
# Texts: what is wrong with them is a sentence of the system check.
REMINDERS = env.str("REMINDERS", default="50,90")
LADDER = env.str("LADDER", default="supervisor,secretary_general,minister_office")
BOUNCES_BEFORE_RULING = env.int("BOUNCES_BEFORE_RULING", default=2)
# Working hours without a sign-in after which an officer's cases are handed over: three days of seven hours.
SILENCE_HOURS = env.int("SILENCE_HOURS", default=21)

# Work behind the pages ------------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL")
REDIS_SENTINELS: list[str] = env.list("REDIS_SENTINELS", default=[])
REDIS_SENTINEL_PASSWORD = env.str("REDIS_SENTINEL_PASSWORD", default="")
REDIS_CA_FILE = env.str("REDIS_CA_FILE", default="")
_broker = Broker(REDIS_URL, tuple(REDIS_SENTINELS), REDIS_SENTINEL_PASSWORD, REDIS_CA_FILE)
CELERY_BROKER_URL = _broker.address()
CELERY_BROKER_USE_SSL = _broker.tls()
# A person waits while the workers are notified: a dead broker must cost a second, not a minute.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "retry_on_timeout": False,
    "max_retries": 0,
    **_broker.options(),
}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker does not end because the broker is away: it tries again until the broker is back.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "notices"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Kilobytes, at the end of a task: a process that has grown is replaced before its container meets mem_limit.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 256 * 1024
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "config.schedule:RowScheduler"
CELERY_BEAT_SCHEDULE = PERIODIC_TASKS

# Seen from outside -----------------------------------------------------------------------------------------------

# Where the processes of one machine keep their measurements; the name is that of prometheus-client.
PROMETHEUS_MULTIPROC_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", default="")
# An alarm is raised where the log is not archived, and where the newest backup is older than so many hours.
LOG_ARCHIVE = env.bool("LOG_ARCHIVE", default=False)
BACKUP_HOURS = env.int("BACKUP_HOURS", default=0)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_PORT = env.int("METRICS_PORT", default=0)
RUNBOOK_URL = env.str("RUNBOOK_URL", default="")
# Both are off while empty, and need requirements/monitoring.lock.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
# Nothing is sent there by the service: it says that somebody set it up (config.W035).
LOG_DESTINATION = env.str("LOG_DESTINATION", default="")
LOGGING = logging_config(LOG_LEVEL)
