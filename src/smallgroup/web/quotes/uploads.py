"""What may be handed in: one file, not too large, and not too often by who has not signed in."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from smallgroup.errors import Problem, Refused
from smallgroup.web.accounts.access import Person

UPLOADS = 30
WINDOW = 10 * 60  # seconds


class TooOften(Refused):
    """More than anybody sends by hand."""


class UpTo(FileUploadHandler):
    """Stops to keep an upload once it is larger than any census; the request then has no file and `too_large`."""

    def __init__(self, request: HttpRequest | None = None):
        super().__init__(request)
        self._came = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._came += len(raw_data)
        if self._came > settings.UPLOAD_BYTES:
            self.request.too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None


def limit(request: HttpRequest) -> None:
    """Before anything of the request is read."""
    request.upload_handlers.insert(0, UpTo(request))


def the_file(request: HttpRequest) -> tuple[bytes, str]:
    """The bytes and the name of the census that was sent. Raises Refused: none, empty, too large."""
    most = settings.UPLOAD_BYTES // 2**20
    sent = request.FILES.get("census")
    if getattr(request, "too_large", False) or (sent is not None and (sent.size or 0) > settings.UPLOAD_BYTES):
        raise Refused(Problem("The file", f"it is larger than {most} MB, which no census is.",
                              "Send the sheet with the people alone."))  # fmt: skip
    if sent is None:
        raise Refused(Problem("The file", "no file came with the form.", "Choose a census, then send it."))
    return sent.read(), sent.name or "census"


def not_too_often(request: HttpRequest, person: Person) -> None:
    """Count one upload of who has not signed in. Raises TooOften. Of the address a hash is kept, for minutes."""
    if person.user is not None:
        return
    from allauth.account.adapter import get_adapter

    address = str(get_adapter().get_client_ip(request))
    key = "upload-" + hashlib.sha256(f"{settings.SECRET_KEY}|{address}".encode()).hexdigest()
    if cache.add(key, 1, WINDOW):
        return
    try:
        count = cache.incr(key)
    except ValueError:  # it ended just now
        cache.add(key, 1, WINDOW)
        return
    if count > UPLOADS:
        raise TooOften(Problem("Too many files", f"more than {UPLOADS} came from this address within "
                               f"{WINDOW // 60} minutes.", "Wait a few minutes, or sign in."))  # fmt: skip
