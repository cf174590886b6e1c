"""All settings in one file; what differs between installations comes from the environment.

Without DATABASE_URL and REDIS_URL the embedded servers are used: `manage.py up` starts
them and writes their addresses into CS_HOME/runtime.env, which is read here as a fallback
(never exported into os.environ: a supervisor must not mistake its own servers for external ones).
"""

import os
from pathlib import Path

import pghistory

from cs_platform.runtime import error_reports, logs
from cs_platform.runtime.configuration import Configuration, networks
from cs_platform.runtime.mail_url import mail_settings
from cs_platform.runtime.version import VERSION

BASE_DIR = Path(__file__).resolve().parent.parent
env = Configuration()  # SECRET_KEY_FILE=/run/secrets/key is as good as SECRET_KEY=…

CS_HOME = Path(env.str("CS_HOME", default=str(BASE_DIR / ".local"))).resolve()
CS_PORT = env.int("CS_PORT", default=8000)
_runtime_file = CS_HOME / "runtime.env"
_runtime: dict[str, str] = {}
if _runtime_file.exists():
    _runtime = dict(
        line.split("=", 1) for line in _runtime_file.read_text().splitlines() if "=" in line
    )


def _configured_value(name: str, default: str = "") -> str:
    return str(env.str(name, default=_runtime.get(name, default)))


DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("CS_DEMO", default=_runtime.get("CS_DEMO") == "1")
# The day an installation of imported history lives on; looked at by its first `prepare`.
AS_OF = env.str("AS_OF", default="")
SECRET_KEY = _configured_value("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "cs_platform",
    "metrics",
    "playbooks",
    "health",
    "surveys",
    "accounts",
    "cs_platform.apps.PlatformAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "drf_spectacular",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "cs_platform.runtime.requests.ForwardedMiddleware",
    "cs_platform.runtime.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # After the static files, which are compressed ahead. Random padding and masked tokens are the
    # answer to BREACH (docs/adr/0021).
    "django.middleware.gzip.GZipMiddleware",
    "cs_platform.runtime.middleware.DatabaseUnavailableMiddleware",
    "cs_platform.runtime.middleware.DropUnsafeCookiesMiddleware",
    "cs_platform.runtime.middleware.RefuseLargeBodiesMiddleware",
    "cs_platform.runtime.request_bodies.WholeBodiesMiddleware",
    "cs_platform.runtime.middleware.RefuseUnsafeTextMiddleware",
    "cs_platform.runtime.middleware.ContentSecurityPolicyMiddleware",
    "cs_platform.runtime.middleware.OneInstallationMiddleware",
    "accounts.api.rate_limits.AllowanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.pages.sign_in.signed_out.SignedOutMiddleware",
    "cs_platform.pages.account.merge_redirects.MovedAccountMiddleware",
    "cs_platform.runtime.middleware.RefusedMethodMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "cs_platform.urls"
WSGI_APPLICATION = "cs_platform.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cs_platform.pages.navigation.page_surroundings",
            ],
            "builtins": ["accounts.ui.tags", "django.templatetags.i18n"],
            "libraries": {
                "imports": "accounts.pages.imports.tags",
                "ops": "cs_platform.pages.ops.tags",
            },
        },
    }
]

# --- Database: three roles. The app role is the default; DATABASE_OWNER_URL migrates.
_database_url = _configured_value("DATABASE_URL", "postgresql://cs_app@127.0.0.1:5432/cs")
DATABASES = {"default": {**env.db_url_config(_database_url), "CONN_HEALTH_CHECKS": True}}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "connect_timeout": 3,
        # Web requests give up after 15 s, a lock after 3 s; workers and commands set their own.
        # Starting a parallel process of Postgres takes longer than a page's whole statement. What
        # a page reads by key lies in memory or on flash: a row by its index costs little more there
        # than the next one of a scan, and for a book of 300 the planner would scan all accounts.
        # Without a list of triggers to ignore, pgtrigger's catch an exception for each row: in a
        # transaction of n rows each costs Postgres a walk through n deferred checks.
        "options": "-c lock_timeout={} -c statement_timeout={} -c jit=off"
        " -c max_parallel_workers_per_gather={} -c random_page_cost={}"
        " -c idle_in_transaction_session_timeout=60s -c pgtrigger.ignore={{}}".format(
            env.str("CS_LOCK_TIMEOUT", default="3s"),
            env.str("CS_STATEMENT_TIMEOUT", default="15s"),
            env.int("CS_PARALLEL_WORKERS", default=0),
            env.float("CS_RANDOM_PAGE_COST", default=1.1),
        ),
    }
)
# Beside a database named by the environment, the embedded one's other roles mean nothing.
_other_role = env.str if "DATABASE_URL" in env.ENVIRON else _configured_value
DATABASE_OWNER_URL = _other_role("DATABASE_OWNER_URL", default="")
DATABASE_READER_URL = _other_role("DATABASE_READER_URL", default="")

# Seconds before manage.py nightly asks a database again that went away; longer each time.
NIGHTLY_REST = env.float("CS_NIGHTLY_REST", default=0.5)

