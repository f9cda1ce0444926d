"""A model of the hub, against a server that has its weights on another host: resumed, checked, and with a token that goes no
further than the hub."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cdn import Cdn
from conftest import TRAINER, Event, job_of, of, run
from hub import COMMIT, Hosted, Hub
from llama_machine import give_llama_cpp
from published_model import make_published
from test_models import NAME

from job.generated import HubModel
from job.job import parse_job
from model.external import fetch as fetch_for
from process.stop import StopFlag

TOKEN = "hf_accepted_0123456789"
Said = dict[str, Any]


# Of several processes one makes the model.
pytestmark = pytest.mark.xdist_group("hub_download")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    make_published(folder)
    return folder


@pytest.fixture
def cdn() -> Iterator[Cdn]:
    with Cdn() as cdn:
        yield cdn


@pytest.fixture
def hub(published: Path, cdn: Cdn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """With an open model and a gated one; no token yet, and a cache of this test's own."""
    for name in ("HF_TOKEN", "HF_HUB_TOKEN", "PALATE_MODELS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    models = {NAME: Hosted(published), "acme/gated": Hosted(published, gated=True)}
    with Hub(models, cdn=cdn) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "no-token"))
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        yield hub


def fetcher(name: str = NAME, revision: str = "main", room: float = 1) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "fetch_model.py", name, revision, str(room)],
        cwd=TRAINER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def fetch(name: str = NAME, revision: str = "main", room: float = 1) -> Said:
    """The last line of the fetcher."""
    out, err = fetcher(name, revision, room).communicate(timeout=600)
    assert out, err[-3000:]
    said: Said = json.loads(out.splitlines()[-1])
    return said


def wait_for_part(hf: Path) -> None:
    """Until some of the download is on the disk."""
    end = time.monotonic() + 300
    while not any(part.stat().st_size for part in hf.rglob("*.part")):
        assert time.monotonic() < end
        time.sleep(0.05)


def weights(hf: Path) -> list[Path]:
    return sorted((hf / "hub").rglob("*.safetensors"))


def test_the_token_goes_to_the_hub_and_not_to_the_store(
    hub: Hub, cdn: Cdn, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = fetch("acme/gated")["error"]
    assert (refused["code"], f"{hub.url}/acme/gated" in refused["remedy"]) == ("model_gated", True)
    monkeypatch.setenv("HF_TOKEN", hub.unknown)
    unknown = fetch("acme/gated")["error"]
    assert (unknown["code"], "does not accept the access token" in unknown["message"]) == (
        "model_gated",
        True,
    )
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    got = fetch("acme/gated")
    assert got["commit"] == COMMIT
    assert (Path(got["folder"]) / "model.safetensors").read_bytes() == (
        published / "model.safetensors"
    ).read_bytes()
    assert cdn.asked == [(0, False)]
    assert all(token for path, token in hub.asked if path.endswith("model.safetensors"))
    assert TOKEN not in json.dumps(got)


def test_a_download_that_breaks_off_goes_on_where_it_was(hub: Hub, cdn: Cdn, published: Path) -> None:
    size = (published / "model.safetensors").stat().st_size
    cdn.cuts = [size // 3, size // 3]
    got = fetch()
    assert (Path(got["folder"]) / "model.safetensors").stat().st_size == size
    begins = [first for first, _ in cdn.asked]
    assert begins[0] == 0
    assert len(begins) == 3
    assert begins == sorted(begins)
    assert begins[1] > 0


def test_a_later_run_goes_on_where_a_canceled_one_was(
    hub: Hub, cdn: Cdn, published: Path, tmp_path: Path
) -> None:
    cdn.stalls = True
    child = fetcher()
    assert cdn.half_sent.wait(300)
    wait_for_part(tmp_path / "hf")
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=60)
    cdn.stalls = False
    assert not weights(tmp_path / "hf")
    got = fetch()
    size = (published / "model.safetensors").stat().st_size
    assert (Path(got["folder"]) / "model.safetensors").stat().st_size == size
    assert [first > 0 for first, _ in cdn.asked] == [False, True]
    assert not list((tmp_path / "hf").rglob("*.part"))


def test_weights_with_another_hash_are_not_kept(hub: Hub, cdn: Cdn, tmp_path: Path) -> None:
    cdn.spoils = True
    error = fetch()["error"]
    assert "model.safetensors does not have the hash that the hub names" in error["message"]
    assert not weights(tmp_path / "hf")
    assert not list((tmp_path / "hf").rglob("*.part"))
    cdn.spoils = False
    assert fetch()["commit"] == COMMIT


def test_a_model_that_is_too_large_for_the_disk_is_refused_before_its_first_byte(hub: Hub, cdn: Cdn) -> None:
    error = fetch(room=1e12)["error"]
    assert error["code"] == "disk_full"
    assert "GB on the agent's disk" in error["message"]
    assert "GB free" in error["message"]
    assert cdn.asked == []
    assert not [path for path, _ in hub.asked if "/resolve/" in path]


def test_an_import_of_a_gated_model_ends_registered_at_its_commit(
    hub: Hub, cdn: Cdn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_llama_cpp(monkeypatch)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    work = tmp_path / "work"
    work.mkdir()
    source = {"from": "hub", "id": "acme/gated", "revision": "main"}
    lines: list[Event] = run("import_model.py", job_of("import", work, {}, {"source": source}))
    facts = of(lines, "model")[0]
    assert facts["source"] == f"acme/gated at commit {COMMIT} (main)"
    assert (facts["notServable"], facts["gate"]["equalPrompts"]) == (None, 20)
    assert {line["role"] for line in of(lines, "artifact")} == {"hf", "gguf"}
    assert TOKEN not in json.dumps(lines)
    held = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix in (".json", ".txt", "")]
    assert not [path for path in held if TOKEN.encode() in path.read_bytes()]


def test_programs_that_read_what_was_fetched_have_no_token(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reported: io.StringIO
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    before = signal.getsignal(signal.SIGTERM)
    work = tmp_path / "work"
    work.mkdir()
    try:
        job = parse_job(job_of("import", work, {}, {"source": {"from": "hub", "id": "acme/gated"}}))
        assert fetch_for(job, HubModel(id="acme/gated"), StopFlag()).name == COMMIT
    finally:
        signal.signal(signal.SIGTERM, before)
    assert "HF_TOKEN" not in os.environ
    assert TOKEN not in reported.getvalue()
