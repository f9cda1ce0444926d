"""Uploaded models: a zip of a folder, a PEFT adapter on a base, a GGUF file; and the uploads that are refused."""

import json
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from conftest import Event, job_of, of, run
from llama_machine import give_llama_cpp
from peft import LoraConfig, get_peft_model
from published_model import make_published
from transformers import AutoConfig, AutoModelForCausalLM

from job.job import JobError
from model.adapter import check_adapter
from model.gguf_file import read_gguf

# Of several processes one makes the model.
pytestmark = pytest.mark.xdist_group("import_upload")


@pytest.fixture(scope="module", autouse=True)
def machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        give_llama_cpp(patch)
        yield


@pytest.fixture(scope="module")
def published(machine: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    make_published(folder, "llama")
    return folder


def pack(folder: Path, target: Path, under: str = "") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{under}{file.name}")
    return target


def upload_job(work: Path, kind: str, file: str, **inputs: str) -> dict[str, Any]:
    source = {"from": "upload", "format": kind, "filename": f"small.{file.rsplit('.', 1)[1]}"}
    return job_of("import", work, {"upload": f"inputs/{file}", **inputs}, {"source": source})


def work_folder(tmp_path: Path) -> Path:
    (tmp_path / "work/inputs").mkdir(parents=True)
    return tmp_path / "work"


@pytest.fixture(scope="module")
def imported(published: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """A model that came as a zip: its work folder and events."""
    work = work_folder(tmp_path_factory.mktemp("zip"))
    pack(published, work / "inputs/upload.zip", "small-model/")
    return work, run("import_model.py", upload_job(work, "folder", "upload.zip"))


def test_a_zip_of_a_folder_becomes_a_model(imported: tuple[Path, list[Event]]) -> None:
    _, lines = imported
    facts = of(lines, "model")[0]
    assert (facts["source"], facts["license"]) == ("the upload small.zip", "apache-2.0")
    assert (facts["notServable"], facts["gate"]["equalPrompts"]) == (None, 20)
    assert {line["role"] for line in of(lines, "artifact")} == {"hf", "gguf"}


def test_a_gguf_file_alone_becomes_a_model_that_can_be_trained_on(
    imported: tuple[Path, list[Event]], tmp_path: Path
) -> None:
    work = work_folder(tmp_path)
    shutil.copyfile(imported[0] / "output/model.gguf", work / "inputs/upload.gguf")
    lines = run("import_model.py", upload_job(work, "gguf", "upload.gguf"))
    facts = of(lines, "model")[0]
    assert (facts["notServable"], facts["notTrainable"], facts["gate"]["equalPrompts"]) == (None, None, 20)
    assert {line["role"] for line in of(lines, "artifact")} == {"hf", "gguf"}


def test_a_gguf_file_that_transformers_cannot_read_is_served_and_says_so(
    imported: tuple[Path, list[Event]], tmp_path: Path
) -> None:
    """A tokenizer of a kind that only llama.cpp splits as it was trained."""
    work = work_folder(tmp_path)
    with_field(imported[0] / "output/model.gguf", work / "inputs/upload.gguf", "tokenizer.ggml.pre", "tekken")
    lines = run("import_model.py", upload_job(work, "gguf", "upload.gguf"))
    facts = of(lines, "model")[0]
    assert (facts["notServable"], facts["gate"]) == (None, None)
    assert facts["notTrainable"].startswith("Its GGUF file alone cannot be trained on. The tokenizer")
    assert (facts["parameters"] > 1_000_000, facts["layers"], facts["systemRole"]) == (True, 2, True)
    assert {line["role"] for line in of(lines, "artifact")} == {"gguf"}


def with_field(source: Path, target: Path, name: str, value: str) -> None:
    """A copy of a GGUF file with another text in one field."""
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target, "llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        items = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        content = value if field.name == name else field.contents()
        writer.add_key_value(field.name, content, field.types[0], sub_type=items)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def adapter(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA that moves the model's answers, as PEFT saves it."""
    folder = tmp_path_factory.mktemp("adapter")
    torch.manual_seed(5)
    base = AutoModelForCausalLM.from_pretrained(published, dtype=torch.float32)
    model = get_peft_model(
        base, LoraConfig(r=4, lora_alpha=8, use_rslora=True, target_modules=["q_proj", "v_proj", "down_proj"])
    )
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    model.save_pretrained(folder)
    return folder


def adapter_job(work: Path, base: Path, served: Path, adapter: Path) -> dict[str, Any]:
    shutil.copytree(base, work / "inputs/model")
    shutil.copyfile(served, work / "inputs/base.gguf")
    pack(adapter, work / "inputs/upload.zip")
    return upload_job(work, "adapter", "upload.zip", model="inputs/model", base="inputs/base.gguf")


def test_an_adapter_is_put_on_its_base_and_converted_by_llama_cpp(
    imported: tuple[Path, list[Event]], published: Path, adapter: Path, tmp_path: Path
) -> None:
    work = work_folder(tmp_path)
    job = adapter_job(work, published, imported[0] / "output/model.gguf", adapter)
    lines = run("import_model.py", job)
    assert of(lines, "run-end")[0]["results"]["parameters"] > 1000
    assert {line["role"] for line in of(lines, "artifact")} == {"adapter", "adapter-gguf"}
    made = gguf.GGUFReader(work / "output/adapter.gguf")
    assert made.fields["general.type"].contents() == "adapter"
    # llama.cpp divides alpha by the rank, a rank-stabilized LoRA by its root.
    assert made.fields["adapter.lora.alpha"].contents() == 16
    assert len(made.tensors) == 2 * 3 * 2


def test_an_adapter_of_another_base_is_refused(
    imported: tuple[Path, list[Event]], published: Path, adapter: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(published, other)
    config = json.loads((other / "config.json").read_text(encoding="utf-8"))
    (other / "config.json").write_text(json.dumps({**config, "num_key_value_heads": 4}), encoding="utf-8")
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(other))
    model.half().save_pretrained(other)
    work = work_folder(tmp_path)
    job = adapter_job(work, other, imported[0] / "output/model.gguf", adapter)
    error = of(run("import_model.py", job, code=1), "run-end")[0]["error"]
    assert error["code"] == "unsupported_adapter"
    assert error["message"].startswith("The adapter does not fit this base: ")
    assert "size mismatch" in error["message"]


def settings(**change: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "adapter_config.json"
        path.write_text(
            json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8"
        )

    return edit


def pickled(folder: Path) -> None:
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")


ADAPTERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no settings": (lambda f: (f / "adapter_config.json").unlink(), "has no adapter_config.json"),
    "another method": (settings(peft_type="IA3"), "only LoRA can be served"),
    "DoRA": (settings(use_dora=True), "(use_dora)"),
    "whole modules": (settings(modules_to_save=["lm_head"]), "(modules_to_save)"),
    "alphas by layer": (settings(alpha_pattern={"q_proj": 3}), "(alpha_pattern)"),
    "a module of Python": (settings(megatron_config={"x": 1}, megatron_core="os"), "(megatron_config, megatron_core)"),
    "pickled weights": (pickled, "has no adapter_model.safetensors"),
    "cut weights": (
        lambda f: (f / "adapter_model.safetensors").write_bytes(struct.pack("<Q", 99) + b"{"),
        "is not a whole safetensors file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", ADAPTERS)
def test_an_adapter_that_cannot_be_served_is_refused_with_the_reason(
    adapter: Path, tmp_path: Path, fault: str
) -> None:
    spoil, said = ADAPTERS[fault]
    shutil.copytree(adapter, tmp_path / "adapter")
    spoil(tmp_path / "adapter")
    with pytest.raises(JobError) as caught:
        check_adapter(tmp_path / "adapter")
    assert said in caught.value.message
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\x03\0\0\0" + b"\xff" * 64, b"no gguf at all" * 99])
def test_what_is_no_gguf_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.gguf").write_bytes(content)
    with pytest.raises(JobError, match=r"x\.gguf is no GGUF file that can be read"):
        read_gguf(tmp_path / "x.gguf")
