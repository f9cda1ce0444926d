"""Models from the hub and from folders: fetched, cached, offline, gated, missing; and whole runs on them."""

import io
import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import job_of, of, run, start
from hub import COMMIT, Hosted, Hub
from test_runs import SETTINGS, pair_row, rows

from job.generated import FolderModel, HubModel, LoraSettings
from job.job import Job, JobError, parse_job
from job.settings import parse_config
from model.external import with_model
from model.folder import check_folder
from process.stop import StopFlag

NAME = "acme/small-llama"


@pytest.fixture
def hub(model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """With an open model, and a gated one; this process has no token and a cache of its own."""
    for name in ("HF_TOKEN", "HF_HUB_TOKEN", "PALATE_MODELS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    open_model = Hosted(
        model, also=["model.py", "pytorch_model.bin", "onnx/model.onnx", "consolidated.safetensors"]
    )
    with Hub({NAME: open_model, "acme/gated": Hosted(model, gated=True)}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "no-token"))
        yield hub


@pytest.fixture
def stop() -> Iterator[StopFlag]:
    before = signal.getsignal(signal.SIGTERM)
    yield StopFlag()
    signal.signal(signal.SIGTERM, before)


def order(work: Path, base: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A preference training of an external model."""
    (work / "inputs").mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row) + "\n" for row in rows(8, pair_row))
    (work / "inputs" / "pairs.jsonl").write_text(lines, encoding="utf-8")
    config = {**SETTINGS, "epochs": 1, "base": base}
    return job_of("dpo", work, {"pairs": "inputs/pairs.jsonl"}, config, **more)


def fetched(work: Path, stop: StopFlag, name: str = NAME, revision: str | None = None, **more: Any) -> Job:
    base = {"from": "hub", "id": name} | ({"revision": revision} if revision else {})
    return with_model(parse_job(order(work, base, **more)), stop)


def refused(work: Path, stop: StopFlag, **asked: Any) -> JobError:
    with pytest.raises(JobError) as caught:
        fetched(work, stop, **asked)
    assert caught.value.remedy.endswith(".")
    return caught.value


def test_a_run_on_a_model_of_the_hub(tmp_path: Path, hub: Hub) -> None:
    work = tmp_path / "work"
    lines = run("train_dpo.py", order(work, {"from": "hub", "id": NAME}))
    assert of(lines, "run-end")[0]["status"] == "finished"
    assert of(lines, "run-start")[0]["model"] == {
        "model_type": "llama", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 128, "tie_word_embeddings": True,
        "vocab_size": of(lines, "run-start")[0]["model"]["vocab_size"],
    }  # fmt: skip
    assert any(line["stage"] == "download" for line in of(lines, "progress"))
    assert any(NAME in line["text"] and COMMIT[:12] in line["text"] for line in of(lines, "log"))
    assert {line["role"] for line in of(lines, "artifact")} == {"adapter"}
    saved = json.loads((work / "output/adapter/adapter_config.json").read_text(encoding="utf-8"))
    assert saved["base_model_name_or_path"] == NAME
    asked = {path.rsplit("/", 1)[1] for path, _ in hub.asked}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= asked
    assert not asked & {"model.py", "pytorch_model.bin", "model.onnx", "consolidated.safetensors"}


def test_a_downloaded_model_works_offline_and_while_the_hub_is_down(
    tmp_path: Path, hub: Hub, stop: StopFlag, monkeypatch: pytest.MonkeyPatch, reported: io.StringIO
) -> None:
    assert refused_offline(tmp_path / "a", stop, monkeypatch).code == "model_not_cached"
    monkeypatch.delenv("PALATE_MODELS_OFFLINE")
    first = fetched(tmp_path / "b", stop)
    assert first.inputs["model"].name == COMMIT
    count = len(hub.asked)
    monkeypatch.setenv("PALATE_MODELS_OFFLINE", "1")
    assert fetched(tmp_path / "c", stop).inputs == {
        "pairs": tmp_path / "c" / "inputs" / "pairs.jsonl", "model": first.inputs["model"],
    }  # fmt: skip
    assert len(hub.asked) == count
    monkeypatch.delenv("PALATE_MODELS_OFFLINE")
    hub.down = True
    assert fetched(tmp_path / "d", stop).inputs["model"] == first.inputs["model"]
    error = refused(tmp_path / "e", stop, name="acme/other")
    assert error.code == "hub_unreachable"
    assert "answered 503" in error.message
    assert "from this machine's cache" in reported.getvalue()


def refused_offline(work: Path, stop: StopFlag, monkeypatch: pytest.MonkeyPatch) -> JobError:
    monkeypatch.setenv("PALATE_MODELS_OFFLINE", "1")
    return refused(work, stop)


def test_a_gated_model_fails_with_what_to_do(
    tmp_path: Path, hub: Hub, stop: StopFlag, monkeypatch: pytest.MonkeyPatch, reported: io.StringIO
) -> None:
    error = refused(tmp_path, stop, name="acme/gated")
    assert error.code == "model_gated"
    assert error.remedy == (
        f"Accept its license at {hub.url}/acme/gated, and give an access token of your account, or set HF_TOKEN on the agent."
    )
    monkeypatch.setenv("HF_TOKEN", "hf_somebody_else_123")
    error = refused(tmp_path, stop, name="acme/gated")
    assert (error.code, "with the account that the access token belongs to" in error.remedy) == (
        "model_gated",
        True,
    )
    monkeypatch.setenv("HF_TOKEN", hub.accepted)
    assert fetched(tmp_path, stop, name="acme/gated").inputs["model"].name == COMMIT
    assert hub.accepted not in reported.getvalue()


def test_a_model_that_the_hub_does_not_have(
    tmp_path: Path, hub: Hub, stop: StopFlag, reported: io.StringIO
) -> None:
    error = refused(tmp_path, stop, name="acme/nothing")
    assert (error.code, error.message) == ("no_model", "The hub has no model acme/nothing, or it is private.")
    error = refused(tmp_path, stop, revision="v9")
    assert (error.code, error.message) == ("no_model", f"The model {NAME} has no revision v9.")


def test_a_resumed_run_keeps_to_its_commit(
    tmp_path: Path, hub: Hub, stop: StopFlag, reported: io.StringIO
) -> None:
    fetched(tmp_path, stop)
    (tmp_path / "checkpoints" / "checkpoint-3").mkdir(parents=True)
    hub.asked.clear()
    fetched(tmp_path, stop, resumeFrom="checkpoints/checkpoint-3")
    described = [path for path, _ in hub.asked if path.startswith("/api/models/")]
    assert described == [f"/api/models/{NAME}/revision/{COMMIT}"]


def test_a_run_on_a_folder_that_was_opened(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "models"
    shutil.copytree(model, shared / "llama")
    monkeypatch.setenv("PALATE_MODEL_FOLDERS", os.pathsep.join([str(tmp_path / "none"), str(shared)]))
    lines = run("train_dpo.py", order(tmp_path / "work", {"from": "folder", "path": str(shared / "llama")}))
    assert of(lines, "run-end")[0]["status"] == "finished"
    assert {line["role"] for line in of(lines, "artifact")} == {"adapter"}


def test_folders_that_are_closed_or_hold_no_model(
    tmp_path: Path,
    model: Path,
    stop: StopFlag,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(path: Path) -> JobError:
        with pytest.raises(JobError) as caught:
            with_model(parse_job(order(tmp_path / "work", {"from": "folder", "path": str(path)})), stop)
        return caught.value

    shared, secret = tmp_path / "models", tmp_path / "secret"
    shutil.copytree(model, shared / "llama")
    shutil.copytree(model, secret)
    (shared / "way-out").symlink_to(secret)
    monkeypatch.delenv("PALATE_MODEL_FOLDERS", raising=False)
    assert refused(shared / "llama").code == "folder_closed"
    monkeypatch.setenv("PALATE_MODEL_FOLDERS", str(shared))
    closed = [refused(path) for path in (secret, shared / "way-out", tmp_path, tmp_path / "not-there")]
    assert [error.code for error in closed] == ["folder_closed"] * 4
    assert refused(shared / "nothing").message == f"There is no folder {shared / 'nothing'} on this agent."
    (shared / "llama" / "tokenizer.json").unlink()
    assert "has no tokenizer" in refused(shared / "llama").message
    (shared / "llama" / "model.safetensors").unlink()
    assert "lacks model.safetensors" in refused(shared / "llama").message
    index = {"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors", "c": "part-1.safetensors"}}
    (shared / "llama" / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert "lacks part-1.safetensors and 1 more files" in refused(shared / "llama").message
    own = {"model_type": "strange", "auto_map": {"AutoModelForCausalLM": "strange.Strange"}}
    (shared / "llama" / "config.json").write_text(json.dumps(own), encoding="utf-8")
    with pytest.raises(JobError, match="needs code of its own"):
        check_folder(shared / "llama", "x/y")


@pytest.mark.parametrize(
    "raw",
    [
        None, "a/b", {}, {"from": "web", "id": "a/b"}, {"from": "hub", "id": "llama"}, {"from": "hub", "id": "../b"},
        {"from": "hub", "id": "a/.."}, {"from": "hub", "id": "a/b--c"}, {"from": "hub", "id": "a/b\n"},
        {"from": "hub", "id": "a/b", "revision": "../x"}, {"from": "hub", "id": "a/b", "token": "x"},
        {"from": "folder", "path": "models/x"}, {"from": "folder", "path": "/models/../etc"},
        {"from": "folder", "path": "/a\0b"}, {"from": "folder"},
    ],
)  # fmt: skip
def test_a_source_that_names_no_model(raw: Any) -> None:
    with pytest.raises(JobError) as caught:
        parse_config("dpo", {"base": raw})
    assert caught.value.code == "bad_job"


@pytest.mark.parametrize(
    ("raw", "model"),
    [
        ({"from": "hub", "id": NAME, "revision": "main"}, HubModel(id=NAME, revision="main")),
        ({"from": "hub", "id": NAME}, HubModel(id=NAME)),
        ({"from": "folder", "path": "/models/x"}, FolderModel(path="/models/x")),
    ],
)
def test_sources(raw: Any, model: HubModel | FolderModel) -> None:
    config = parse_config("dpo", {"base": raw})
    assert isinstance(config, LoraSettings)
    assert config.base == model


def test_a_canceled_download_ends_at_once(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM while the hub is silent: no traceback, a canceled run."""
    silent = StopServer()
    monkeypatch.setenv("HF_ENDPOINT", silent.url)
    process = start("train_dpo.py", order(tmp_path / "work", {"from": "hub", "id": NAME}))
    silent.reached()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    last = json.loads(out.splitlines()[-1])
    assert (last["type"], last["status"]) == ("run-end", "canceled")


class StopServer:
    """Takes a connection and never answers."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def reached(self) -> None:
        self.socket.settimeout(120)
        self.connection = self.socket.accept()
