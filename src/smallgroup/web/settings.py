"""The portal's settings: safe where nothing is said, and everything else from the environment.

SMALLGROUP_DATA         the folder of the embedded database, the keys and the imported rates
DATABASE_URL            a PostgreSQL, instead of SQLite in that folder
SMALLGROUP_HOSTS        the host names it answers to, by commas; this machine alone if none is named
SMALLGROUP_SECRET_KEY   signs sessions; SMALLGROUP_SECRET_KEY_FILE names a file with it
SMALLGROUP_KEYS         encrypt what names people, newest first, by commas; SMALLGROUP_KEYS_FILE likewise
SMALLGROUP_HTTP         1: plain HTTP, which is only for this machine
SMALLGROUP_BEHIND_PROXY 1: a proxy of ours says by X-Forwarded-Proto whether it was asked over HTTPS
SMALLGROUP_SAMPLE_DAY   the day on which the sample lives

A key that is not given is made once, into the data folder, readable by its owner only.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from platformdirs import user_data_path

from smallgroup.web.keyring import kept_or_made, made_key, made_secret

DATA = Path(os.environ.get("SMALLGROUP_DATA") or user_data_path("smallgroup", appauthor=False))
HOSTS = [host for host in os.environ.get("SMALLGROUP_HOSTS", "").split(",") if host]
PLAIN_HTTP = os.environ.get("SMALLGROUP_HTTP") == "1"
_SAMPLE_DAY = os.environ.get("SMALLGROUP_SAMPLE_DAY")
SAMPLE_DAY = date.fromisoformat(_SAMPLE_DAY) if _SAMPLE_DAY else None

SECRET_KEY, *SECRET_KEY_FALLBACKS = kept_or_made(os.environ, "SMALLGROUP_SECRET_KEY", DATA / "secret-key", made_secret)
VAULT_KEYS = kept_or_made(os.environ, "SMALLGROUP_KEYS", DATA / "vault-keys", made_key)

DEBUG = False
ALLOWED_HOSTS = HOSTS or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]
ROOT_URLCONF = "smallgroup.web.urls"
WSGI_APPLICATION = "smallgroup.web.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "smallgroup.web.pages",
    "smallgroup.web.accounts",
    "smallgroup.web.audit_log",
    "smallgroup.web.vault",
    "smallgroup.web.quotes",
    "smallgroup.web.groups",
    "smallgroup.web.cases",
    "smallgroup.web.coverage",
    "smallgroup.web.rulebook_pages",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "smallgroup.web.accounts.sessions.SessionEnds",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "smallgroup.web.accounts.sessions.SecondFactor",
    "smallgroup.web.pages.refusals.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "pages" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "smallgroup.web.pages.context.everywhere",
            ],
            "builtins": ["django.contrib.humanize.templatetags.humanize", "smallgroup.web.pages.templatetags.written"],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60, conn_health_checks=True)
    if os.environ.get("DATABASE_URL")
    else {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "portal.sqlite3",
        "OPTIONS": {
            # One writer at a time, taken when a transaction begins: two never deadlock half way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }
}

CACHES = {
    # In the database, so that the throttling of sign-ins holds over all workers.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

ACCOUNT_ADAPTER = "smallgroup.web.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account is made by the invitation that its owner opens, and only so
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "smallgroup"
MFA_ADAPTER = "smallgroup.web.accounts.adapter.SealedSecrets"
EMAIL_BACKEND = os.environ.get("SMALLGROUP_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")

SESSION_IDLE_SECONDS = 15 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60  # the absolute end, counted from the sign-in
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SECURE_SSL_REDIRECT = not PLAIN_HTTP
_BEHIND_PROXY = os.environ.get("SMALLGROUP_BEHIND_PROXY") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "smallgroup.web.pages.refusals.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the arrows and ticks of the style sheet, and the square of the second factor
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True  # nothing to collect first
WHITENOISE_MAX_AGE = 3600

UPLOAD_BYTES = 25 * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_PERMISSIONS = 0o600
ANONYMOUS_QUOTE_DAYS = 30
LINK_DAYS = 90

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no secrets": {"()": "smallgroup.web.log_lines.NoSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
