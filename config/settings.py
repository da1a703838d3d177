"""One settings file, fed by the environment; `.env.example` explains every variable.

Everything has a working default for a demo. With DEBUG=false nothing is guessed: `config.environment` lists what a
server must be told, and the process refuses to start without it.
"""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.devchat.door import door_of
from config.environment import DEMO_SECRET_KEY, mails_in, read_environment
from config.logs import without_secrets
from config.unfold import UNFOLD_SETTINGS

# Lets type hints subscript Django's classes at run time too, as in ModelAdmin[Client].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = read_environment(BASE_DIR)

DEBUG = env.bool("DEBUG")
SECRET_KEY = env.str("SECRET_KEY", default=DEMO_SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.str("PUBLIC_URL").rstrip("/")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "accounts.apps.AccountsConfig",
    "catalog.apps.CatalogConfig",
    "wallet.apps.WalletConfig",
    "booking.apps.BookingConfig",
    "notifications.apps.NotificationsConfig",
    "telegram_bot.apps.TelegramBotConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
    "phonenumber_field",
    "rest_framework",
    "drf_standardized_errors",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "config.middleware.UnavailableMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "telegram_bot.mini_app.middleware.inside_telegram",
    "config.middleware.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "telegram_bot.mini_app.middleware.framed_by_telegram",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

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
            ],
        },
    }
]

