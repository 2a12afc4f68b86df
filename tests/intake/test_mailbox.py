"""A real IMAP server: what is taken is taken once, whatever ends the connection, and every failure has a sentence."""

from __future__ import annotations

import imaplib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest

from smallgroup.errors import Refused
from smallgroup.intake import mailbox
from smallgroup.intake.inbox import Inbox
from smallgroup.intake.mailbox import Fetched, Mailbox, fetch
from tests.intake.mails import CSV, OTHER, attach, mail

DAY = date(2025, 9, 12)
USER, PASSWORD = "census@example.com", "a long pass phrase"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-user", USER]
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("pymap")), *words, "--demo-password", PASSWORD],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the server did not start"
                assert server.poll() is None
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(10)


@dataclass
class Account:
    """The account as its owner's mail program sees it; each test has a folder of its own."""

    connection: imaplib.IMAP4
    box: Mailbox

    def deliver(self, *messages: bytes) -> None:
        for one in messages:
            status, _ = self.connection.append(self.box.folder, "", None, one.replace(b"\n", b"\r\n"))
            assert status == "OK"

    def flags(self, folder: str | None = None) -> list[bool]:
        """Of each message, whether it is marked as read."""
        self.connection.select(folder or self.box.folder)
        _, told = self.connection.uid("FETCH", "1:*", "(FLAGS)")
        return [b"\\Seen" in line for line in told if isinstance(line, bytes) and b"FLAGS" in line]


@pytest.fixture
def account(port: int, request: pytest.FixtureRequest) -> Iterator[Account]:
    connection = imaplib.IMAP4("127.0.0.1", port, timeout=20)
    connection.login(USER, PASSWORD)
    folder = f"T{abs(hash(request.node.name)) % 10**8}"
    connection.create(folder)
    yield Account(connection, Mailbox("127.0.0.1", port, USER, folder, secure=False))
    connection.logout()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


def fetched(account: Account, inbox: Inbox, **more: object) -> Fetched:
    return fetch(replace(account.box), inbox, password=PASSWORD, received_on=DAY, **more)  # type: ignore[arg-type]


@cache
def message(number: int) -> bytes:
    return bytes(attach(mail(subject=f"Census {number}"), CSV.replace("F2", f"G{number}"), "c.csv"))


def messages(count: int) -> list[bytes]:
    return list(map(message, range(count)))


def test_unread_messages_are_taken_and_marked(account: Account, inbox: Inbox) -> None:
    account.deliver(*messages(3), bytes(mail("Thanks.\n")))
    told = fetched(account, inbox)
    assert [item.state for item in told.taken] == ["read", "read", "read", "refused"]
    assert told.problems == []
    assert account.flags() == [True] * 4
    first = told.taken[0]
    assert inbox.original(first).read_bytes() == messages(1)[0].replace(b"\n", b"\r\n")
    assert first.arrivals[0].source == "imap"
    assert first.subject == "Census 0"
    again = fetched(account, inbox)
    assert (again.taken, again.known) == ([], 0)
    assert len(inbox.items()) == 4


def test_taken_messages_are_moved(account: Account, inbox: Inbox) -> None:
    account.connection.create(f"{account.box.folder}-done")
    account.deliver(*messages(2))
    told = fetched(account, inbox, move_to=f"{account.box.folder}-done")
    assert (len(told.taken), told.problems) == (2, [])
    assert account.flags() == []
    assert len(account.flags(f"{account.box.folder}-done")) == 2


@pytest.mark.parametrize("able", [{"UIDPLUS"}, set()])
def test_without_move_it_is_copied_and_removed(
    account: Account, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, able: set[str]
) -> None:
    monkeypatch.setattr(mailbox, "_capabilities", lambda _: frozenset(able))
    done = f"{account.box.folder}-done"
    account.connection.create(done)
    account.deliver(*messages(2))
    assert len(fetched(account, inbox, move_to=done).taken) == 2
    assert fetched(account, inbox, move_to=done).taken == []
    assert len(account.flags(done)) == 2, "what is only marked as deleted is not copied again"
    assert len(account.flags()) == (0 if able else 2)


def test_the_same_mail_twice(account: Account, inbox: Inbox) -> None:
    account.deliver(*messages(1), *messages(1))
    fetched(account, inbox)
    (item,) = inbox.items()
    assert [one.source for one in item.arrivals] == ["imap", "imap"]
    assert account.flags() == [True, True]


