import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from faceplate.errors import PackError
from faceplate.models import install_pack


@pytest.fixture
def served(addressed, contents):
    """The toy pack at addresses of a server on this machine; the server's answers, which a test may change."""
    answers = {f"/{name}": (200, content) for name, content in contents.items()}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            status, content = answers.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            """Nothing: tests print nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        files = tuple(replace(file, origin=f"{address}/{file.name}") for file in addressed["toy"].files)
        yield {"toy": replace(addressed["toy"], files=files)}, answers
        server.shutdown()
        thread.join()


def test_a_pack_without_a_wheel_is_downloaded_file_by_file(packs, served, contents):
    assert install_pack("toy", packs=served[0]) == packs / "toy"
    assert {path.name: path.read_bytes() for path in (packs / "toy").iterdir()} == contents


def test_a_download_that_is_another_file_is_refused_and_nothing_is_placed(packs, served):
    served[1]["/two.tflite"] = (200, b"<html>sign in</html>")
    with pytest.raises(PackError, match=r"two\.tflite: expected 600 bytes with SHA-256 .*; came 20 bytes"):
        install_pack("toy", packs=served[0])
    assert not (packs / "toy").exists()


def test_a_download_without_end_is_cut_short(packs, served):
    served[1]["/two.tflite"] = (200, bytes(1_000_000))
    with pytest.raises(PackError, match="came more than 600 bytes"):
        install_pack("toy", packs=served[0])
    assert not (packs / "toy").exists()


def test_a_missing_address_is_said_with_the_way_by_hand(packs, served):
    served[1]["/one.tflite"] = (404, b"")
    with pytest.raises(PackError, match="404") as refusal:
        install_pack("toy", packs=served[0])
    assert "faceplate models install toy --from DIR" in refusal.value.next_step
    assert not (packs / "toy").exists()


def test_without_a_network_the_addresses_and_the_way_by_hand_are_named(packs, addressed):
    with pytest.raises(PackError, match=r"http://127\.0\.0\.1:9/one\.tflite") as refusal:
        install_pack("toy", packs=addressed)
    assert "on a machine that has one" in refusal.value.next_step
    assert not packs.exists()


def test_a_pack_without_a_wheel_installs_from_a_folder_without_a_network(packs, tmp_path, addressed, contents):
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    assert install_pack("toy", tmp_path, addressed) == packs / "toy"


def test_a_folder_that_lacks_a_file_is_refused_with_its_address(packs, tmp_path, addressed, contents):
    (tmp_path / "one.tflite").write_bytes(contents["one.tflite"])
    with pytest.raises(
        PackError, match=r"expected a folder with one\.tflite, two\.tflite; came no two\.tflite"
    ) as refusal:
        install_pack("toy", tmp_path, addressed)
    assert refusal.value.next_step == "fetch into one folder http://127.0.0.1:9/two.tflite"
    assert not packs.exists()


def test_a_file_in_the_place_of_the_folder_is_refused(packs, tmp_path, addressed):
    (tmp_path / "one.tflite").write_bytes(b"one of them")
    with pytest.raises(PackError, match="came no such folder"):
        install_pack("toy", tmp_path / "one.tflite", addressed)
    assert not packs.exists()
