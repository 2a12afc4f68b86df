"""An IMAP mailbox → the inbox. A message is marked or moved only when it is on the disk here.

Whatever ends the connection, the next run goes on: a message that was taken is known by its mailbox, its
UIDVALIDITY and its UID, and is not taken again.
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from smallgroup.errors import Problem, Refused
from smallgroup.intake.inbox import MOST_BYTES, Inbox, Item

_TIMEOUT = 30.0  # seconds that a server may be silent
_FORM = "Write imaps://USER@HOST/FOLDER, for example imaps://census%40example.com@mail.example.com/INBOX."
_RUN_AGAIN = "Run it again: what was taken is not taken twice."


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One folder of one account. `secure` is TLS from the first byte."""

    host: str
    port: int
    user: str
    folder: str
    secure: bool

    @property
    def where(self) -> str:
        return f"Mailbox {self.folder} at {self.host}"

    @property
    def key(self) -> str:
        return f"imap://{self.user}@{self.host}:{self.port}/{self.folder}"


@dataclass(slots=True)
class Fetched:
    """`taken` in the order of the mailbox, `known` the number that were here before, `problems` what stayed there."""

    taken: list[Item] = field(default_factory=list)
    known: int = 0
    problems: list[Problem] = field(default_factory=list)


def mailbox(url: str, *, plain: bool = False) -> Mailbox:
    """`imaps://ann%40example.com@mail.example.com:993/Census` → a mailbox; the folder is INBOX if none is named.

    Without TLS (`imap://`) only on this computer, unless `plain` allows it. Raises Refused.
    """
    try:
        split = urlsplit(url)
        host, port, user = split.hostname, split.port, unquote(split.username or "")
    except ValueError:
        host = port = user = None
    if not host or not user or split.scheme not in ("imaps", "imap") or split.query or split.fragment:
        raise Refused(Problem("--imap", "it is no address of a mailbox.", _FORM))
    if split.password is not None:
        why = "a password stands in it, where other programs and the shell's history can see it."
        fix = "Change that password, and give it with --password-env or --password-file."
        raise Refused(Problem("--imap", why, fix))
    folder = unquote(split.path.removeprefix("/")) or "INBOX"
    if any(not sign.isprintable() for sign in user + folder):
        raise Refused(Problem("--imap", "there is a control character in it.", _FORM))
    secure = split.scheme == "imaps"
    if not secure and not plain and not _is_here(host):
        why = f"imap:// would send the password and every census to {host} unencrypted."
        raise Refused(Problem("--imap", why, "Write imaps://, or add --plain if the line is safe in another way."))
    return Mailbox(host, port or (993 if secure else 143), user, folder, secure)


def fetch(box: Mailbox, inbox: Inbox, *, password: str, received_on: date, move_to: str | None = None,
          progress: Callable[[int, int], None] = lambda done, of: None) -> Fetched:  # fmt: skip
    """Take every message that is not yet read there; with `move_to` every message of the folder, and move it.

    A message larger than the inbox takes is left where it is, with a problem. `progress` is told how many of
    how many are done. Raises Refused when the mailbox cannot be opened; a connection that ends later is the
    last of the problems.
    """
    fetched = Fetched()
    connection = _connected(box, password)
    try:
        validity = _selected(connection, box)
        if move_to is not None:
            _folder_exists(connection, box, move_to)
        known = inbox.places()
        with _lost(box, fetched):
            able = _capabilities(connection)
            uids = _uids(connection, "UNDELETED" if move_to is not None else "UNSEEN")
            sizes = _sizes(connection, uids)
            for done, uid in enumerate(uids):
                progress(done, len(uids))
                place = f"{box.key};uidvalidity={validity};uid={uid}"
                if place in known:
                    fetched.known += 1
                elif (size := sizes.get(uid)) is None:
                    continue  # another program has deleted it since
                else:
                    item = _taken(connection, uid, size, inbox, place, received_on, box, fetched)
                    if item is None:
                        continue
                    fetched.taken.append(item)
                _done(connection, uid, move_to, able, box, fetched)
            progress(len(uids), len(uids))
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()
    return fetched


