"""What no line of a log may hold: the secret end of a private link, which is in the address that was asked for."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"/[\w-]{40,}(?=/|$|[\s'\"])")


class NoSecrets(logging.Filter):
    """Masks it in the line's words; of an error of ours the frames are kept, which hold none."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        masked = _SECRET.sub("/…", said)
        if masked != said:
            record.msg, record.args = masked, ()
        return True