# --- PostgreSQL ---------------------------------------------------------------------------------------------------
# A pool, because a connection per request costs four fifths of the throughput; CONN_MAX_AGE must then stay 0.
DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE"), "timeout": env.int("DATABASE_POOL_TIMEOUT")},
        "options": "-c timezone=UTC",
        "connect_timeout": 5,
    }
)
DATABASES["default"]["CONN_MAX_AGE"] = 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: makes things fast and never decides --------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "okno",
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 0.25,
            "SOCKET_TIMEOUT": 0.25,
        },
    }
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- Celery --------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {f"notifications.tasks.{name}": {"queue": "events:p2p"} for name in ("dispatch", "send")}
CELERY_TASK_ROUTES["notifications.tasks.run_broadcast"] = {"queue": "events:broadcast"}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "unacked_restore_interval": 1,
}
# What a demo prints for people, mails and SMS, would otherwise become lines of the log.
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat:PatientScheduler"
CELERY_BEAT_SCHEDULE = {
    "expire overdue holds": {"task": "booking.tasks.tidy_overdue_holds", "schedule": 60.0, "options": {"expires": 60}},
    "forget old one-time keys": {
        "task": "booking.tasks.forget_once_keys",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "find notifications left lying": {"task": "notifications.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "find broadcasts left lying": {
        "task": "notifications.tasks.wake_broadcasts",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "remind of visits": {"task": "notifications.tasks.remind", "schedule": 60.0, "options": {"expires": 60}},
    "tell specialists of their day": {
        "task": "notifications.tasks.summarize_day",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "answer what was left in the bot": {
        "task": "telegram_bot.tasks.answer_what_was_left",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "tell chats of holds that ran out": {
        "task": "telegram_bot.tasks.tell_of_holds_that_ran_out",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "forget old updates of the bot": {
        "task": "telegram_bot.tasks.forget_old_updates",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "take buttons off messages of the past": {
        "task": "telegram_bot.tasks.strip_buttons",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "check the money": {"task": "wallet.tasks.check_the_money", "schedule": crontab(hour=1, minute=30)},
}

# --- People --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PHONENUMBER_DEFAULT_REGION = "RU"
PHONENUMBER_DB_FORMAT = "E164"

# --- Booking: the deployment's defaults, which a company may override ------------------------------------------------
BOOKING_HOLD_SECONDS = env.int("BOOKING_HOLD_SECONDS")
BOOKING_SLOT_STEP_MINUTES = env.int("BOOKING_SLOT_STEP_MINUTES")
BOOKING_MIN_NOTICE_MINUTES = env.int("BOOKING_MIN_NOTICE_MINUTES")
BOOKING_HORIZON_DAYS = env.int("BOOKING_HORIZON_DAYS")
BOOKING_VISITS_OF_STRANGERS = 5
"""With one phone that nobody has proved: to come, or booked within a day."""

# --- Notifications: each channel is a class, named here so that nothing imports what is above it --------------------
NOTIFICATION_CHANNELS = {
    "telegram": "telegram_bot.carrier.TelegramCarrier",
    "web_push": "notifications.channels.web_push.WebPushCarrier",
    "email": "notifications.channels.email.EmailCarrier",
    "sms": "notifications.channels.sms.SmsCarrier",
}
NOTIFICATION_WAITS = (timedelta(seconds=30), timedelta(seconds=300))
"""After the first and the second of three attempts (domain §8)."""
NOTIFICATION_LEASE = timedelta(seconds=60)
"""Longer than any channel waits for its provider: whoever outlives it was killed."""
TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN")
TELEGRAM_BOT_USERNAME = env.str("TELEGRAM_BOT_USERNAME").removeprefix("@")
TELEGRAM_WEBHOOK_SECRET = env.str("TELEGRAM_WEBHOOK_SECRET")
TELEGRAM_API_BASE = env.str("TELEGRAM_API_BASE").rstrip("/")
# The chats in the browser, which `make run` opens in a demo without a token; None everywhere else.
DEVCHAT = door_of(env.ENVIRON, is_demo=DEBUG)
# Links into the bot begin so: in a demo of its own Telegram the real one would lead to some stranger's bot.
TELEGRAM_LINKS = f"{PUBLIC_URL}/dev/telegram" if DEVCHAT else "https://t.me"
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY")
VAPID_PUBLIC_KEY = env.str("VAPID_PUBLIC_KEY")
VAPID_EMAIL = env.str("VAPID_EMAIL")
PUSH_ALLOWED_HOSTS = env.list("PUSH_ALLOWED_HOSTS")
# A demo keeps its mails as files and prints SMS in its terminal; a server that was told of neither sends none.
EMAIL_URL = env.str("EMAIL_URL") or (mails_in(BASE_DIR / ".okno" / "mail") if DEBUG else "")
vars().update(environ.Env.email_url_config(EMAIL_URL) if EMAIL_URL else {})
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM") or "okno@localhost"
SMS_GATEWAY = env.str("SMS_GATEWAY") or ("notifications.channels.sms.ConsoleGateway" if DEBUG else "")

# --- The REST API: JSON only, signed in by what Telegram says, by the browser's session, or not at all ---------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "telegram_bot.mini_app.authentication.TelegramSignIn",
        "accounts.api.authentication.SessionSignIn",
    ],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pages.Pages",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "config.api_errors.answer_to",
    "URL_FORMAT_OVERRIDE": None,
    # A server is reached through one proxy that adds TLS and says who came; what a visitor says himself counts nothing.
    "NUM_PROXIES": 1 if PUBLIC_URL.startswith("https://") else 0,
}
# Requests of one address that may hold or book a time without signing in, on the pages and by the API together; "0" is
# no limit, which is what a demo has.
API_BOOK_RATE = env.str("API_BOOK_RATE") or ("0" if DEBUG else "60/min")

# --- Language and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".okno" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 365 * 24 * 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Safety --------------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
if PUBLIC_URL.startswith("https://"):
    CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

UNFOLD = UNFOLD_SETTINGS

# --- Logs: JSON with a request id, never a phone number or a token --------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
                without_secrets,
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        "django": {"handlers": [], "propagate": True},  # not also by Django's own handler, as it stands
        # Their lines are addresses with the bot's token in them, and what is in the messages.
        **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "telegram")},
        "urllib3": {"level": "INFO"},  # below that it writes down the address of each push, which is a secret
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL")},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        without_secrets,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_CELERY_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None  # config.logs.name_user says it without a read