# --- Broker: a doorbell. Web processes never talk to it.
REDIS_URL = _configured_value("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Claims and leases in Postgres decide who works; late acknowledgement would only add doubles.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Seconds between two ticks of beat, which works around a dispatcher that was silent for half of it.
TICK_SECONDS = env.float("CS_TICK_SECONDS", default=30)
# Seconds after which a job or a message is taken over from a process that has died.
LEASE_SECONDS = env.float("CS_LEASE_SECONDS", default=20)
CELERY_TASK_TIME_LIMIT = 900
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Sessions, locks and limits live in Postgres: Redis may be flushed at any moment.
CACHES = {
    "default": {
        "BACKEND": "cs_platform.runtime.lasting_cache.LastingDatabaseCache",
        "LOCATION": "cs_cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000},  # above it, expired entries go
    },
    # How often visitors of products ask, each process for itself: nothing about them is stored.
    "visitors": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "visitors",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.pages.sign_in.signed_out.form_refused"

# --- Security. Behind TLS (the default outside the demo) everything is marked secure.
_tls = env.bool("CS_TLS", default=not DEMO and not DEBUG)
SECURE_SSL_REDIRECT = _tls
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# Forwarded headers count only from these addresses; from anybody else they are taken away.
PROXIES = networks("CS_PROXIES", env.list("CS_PROXIES", default=["127.0.0.1", "::1"]))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _tls else None
SECURE_HSTS_SECONDS = 31_536_000 if _tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _tls
SECURE_HSTS_PRELOAD = _tls
SESSION_COOKIE_SECURE = _tls
CSRF_COOKIE_SECURE = _tls
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- People
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
# Not allauth's own backend: it would also take addresses beside the one CS ops sees and changes.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "accounts.access.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Nobody makes us write to strangers.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "accounts.pages.sign_in.adapter.ClosedAccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
# The longest that any link to a password lives, in seconds; each kind says how long.
PASSWORD_RESET_TIMEOUT = 72 * 3600
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.password_links.PasswordLinks"  # noqa: S105
ACCOUNT_FORMS = {"reset_password": "accounts.pages.sign_in.adapter.ForgottenPasswordForm"}
# Seconds for which a password given counts for deciding who or what gets in (admin).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Wrong passwords for one e-mail address, from one network address, and for one person in browsers
# they have signed in with before (accounts.pages.sign_in.limits); counted in Postgres.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/30m/key,20/h/ip",
    "login_failed_on_known_device": "5/30m/key",
}

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.authentication.Denied"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.rate_limits.KeyThrottle"],
    # Of a product's user, and of a network address whose tokens prove nothing (in-app messages).
    "DEFAULT_THROTTLE_RATES": {"visitor": "120/min", "refused_token": "60/min"},
    "EXCEPTION_HANDLER": "accounts.api.authentication.problem_details",
}
API_RATE = env.int("CS_API_RATE", default=600)  # requests a minute and key; 0: any number
SPECTACULAR_SETTINGS = {
    "TITLE": "CS platform",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- Language, time, static files
LANGUAGE_CODE = "en"
# The sources are written in English: no catalogue is asked for each word of a page.
USE_I18N = LANGUAGE_CODE != "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["cs_platform.date_formats"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_FINDERS = [
    "cs_platform.runtime.styles.JoinedStyles",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATIC_ROOT = Path(env.str("CS_STATIC_ROOT", default=str(CS_HOME / "static")))
# Compressed once where files are collected for many readers; `up` has no time for that.
_static_storage = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if env.bool("CS_COMPRESS_STATIC", default=True)
    else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
)
# Every page names files by their hashes: the others would only be compressed as well.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}
MEDIA_ROOT = CS_HOME / "files"
BASE_URL = env.str("CS_URL", default=f"http://localhost:{CS_PORT}")  # where mails link to
MAIL_PROVIDER = ""  # the scheme of EMAIL_URL where it names a provider
vars().update(mail_settings(env.str("EMAIL_URL", default="consolemail://")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="platform@localhost")

# Networks that outgoing webhooks may reach although they are not on the public internet.
OUTGOING_NETWORKS = networks("CS_OUTGOING_NETWORKS", env.list("CS_OUTGOING_NETWORKS", default=[]))

# --- Audit: who did it is kept beside every change
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="audit")
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- What the platform says about itself
LOGGING = logs.configuration(
    style=env.str("CS_LOG_FORMAT", default="plain" if DEMO or DEBUG else "json"),
    level=env.str("LOG_LEVEL", default="INFO"),
)
METRICS_TOKEN = env.str("CS_METRICS_TOKEN", default="")
METRICS_NETWORKS = networks("CS_METRICS_NETWORKS", env.list("CS_METRICS_NETWORKS", default=[]))
METRICS_FOLDER = Path(env.str("CS_METRICS_FOLDER", default=str(CS_HOME / "metrics")))
# prometheus-client reads it from there when it is imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_FOLDER)
BUILD_COMMIT = env.str("CS_COMMIT", default="")
if _sentry := env.str("SENTRY_DSN", default=""):
    error_reports.start(dsn=_sentry, release=f"{VERSION}+{BUILD_COMMIT[:12]}".rstrip("+"))
