"""A folder with a model, as it was published, to a model that is served; and the folders that are refused, each with its sentence."""

import json
import os
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gguf
import pytest
from conftest import Event, job_of, of, run
from llama_machine import give_llama_cpp
from published_model import make_published

from job.generated import FolderModel
from job.job import JobError
from model.folder import check_folder, copy_published, open_folder

# Of several processes one makes the model.
pytestmark = pytest.mark.xdist_group("import_folder")


@pytest.fixture(scope="module", autouse=True)
def machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        give_llama_cpp(patch)
        yield


@pytest.fixture(scope="module")
def opened(machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that the agent's owner opened, with a model in two shards."""
    folder = tmp_path_factory.mktemp("models")
    make_published(folder / "small", "llama", shard="6450KB")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PALATE_MODEL_FOLDERS", str(folder))
        yield folder


def import_folder(work: Path, path: Path, code: int = 0, **config: Any) -> list[Event]:
    work.mkdir(exist_ok=True)
    source = {"from": "folder", "path": str(path)}
    return run("import_model.py", job_of("import", work, {}, {"source": source, **config}), code)


def test_a_folder_becomes_a_model_that_trainer_and_server_read_alike(opened: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (opened / "small" / "custom.py").write_text(f"open({str(ran)!r}, 'w')", encoding="utf-8")
    lines = import_folder(tmp_path / "work", opened / "small", quantization="Q8_0")
    facts = of(lines, "model")[0]
    gate = facts["gate"]
    assert (gate["conversations"], gate["equalPrompts"]) == (20, 20)
    assert gate["equalAnswers"] + gate["tiedAnswers"] == 20
    assert (facts["notServable"], facts["notTrainable"]) == (None, None)
    assert (facts["architecture"], facts["license"], facts["quantization"]) == (
        "LlamaForCausalLM", "apache-2.0", "Q8_0",
    )  # fmt: skip
    assert facts["source"] == f"the folder {opened / 'small'}"
    assert (facts["endToken"], facts["systemRole"], facts["contextTokens"]) == ("<|im_end|>", True, 2048)
    sent = {(line["role"], Path(line["path"]).name) for line in of(lines, "artifact")}
    assert ("gguf", "model.gguf") in sent
    assert {name for role, name in sent if role == "hf"} >= {
        "config.json", "tokenizer.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
    }  # fmt: skip
    assert "custom.py" not in {name for _, name in sent}
    assert not ran.exists()
    made = gguf.GGUFReader(tmp_path / "work/output/model.gguf")
    assert made.fields["general.architecture"].contents() == "llama"


@pytest.fixture
def small(opened: Path, tmp_path: Path) -> Path:
    shutil.copytree(opened / "small", tmp_path / "small")
    return tmp_path / "small"


def edit_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


INDEX = "model.safetensors.index.json"
FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


def pickled(folder: Path) -> None:
    for file in folder.glob("model*"):
        file.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04N.")


def shorter(folder: Path) -> None:
    os.truncate(folder / FIRST, (folder / FIRST).stat().st_size - 10)


def other_tensor(folder: Path) -> None:
    edit_json(folder / INDEX, lambda index: index["weight_map"].update({"model.new.weight": FIRST}))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "has no config.json that can be read"),
    "broken config": (lambda f: (f / "config.json").write_text("[1"), "has no config.json that can be read"),
    "no model type": (lambda f: edit_json(f / "config.json", lambda c: c.pop("model_type")), "names no model_type"),
    "unknown architecture": (
        lambda f: edit_json(f / "config.json", lambda c: c.update(model_type="quokka")), "is a 'quokka' model",
    ),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "has no tokenizer"),
    "a missing shard": (lambda f: (f / SECOND).unlink(), f"lacks {SECOND}"),
    "a cut shard": (shorter, "bytes; its header says"),
    "a shard that is none": (lambda f: (f / FIRST).write_bytes(b"x" * 99), "is not a whole safetensors file"),
    "a shard with a huge header": (
        lambda f: (f / FIRST).write_bytes(struct.pack("<Q", 2**60) + b"{}"), "is not a whole safetensors file",
    ),
    "an index of another version": (other_tensor, f"expects model.new.weight in {FIRST}"),
    "an index that leads out": (
        lambda f: edit_json(f / INDEX, lambda i: i["weight_map"].update(x="../../etc/x.safetensors")),
        f"has no {INDEX} that can be read",
    ),
    "an index that is none": (lambda f: (f / INDEX).write_text("{}"), f"has no {INDEX} that can be read"),
    "pickled weights": (pickled, "lacks model.safetensors"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_folder_that_is_no_whole_model_is_refused_with_its_fault(small: Path, fault: str) -> None:
    spoil, said = BAD[fault]
    spoil(small)
    with pytest.raises(JobError) as caught:
        check_folder(small, "the folder /models/small")
    assert said in caught.value.message
    assert caught.value.remedy.endswith(".")
    assert ("never opened" in caught.value.remedy) == (fault == "pickled weights")


def test_a_link_that_leaves_what_was_opened_is_refused(
    opened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shutil.copytree(opened / "small", shared / "small")
    shutil.copytree(opened / "small", shared / "blobs")
    secret = tmp_path / "secret.json"
    secret.write_text("{}", encoding="utf-8")
    monkeypatch.setenv("PALATE_MODEL_FOLDERS", str(shared))
    source = FolderModel(path=str(shared / "small"))
    (shared / "small" / FIRST).unlink()
    (shared / "small" / FIRST).symlink_to(shared / "blobs" / FIRST)
    check_folder(open_folder(source), "small")
    (shared / "small" / "generation_config.json").unlink()
    (shared / "small" / "generation_config.json").symlink_to(secret)
    with pytest.raises(JobError) as caught:
        open_folder(source)
    assert caught.value.code == "folder_closed"
    assert "generation_config.json" in caught.value.message
    assert str(secret) not in caught.value.message


def test_only_the_files_of_a_model_are_copied_and_its_owner_keeps_them(small: Path, tmp_path: Path) -> None:
    for name in ("tokenizer.py", "pytorch_model.bin", ".hidden.json", "consolidated.safetensors"):
        (small / name).write_text("x", encoding="utf-8")
    before = (small / "chat_template.jinja").read_text(encoding="utf-8")
    copy_published(small, tmp_path / "copy")
    (tmp_path / "copy/chat_template.jinja").write_text("another", encoding="utf-8")
    assert (small / "chat_template.jinja").read_text(encoding="utf-8") == before
    assert not {file.name for file in (tmp_path / "copy").iterdir()} & {
        "tokenizer.py", "pytorch_model.bin", ".hidden.json", "consolidated.safetensors",
    }  # fmt: skip


def test_a_folder_that_was_not_opened_ends_the_run_with_what_to_do(opened: Path, tmp_path: Path) -> None:
    lines = import_folder(tmp_path / "work", tmp_path, code=1)
    error = of(lines, "run-end")[0]["error"]
    assert (error["code"], "PALATE_MODEL_FOLDERS" in error["remedy"]) == ("folder_closed", True)


def test_a_model_too_large_for_the_disk_is_refused_before_the_conversion(
    opened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: Any
) -> None:
    real = os.statvfs(tmp_path)
    full = os.statvfs_result((*real[:3], 0, 0, *real[5:10]))
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    source = {"from": "folder", "path": str(opened / "small")}
    lines = inside("import_model.py", job_of("import", tmp_path, {}, {"source": source}), code=1)
    error = of(lines, "run-end")[0]["error"]
    assert (error["code"], "has 0.0 GB free" in error["message"]) == ("disk_full", True)
    assert not list(tmp_path.glob("convert/*"))
