"""An imported model that is no Llama becomes another whole model too, by a merge, by DoRA or with all its weights trained: its
weights are put into the published file. What cannot be is refused before the first step."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from conftest import Event, job_of, of, run_inside
from llama_machine import give_llama_cpp
from peft import LoraConfig, get_peft_model
from published_model import make_published
from transformers import AutoModelForCausalLM

from model.export import write_file
from model.gguf_file import read_gguf
from model.gguf_reader import QuickReader
from model.gguf_weights import copy_fields
from model.llama_cpp import converters, find_runtime
from model.parity import compare
from model.parity_talk import ANSWER_TOKENS, ask_server, make_conversations
from model.tokenizer import load_tokenizer
from process.stop import StopFlag

NIGHTLY = pytest.mark.nightly
# Norms and a tied head every day; biases, matrices in one and what differs by less every night.
FAMILIES = [
    "gemma3",
    *(pytest.param(one, marks=NIGHTLY) for one in ("qwen2", "qwen3", "phi3", "mistral", "gemma2")),
]
WHOLE = [
    pytest.param("qwen2", {"fullWeights": True}, id="all weights"),
    pytest.param("gemma3", {"loraDora": True}, id="DoRA", marks=NIGHTLY),
]
# The learning rate rises from 0.
SETTINGS = {"epochs": 3, "batchSize": 2, "learningRate": 0.01, "loraRank": 2, "loraAlpha": 4, "sampleEvery": 0,
            "checkpointEvery": 0, "precision": "fp32", "threads": 1}  # fmt: skip
TALK = [{"role": "user", "content": "I have rice."}, {"role": "assistant", "content": "Fry the rice."}]
# The converter knows the vocabularies of these families by their files; the small models all have a byte-level BPE.
CONVERT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import convert_hf_to_gguf as converter
find = converter.get_model_class
def with_bpe(*args, **kwargs):
    found = find(*args, **kwargs)
    found.set_vocab = found._set_vocab_gpt2
    return found
converter.get_model_class = with_bpe
converter.main()
"""


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, reported: io.StringIO) -> None:
    give_llama_cpp(monkeypatch)


def make_inputs(work: Path, family: str) -> dict[str, str]:
    """The published model's folder and its GGUF file, as an import leaves them."""
    published = work / "inputs/model"
    make_published(published, family)
    arguments = ["--outtype", "f16", "--outfile", str(work / "inputs/base.gguf"), str(published)]
    subprocess.run(
        [sys.executable, "-c", CONVERT, str(converters(find_runtime())), *arguments],
        check=True, capture_output=True,
    )  # fmt: skip
    return {"model": "inputs/model", "base": "inputs/base.gguf"}


