import socket
import stat
from pathlib import Path

import pytest
from serve_stand import RawCaller, engine_at, plugin_client

from faceplate.errors import CallError, StorageError
from faceplate.serve import default_socket, listen, transport


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_socket_token_and_lock_are_their_owners_alone(tmp_path):
    listener = listen(tmp_path / "run" / "e.sock")
    try:
        assert mode(tmp_path / "run") == 0o700
        assert {file.name: mode(file) for file in (tmp_path / "run").iterdir()} == {
            "e.sock": 0o600, "e.sock.token": 0o600, "e.sock.lock": 0o600,
        }  # fmt: skip
        assert stat.S_ISSOCK(listener.path.stat().st_mode)
    finally:
        listener.close()
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["e.sock.lock"]


def test_every_engine_has_a_token_of_its_own(tmp_path):
    tokens = set()
    for _ in range(2):
        listener = listen(tmp_path / "e.sock")
        tokens.add(listener.token_file.read_text())
        assert listener.admits(listener.token_file.read_text())
        assert not listener.admits("")
        assert not listener.admits("ä" * 64)
        listener.close()
    assert len(tokens) == 2
    assert {len(token) for token in tokens} == {64}


def test_a_second_engine_at_the_same_socket_is_refused(tmp_path):
    listener = listen(tmp_path / "e.sock")
    try:
        with pytest.raises(CallError, match="a live one, process") as refused:
            listen(tmp_path / "e.sock")
        assert "shutdown" in refused.value.next_step
        assert listener.path.exists()
        assert listener.token_file.read_text() == listener.token
    finally:
        listener.close()


def test_what_a_dead_engine_left_is_taken_over(tmp_path):
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "e.sock"))
    dead.close()
    (tmp_path / "e.sock.token").write_text("0" * 64)
    with engine_at(tmp_path / "e.sock"), RawCaller(tmp_path / "e.sock") as caller:
        assert len(caller.token) == 64


def test_a_socket_that_another_program_answers_is_left_alone(tmp_path):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "e.sock"))
        other.listen()
        with pytest.raises(CallError, match="another program"):
            listen(tmp_path / "e.sock")
    assert (tmp_path / "e.sock").exists()


def test_a_file_of_somebodys_is_left_alone(tmp_path):
    (tmp_path / "shot.nk").write_text("Root {}")
    with pytest.raises(CallError, match="another file"):
        listen(tmp_path / "shot.nk")
    assert (tmp_path / "shot.nk").read_text() == "Root {}"


def left(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".lock"}


@pytest.mark.parametrize("way", [transport.listen_unix, transport.listen_loopback])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.sock", b"123456 lines of mine\n"),
        ("e.sock", b"8080\n"),
        ("e.sock", b""),
        ("e.sock.token", b"a secret of mine"),
        ("e.sock.token", b"0" * 65),
        ("e.sock.token", b""),
    ],
)
def test_a_file_that_no_engine_wrote_is_neither_removed_nor_changed(tmp_path, way, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CallError, match="another file"):
        way(tmp_path / "e.sock")
    assert left(tmp_path) == {name: content}


def test_a_lock_file_of_another_program_is_not_emptied(tmp_path):
    (tmp_path / "poetry.lock").write_text("[[package]]")
    with pytest.raises(CallError, match=r"poetry\.lock.*another file"):
        listen(tmp_path / "poetry")
    assert (tmp_path / "poetry.lock").read_text() == "[[package]]"


def test_a_port_is_taken_over_where_there_are_no_unix_sockets_and_left_alone_where_there_are(tmp_path):
    (tmp_path / "e.sock").write_text("50123")
    with pytest.raises(CallError, match="another file"):
        transport.listen_unix(tmp_path / "e.sock")
    assert (tmp_path / "e.sock").read_text() == "50123"
    transport.listen_loopback(tmp_path / "e.sock").close()


def test_a_socket_is_left_alone_where_ports_are_used(tmp_path):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "e.sock"))
    with pytest.raises(CallError, match="another file"):
        transport.listen_loopback(tmp_path / "e.sock")
    assert (tmp_path / "e.sock").is_socket()


@pytest.mark.parametrize("open_to", [0o750, 0o701, 0o777])
def test_a_folder_that_others_can_enter_is_refused(tmp_path, open_to):
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(open_to)
    with pytest.raises(CallError, match=f"mode 0{open_to:o}"):
        listen(tmp_path / "run" / "e.sock")


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "run").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "run")
    with pytest.raises(CallError, match="a folder of mode 0700"):
        listen(tmp_path / "link" / "e.sock")


def test_a_path_too_long_for_a_socket_is_refused_by_its_length(tmp_path):
    with pytest.raises(CallError, match="at most 103 bytes"):
        listen(tmp_path / ("x" * 100) / "e.sock")


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="engine's socket"):
        listen(tmp_path / "file" / "e.sock")


def test_where_there_are_no_unix_sockets_a_loopback_port_does(tmp_path):
    client, path = plugin_client(), tmp_path / "e.sock"
    with engine_at(path, listen_at=transport.listen_loopback):
        assert mode(path) == 0o600
        engine = client.Engine("test", path=path, command=["false"])
        assert engine.call("count", steps=2)["steps"] == 2
        engine.close()
    assert not path.exists()
    again = transport.listen_loopback(path)
    assert again.socket.getsockname()[0] == "127.0.0.1"
    again.close()


def test_a_caller_of_another_user_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("faceplate.serve.caller.is_same_user", lambda _: False)
    with engine_at(tmp_path / "e.sock"), RawCaller(tmp_path / "e.sock") as caller:
        assert caller.welcome["came"] == "another user"


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="Linux alone says who calls")
def test_the_system_is_asked_who_calls(monkeypatch):
    here, there = socket.socketpair()
    with here, there:
        assert transport.is_same_user(here)
        monkeypatch.setattr("os.getuid", lambda: 4_000_000)
        assert not transport.is_same_user(here)


@pytest.mark.parametrize(
    "environment",
    [
        {"FACEPLATE_SOCKET": "/srv/run/e.sock", "XDG_RUNTIME_DIR": "/run/user/7"},
        {"XDG_RUNTIME_DIR": "/run/user/7"},
        {"TMPDIR": "/tmp"},  # noqa: S108 -- never opened
    ],
)
def test_engine_and_plugin_agree_on_where_they_meet(environment, monkeypatch):
    for name in ("FACEPLATE_SOCKET", "XDG_RUNTIME_DIR", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_socket() == plugin_client().default_socket()
    assert default_socket().is_relative_to(Path(next(iter(environment.values()))))
