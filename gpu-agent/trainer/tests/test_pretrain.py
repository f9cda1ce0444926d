"""A tiny starter model from corpus to GGUF; exact resume; stopping."""

import hashlib
import shutil
import signal
from pathlib import Path

import pytest
from conftest import ONTOLOGY, TINY, Event, job_of, losses, of, run, start
from transformers import AutoModelForCausalLM


def prepared(work: Path) -> Path:
    (work / "inputs").mkdir()
    (work / "inputs" / "ontology.json").write_bytes(ONTOLOGY.read_bytes())
    return work


def test_a_run_reports_its_progress(pretrained: tuple[Path, list[Event]]) -> None:
    work, lines = pretrained
    assert [line["stage"] for line in of(lines, "progress")][:2] == ["corpus", "tokenizer"]
    assert of(lines, "run-start")[0]["totalSteps"] == 20
    assert list(losses(lines)) == [5, 10, 15, 20]
    assert losses(lines)[20] < losses(lines)[5]
    assert [line["path"] for line in of(lines, "checkpoint")] == [
        "checkpoints/checkpoint-8",
        "checkpoints/checkpoint-16",
    ]
    assert len(of(lines, "sample")) == 1
    assert (lines[-1]["type"], lines[-1]["status"], lines[-1]["error"]) == ("run-end", "finished", None)
    artifacts = of(lines, "artifact")
    assert {line["path"] for line in artifacts} >= {
        "output/hf/model.safetensors", "output/hf/tokenizer.json", "output/hf/config.json", "output/model-f16.gguf",
    }  # fmt: skip
    for line in artifacts:
        data = (work / line["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (line["sizeBytes"], line["sha256"])


def test_the_log_names_every_stage(pretrained: tuple[Path, list[Event]]) -> None:
    said = [line["text"] for line in of(pretrained[1], "log")]
    begins = [
        "Writes the corpus: ", "Trains the tokenizer: 700 tokens", "Encodes the corpus", "Precision:",
        "Trains on short starts of recipes from step 1 of 20", "Step 2 of 20: loss", "Step 4 of 20: loss",
        "Trains on whole recipes from step 6 of 20", "Step 6 of 20: loss",
    ]  # fmt: skip
    assert len(said) > len(begins)
    for text, begin in zip(said, begins):
        assert text.startswith(begin), (text, begin)
    assert said[-1] == "Writes the model's files."


def test_a_run_says_where_its_phases_begin_and_why_it_took_its_precision(
    pretrained: tuple[Path, list[Event]],
) -> None:
    (begun,) = of(pretrained[1], "run-start")
    assert [phase["step"] for phase in begun["phases"]] == [1, 6]
    assert begun["precisionReason"]
    rates = {line["position"]: line["values"]["learning_rate"] for line in of(pretrained[1], "metric")}
    assert rates[10] > rates[5]  # the second phase begins with a rate that rises again


def test_the_folder_loads_and_is_a_small_llama(pretrained: tuple[Path, list[Event]]) -> None:
    model = AutoModelForCausalLM.from_pretrained(pretrained[0] / "output" / "hf", local_files_only=True)
    assert model.config.architectures == ["LlamaForCausalLM"]
    assert model.config.tie_word_embeddings
    assert not list((pretrained[0] / "output").rglob("*.bin"))


def test_a_resumed_run_has_the_same_losses(pretrained: tuple[Path, list[Event]], tmp_path: Path) -> None:
    work = prepared(tmp_path)
    shutil.copytree(pretrained[0] / "checkpoints" / "checkpoint-8", work / "checkpoints" / "checkpoint-8")
    job = job_of(
        "pretrain", work, {"ontology": "inputs/ontology.json"}, TINY, resumeFrom="checkpoints/checkpoint-8"
    )
    resumed, whole = losses(run("pretrain.py", job)), losses(pretrained[1])
    assert list(resumed) == [10, 15, 20]
    assert resumed == pytest.approx({step: whole[step] for step in resumed}, abs=1e-6)


def test_sigterm_leaves_a_complete_checkpoint(tmp_path: Path) -> None:
    work = prepared(tmp_path)
    config = {**TINY, "steps": 1000, "checkpointEvery": 0, "sampleEvery": 0}
    process = start("pretrain.py", job_of("pretrain", work, {"ontology": "inputs/ontology.json"}, config))
    assert process.stdout is not None
    line = ""
    while '"metric"' not in line:
        line = process.stdout.readline()
        assert line, "the trainer ended before its first step"
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=900)
    assert process.returncode == 0
    assert '"status": "canceled"' in rest.splitlines()[-1]
    (folder,) = (work / "checkpoints").glob("checkpoint-*")
    names = {file.name for file in folder.iterdir()}
    assert {"model.safetensors", "optimizer.safetensors", "state.json", "tokenizer.json"} <= names
