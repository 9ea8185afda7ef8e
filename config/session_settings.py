"""Sessions, forms and their cookies: how long a session lasts, and what is answered to a form that came too late."""

from config.environment import Env

__all__ = [
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "CSRF_FAILURE_VIEW",
    "DEVICE_COOKIE_NAME",
    "DRAFT_COOKIE_NAME",
    "HELD_FORM_COOKIE_NAME",
    "PERSON_COOKIE_NAME",
    "PUSH_COOKIE_NAME",
    "SESSION_COOKIE_AGE",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE",
    "SESSION_ENGINE",
]

_IS_SECURE = not Env().bool("EMBEDDED", default=False)
# A browser takes a cookie of this name from this host alone, over TLS.
_HOST = "__Host-" if _IS_SECURE else ""

SESSION_ENGINE = "accounts.sign_in.sessions"
SESSION_COOKIE_AGE = 30 * 60
SESSION_COOKIE_NAME = f"{_HOST}session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _IS_SECURE
DEVICE_COOKIE_NAME = f"{_HOST}device"
# Whose session ended in this browser, and the reference of a form that came afterwards.
PERSON_COOKIE_NAME = f"{_HOST}person"
HELD_FORM_COOKIE_NAME = f"{_HOST}held"
# Which subscription to notifications is this browser's.
PUSH_COOKIE_NAME = f"{_HOST}push"
# The reference of the drafts of a visitor.
DRAFT_COOKIE_NAME = f"{_HOST}draft"
CSRF_COOKIE_NAME = f"{_HOST}csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = _IS_SECURE
CSRF_FAILURE_VIEW = "config.errors.form_expired"