def _taken(connection: imaplib.IMAP4, uid: int, size: int, inbox: Inbox, place: str, day: date, box: Mailbox,
           fetched: Fetched) -> Item | None:  # fmt: skip
    data = _message(connection, uid) if size <= MOST_BYTES else b""
    if data is None:
        return None
    if size > MOST_BYTES or len(data) > MOST_BYTES:
        why = f"it has {max(size, len(data)) / 2**20:,.1f} MB; at most {MOST_BYTES // 2**20} MB are taken."
        fix = "It was left there: have the census sent by itself."
        fetched.problems.append(Problem(f"{box.where}, message {uid}", why, fix))
        return None
    return inbox.take(data, source="imap", received_on=day, name=f"message-{uid}.eml", place=place)


@contextmanager
def _lost(box: Mailbox, fetched: Fetched) -> Iterator[None]:
    """A connection that ends is told, and what was taken before stays taken."""
    try:
        yield
    except TimeoutError:
        why = f"the server was silent for {_TIMEOUT:.0f} seconds, so the rest was not fetched."
        fetched.problems.append(Problem(box.where, why, _RUN_AGAIN))
    except (OSError, EOFError, imaplib.IMAP4.abort):
        why = "the connection ended, so the rest was not fetched."
        fetched.problems.append(Problem(box.where, why, _RUN_AGAIN))
    except imaplib.IMAP4.error:
        why = "the server's answer makes no sense, so the rest was not fetched."
        fetched.problems.append(Problem(box.where, why, _RUN_AGAIN))


def _connected(box: Mailbox, password: str) -> imaplib.IMAP4:
    where = f"Mail server {box.host}, port {box.port}"
    try:
        connection = (
            imaplib.IMAP4_SSL(box.host, box.port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT)
            if box.secure else imaplib.IMAP4(box.host, box.port, timeout=_TIMEOUT)
        )  # fmt: skip
    except (socket.gaierror, UnicodeError):
        raise Refused(Problem(where, "no computer of that name is known.", "Check the name in --imap.")) from None
    except ssl.SSLCertVerificationError as error:
        why = f"its certificate is not trusted: {error.verify_message or 'it cannot be verified'}."
        raise Refused(Problem(where, why, "Ask who runs the server; nothing was sent to it.")) from None
    except ssl.SSLError:
        why = "no encrypted connection can be made with it."
        raise Refused(Problem(where, why, "Check the port: encrypted IMAP is at 993.")) from None
    except TimeoutError:
        raise Refused(Problem(where, "it does not answer.", "Check the name and port, or try later.")) from None
    except (OSError, EOFError, imaplib.IMAP4.error) as error:
        said = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
        why = f"it does not answer as a mail server does{said}."
        raise Refused(Problem(where, why, "Check the name and port, or try later.")) from None
    try:
        if password.isascii() and box.user.isascii():
            connection.login(box.user, password)
        else:
            proof = f"\0{box.user}\0{password}".encode()
            connection.authenticate("PLAIN", lambda _: proof)
    except (imaplib.IMAP4.abort, OSError, EOFError):
        why = "it ended the connection instead of answering the login."
        raise Refused(Problem(where, why, "Try later.")) from None
    except imaplib.IMAP4.error:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()
        why = "it does not accept this user with this password."
        fix = "Check the user in --imap and the password; some servers want a password made for programs."
        raise Refused(Problem(where, why, fix)) from None
    return connection


def _selected(connection: imaplib.IMAP4, box: Mailbox) -> str:
    """Opens the folder; gives its UIDVALIDITY: while it stays, a UID names the same message."""
    try:
        status, _ = connection.select(_named(box.folder))
        if status == "OK":
            _, told = connection.response("UIDVALIDITY")
            if told and isinstance(told[0], bytes) and told[0].isdigit():
                return told[0].decode()
            raise Refused(Problem(box.where, "the server does not say UIDVALIDITY, so that no message has a lasting "
                                             "name.", "Save the messages as .eml files, and add those."))  # fmt: skip
        known = _folders(connection)
    except (OSError, EOFError, imaplib.IMAP4.error):
        raise Refused(Problem(box.where, "the folder cannot be opened.", "Try later.")) from None
    raise Refused(Problem(box.where, "there is no such folder, or it may not be opened.", known))