def test_a_message_too_big_stays(account: Account, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST_BYTES", 20_000)
    account.deliver(*messages(1), bytes(attach(mail(), b"x" * 30_000, "big.bin")), *messages(2)[1:])
    told = fetched(account, inbox)
    assert len(told.taken) == 2
    (problem,) = told.problems
    assert "message " in problem.where
    assert "at most 0 MB are taken" in problem.why
    assert account.flags() == [True, False, True]


def test_new_numbers_for_the_same_messages(account: Account, inbox: Inbox) -> None:
    account.deliver(*messages(2))
    first = fetched(account, inbox)
    account.connection.select("INBOX")
    account.connection.delete(account.box.folder)
    account.connection.create(account.box.folder)
    account.deliver(bytes(mail(OTHER)), *messages(2))
    again = fetched(account, inbox)
    assert len(again.taken) == 3, "a UID of other times says nothing"
    assert len(inbox.items()) == 3
    places = [one.place or "" for one in inbox.item(first.taken[0].id).arrivals]
    assert len({place.split("uidvalidity=")[1].split(";")[0] for place in places}) == 2


class Proxy:
    """In front of the server: with TLS if it is given, and cut off after so many bytes of answers."""

    def __init__(self, port: int, *, cut: int | None = None, tls: ssl.SSLContext | None = None):
        self._to, self._left, self._tls = port, cut, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                if self._tls is not None:
                    client = self._tls.wrap_socket(client, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(512):
                if counted and self._left is not None:
                    data = data[: self._left]
                    self._left -= len(data)
                sink.sendall(data)
                if counted and self._left == 0:
                    break
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                end.close()

    def close(self) -> None:
        self._listener.close()


@pytest.mark.parametrize("move", [False, True])
def test_cut_off_anywhere_nothing_is_lost_and_nothing_comes_twice(account: Account, inbox: Inbox, move: bool) -> None:
    account.deliver(*messages(4))
    done = f"{account.box.folder}-done"
    account.connection.create(done)
    direct = account.box
    cuts = 0
    for cut in range(900, 12_000, 650):
        proxy = Proxy(direct.port, cut=cut)
        box = replace(direct, port=proxy.port)
        try:
            told = fetch(box, inbox, password=PASSWORD, received_on=DAY, move_to=done if move else None)
        except Refused as refused:
            told = Fetched(problems=list(refused.problems))
        finally:
            proxy.close()
        if not told.problems:
            break
        cuts += 1
        assert all(problem.why and problem.fix for problem in told.problems)
    assert cuts >= 3
    fetched(account, inbox, move_to=done if move else None)
    assert len(inbox.items()) == 4
    originals = {inbox.original(item).read_bytes() for item in inbox.items()}
    assert originals == {one.replace(b"\n", b"\r\n") for one in messages(4)}
    assert account.flags(done if move else None) == ([False] * 4 if move else [True] * 4)


def test_taken_but_not_yet_marked(account: Account, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the line is cut between the two: it is known, only marked, and has one arrival."""
    account.deliver(*messages(2))
    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "_done", lambda *_: (_ for _ in ()).throw(ConnectionResetError()))
        told = fetched(account, inbox)
    assert len(told.taken) == 1
    assert "the connection ended" in told.problems[0].why
    again = fetched(account, inbox)
    assert (again.known, len(again.taken)) == (1, 1)
    assert [len(item.arrivals) for item in inbox.items()] == [1, 1]
    assert account.flags() == [True, True]


def refusal(box: Mailbox, inbox: Inbox, *, password: str = PASSWORD, **more: str) -> str:
    with pytest.raises(Refused) as refused:
        fetch(box, inbox, password=password, received_on=DAY, **more)
    assert password not in str(refused.value)
    return str(refused.value)


def test_sentences(account: Account, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    box = account.box
    assert "does not accept this user with this password" in refusal(box, inbox, password="wrong one")
    assert "does not accept this user with this password" in refusal(box, inbox, password="wröng")
    told = refusal(replace(box, folder="Nöwhere"), inbox)
    assert "there is no such folder" in told
    assert "INBOX" in told
    assert "there is no such folder. Nothing was fetched." in refusal(box, inbox, move_to="Nowhere")
    assert "it is the folder that is read" in refusal(box, inbox, move_to=box.folder)
    assert "no encrypted connection" in refusal(replace(box, secure=True), inbox)
    assert "Connection refused" in refusal(replace(box, port=free_port()), inbox)
    assert "no computer of that name" in refusal(replace(box, host="mail.invalid"), inbox)
    monkeypatch.setattr(mailbox, "_TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "it does not answer" in refusal(replace(box, port=silent.getsockname()[1]), inbox)
    assert not inbox.folder.exists()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path, secret = folder / "cert.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context


def test_tls(account: Account, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, context = certificate(tmp_path)
    account.deliver(*messages(1))
    proxy = Proxy(account.box.port, tls=context)
    box = replace(account.box, port=proxy.port, secure=True)
    try:
        told = refusal(box, inbox)
        assert "its certificate is not trusted" in told
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert len(fetch(box, inbox, password=PASSWORD, received_on=DAY).taken) == 1
    finally:
        proxy.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://a@example.com/INBOX", "no address of a mailbox"),
        ("imaps://example.com/INBOX", "no address of a mailbox"),
        ("imaps://a@example.com:x/INBOX", "no address of a mailbox"),
        ("imaps://a:secret@example.com/INBOX", "a password stands in it"),
        ("imap://a@example.com/INBOX", "unencrypted"),
        ("imaps://a@example.com/IN%0d%0aBOX", "a control character"),
    ],
)
def test_addresses_that_are_refused(url: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        mailbox.mailbox(url)
    assert "secret" not in str(refused.value)


def test_addresses() -> None:
    assert mailbox.mailbox("imaps://ann%40example.com@mail.example.com/Census%20in/2025") == Mailbox(
        "mail.example.com", 993, "ann@example.com", "Census in/2025", secure=True
    )
    assert mailbox.mailbox("imap://a@localhost").folder == "INBOX"
    assert mailbox.mailbox("imap://a@mail.example.com:1143/X", plain=True).port == 1143


def test_names_of_folders() -> None:
    assert mailbox._named("Entwürfe & mehr") == '"Entw&APw-rfe &- mehr"'
    assert mailbox._named('a"b\\') == '"a\\"b\\\\"'
    assert mailbox._named("台北") == '"&U,BTFw-"'