def make_adapter(base: Path, folder: Path) -> None:
    """A LoRA that moves the model's answers."""
    torch.manual_seed(5)
    whole = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = get_peft_model(whole, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear"))
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    model.save_pretrained(folder)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_adapter_is_merged(family: str, tmp_path: Path) -> None:
    inputs = make_inputs(tmp_path, family)
    make_adapter(tmp_path / "inputs/model", tmp_path / "inputs/adapter")
    job = job_of("import", tmp_path, {**inputs, "adapter": "inputs/adapter"}, {"quantization": "F16"})
    facts = of(run_inside("import_model.py", job), "model")[0]
    gate = facts["gate"]
    assert facts["notServable"] is None
    assert (gate["equalPrompts"], gate["equalAnswers"] + gate["tiedAnswers"]) == (20, 20)
    base, made = read_gguf(tmp_path / "inputs/base.gguf"), read_gguf(tmp_path / "output/model.gguf")
    assert made.template == base.template
    assert made.fields["tokenizer.ggml.tokens"] == base.fields["tokenizer.ggml.tokens"]
    assert sorted(path.name for path in (tmp_path / "convert").iterdir()) == ["model-f16.gguf"]
    before, after = (weights(tmp_path / name) for name in ("inputs/base.gguf", "output/model.gguf"))
    assert list(before) == list(after)
    same = {name for name in before if np.array_equal(before[name], after[name])}
    assert same == {
        name for name in before if "norm" in name or "bias" in name or not name.startswith("blk.")
    }


def weights(file: Path) -> dict[str, Any]:
    return {one.name: np.array(one.data) for one in QuickReader(file).tensors}


def train(work: Path, inputs: dict[str, str], config: dict[str, Any], code: int = 0) -> list[Event]:
    rows = "".join(json.dumps({"messages": TALK}) + "\n" for _ in range(2))
    (work / "inputs/rows.jsonl").write_text(rows, encoding="utf-8")
    job = job_of("sft", work, {**inputs, "examples": "inputs/rows.jsonl"}, {**SETTINGS, **config})
    return run_inside("train_sft.py", job, code)


@pytest.mark.parametrize("family, config", WHOLE)
def test_a_training_that_ends_in_a_whole_model_writes_what_transformers_has(
    family: str, config: dict[str, Any], tmp_path: Path
) -> None:
    lines = train(tmp_path, make_inputs(tmp_path, family), config)
    assert of(lines, "run-end")[0]["status"] == "finished"
    assert {line["role"] for line in of(lines, "artifact")} == {"hf", "gguf"}
    hf, served = tmp_path / "output/hf", tmp_path / "output/model-f16.gguf"
    before = weights(tmp_path / "inputs/base.gguf")
    assert any(not np.array_equal(before[name], array) for name, array in weights(served).items())
    talks = make_conversations()
    said, failed = ask_server(find_runtime(), served, talks, tmp_path, StopFlag(), ANSWER_TOKENS)
    assert failed is None
    model = AutoModelForCausalLM.from_pretrained(hf, dtype=torch.float32).eval()
    gate = compare(model, load_tokenizer(hf), talks, said)
    assert gate.not_servable() is None


def rename(file: Path, old: str, new: str) -> None:
    """Another name of the same length for a tensor."""
    data = file.read_bytes()
    assert (data.count(old.encode()), len(old)) == (1, len(new))
    file.write_bytes(data.replace(old.encode(), new.encode()))


def failed_early(lines: list[Event]) -> dict[str, str]:
    """What a run that failed says, if it took no step."""
    assert of(lines, "metric") == []
    error: dict[str, str] = of(lines, "run-end")[0]["error"]
    assert error["code"] == "unsupported_model"
    return error


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_a_file_in_which_the_weights_have_no_place_is_refused_before_the_first_step(
    family: str, tmp_path: Path
) -> None:
    inputs = make_inputs(tmp_path, family)
    rename(tmp_path / "inputs/base.gguf", "blk.1.ffn_up.weight", "blk.1.ffn_xy.weight")
    error = failed_early(train(tmp_path, inputs, {"fullWeights": True}, code=1))
    assert "no place for 1 of the trained weights (blk.1.ffn_up.weight)" in error["message"]
    assert "Train an adapter without DoRA" in error["remedy"]


@pytest.mark.parametrize(
    "config", [pytest.param({"fullWeights": True}, marks=NIGHTLY), {}], ids=["all weights", "adapter"]
)
def test_an_architecture_that_the_converter_does_not_know_is_refused_before_the_first_step(
    config: dict[str, Any], tmp_path: Path
) -> None:
    inputs = make_inputs(tmp_path, "qwen2")
    settings = tmp_path / "inputs/model/config.json"
    known = json.loads(settings.read_text(encoding="utf-8"))
    settings.write_text(json.dumps({**known, "architectures": ["Qwen2UnknownForCausalLM"]}), encoding="utf-8")
    error = failed_early(train(tmp_path, inputs, config, code=1))
    assert "Qwen2UnknownForCausalLM" in error["message"]


@pytest.mark.parametrize("modules", [["embed_tokens", "q_proj"], ["lm_head", "q_proj"]])
def test_an_adapter_on_what_a_gguf_has_no_place_for_is_refused_before_the_first_step(
    modules: list[str], tmp_path: Path
) -> None:
    make_published(tmp_path / "inputs/model")
    inputs = {"model": "inputs/model"}
    error = failed_early(train(tmp_path, inputs, {"targetModules": modules}, code=1))
    assert modules[0] in error["message"]
    assert "target modules" in error["remedy"]


@pytest.mark.nightly
def test_a_head_that_is_the_embedding_is_written_once(tmp_path: Path) -> None:
    """Some files have it twice, and the second would stay as it was."""
    inputs = make_inputs(tmp_path, "qwen2")
    file = tmp_path / "inputs/base.gguf"
    double_head(file)
    assert "output.weight" in weights(file)
    lines = train(tmp_path, inputs, {"fullWeights": True})
    assert of(lines, "run-end")[0]["status"] == "finished"
    made = weights(tmp_path / "output/model-f16.gguf")
    assert "output.weight" not in made
    assert not np.array_equal(made["token_embd.weight"], weights(file)["token_embd.weight"])


def double_head(file: Path) -> None:
    reader = QuickReader(file)
    writer = gguf.GGUFWriter(None, "qwen2")
    copy_fields(reader, writer)
    for one in reader.tensors:
        writer.add_tensor(one.name, one.data, raw_dtype=one.tensor_type)
        if one.name == "token_embd.weight":
            writer.add_tensor("output.weight", one.data, raw_dtype=one.tensor_type)
    write_file(writer, file)