def _folder_exists(connection: imaplib.IMAP4, box: Mailbox, folder: str) -> None:
    try:
        status, _ = connection.status(_named(folder), "(UIDVALIDITY)")
        if status == "OK" and folder != box.folder:
            return
        known = _folders(connection)
    except (OSError, EOFError, imaplib.IMAP4.error):
        status, known = "NO", "Try later."
    why = "it is the folder that is read." if status == "OK" else "there is no such folder."
    raise Refused(Problem(f"--move-to {folder}", f"{why} Nothing was fetched.", known))


def _folders(connection: imaplib.IMAP4) -> str:
    _, told = connection.list()
    names = [line.rpartition(b' "')[2].rstrip(b'"') if line.endswith(b'"') else line.rpartition(b" ")[2]
             for line in told if isinstance(line, bytes)]  # fmt: skip
    said = sorted("".join(sign for sign in name.decode("ascii", "replace") if sign.isprintable()) for name in names)
    return f"Its folders: {', '.join(said[:20])}." if said else "Check the name."


def _uids(connection: imaplib.IMAP4, which: str) -> list[int]:
    _, told = connection.uid("SEARCH", which)
    return sorted({int(uid) for line in told if isinstance(line, bytes) for uid in line.split()})


def _sizes(connection: imaplib.IMAP4, uids: Sequence[int]) -> dict[int, int]:
    """The size of each message in bytes, as the server says it."""
    found: dict[int, int] = {}
    for first in range(0, len(uids), 500):
        _, told = connection.uid("FETCH", ",".join(map(str, uids[first : first + 500])), "(RFC822.SIZE)")
        for line in told:
            text = line if isinstance(line, bytes) else b""
            uid, size = re.search(rb"\bUID (\d+)", text), re.search(rb"\bRFC822\.SIZE (\d+)", text)
            if uid and size:
                found[int(uid[1])] = int(size[1])
    return found


def _message(connection: imaplib.IMAP4, uid: int) -> bytes | None:
    """The message, unread as before; None when it is gone. No more than one byte too many is asked for."""
    _, told = connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)")
    for answer in told:
        if isinstance(answer, tuple) and re.search(rb"\bBODY\[\]", answer[0]):
            return bytes(answer[1])
    return None


def _capabilities(connection: imaplib.IMAP4) -> frozenset[str]:
    """What the server can do for this user; before the login it may have said less."""
    _, told = connection.capability()
    lines = [line.decode("ascii", "replace").upper() for line in told if isinstance(line, bytes)]
    return frozenset(" ".join(lines).split())


def _done(connection: imaplib.IMAP4, uid: int, move_to: str | None, able: frozenset[str], box: Mailbox,
          fetched: Fetched) -> None:  # fmt: skip
    """Mark the message as read, or move it; that it cannot be is told, and it is not taken again all the same."""
    if move_to is None:
        status, _ = connection.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
    elif "MOVE" in able:
        status, _ = connection.uid("MOVE", str(uid), _named(move_to))
    else:
        status, _ = connection.uid("COPY", str(uid), _named(move_to))
        if status == "OK":
            status, _ = connection.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
        # A bare EXPUNGE would also remove what somebody else has marked.
        if status == "OK" and "UIDPLUS" in able:
            connection.uid("EXPUNGE", str(uid))
    if status != "OK":
        what = "marked as read" if move_to is None else f"moved to {move_to}"
        why = f"it was taken, but the server did not let it be {what}."
        fetched.problems.append(Problem(f"{box.where}, message {uid}", why, "Check the rights of the account."))


def _named(folder: str) -> str:
    """The folder as IMAP writes it: in quotes, other letters than ASCII in its own UTF-7 (RFC 3501, 5.1.3)."""
    def coded(run: re.Match[str]) -> str:
        text = base64.b64encode(run[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{text.replace('/', ',')}-"

    text = re.sub(r"[^\x20-\x7e]+", coded, folder.replace("&", "&-"))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
