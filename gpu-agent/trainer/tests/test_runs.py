"""Whole runs of the trainers, in this process: every method and setting, their events and their files."""

import io
import json
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from conftest import Event, job_of, losses, of, start
from peft import PeftModel
from safetensors.torch import load_file
from tiny_model import FOODS

import train_dpo
import train_kto
import train_sft
from job.job import Job, JobError, parse_job
from model.load import load_model
from process import events
from process.stop import Canceled, StopFlag

SETTINGS = {"epochs": 2, "batchSize": 4, "loraRank": 4, "loraAlpha": 8, "sampleEvery": 0, "checkpointEvery": 0,
            "learningRate": 0.01, "precision": "fp32", "threads": 1}  # fmt: skip


def rows(count: int, make: Callable[[int, str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    rng = random.Random(4)
    return [make(number, rng.choice(FOODS), rng.choice(FOODS)) for number in range(count)]


def pair_row(number: int, food: str, other: str) -> dict[str, Any]:
    return {"system": f"You cook for guest {number}.", "user": f"I have {food}.",
            "chosen": f"Fry the {food} and serve.", "rejected": f"Boil the {other}."}  # fmt: skip


def prepare(
    work: Path,
    model: Path,
    kind: str,
    name: str,
    data: list[dict[str, Any]],
    config: dict[str, Any],
    **more: Any,
) -> dict[str, Any]:
    """A job whose work folder holds the model and the rows."""
    inputs = work / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    if not (inputs / "model").exists():
        shutil.copytree(model, inputs / "model")
    (inputs / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in data), encoding="utf-8")
    return job_of(
        kind, work, {"model": "inputs/model", name: "inputs/rows.jsonl"}, {**SETTINGS, **config}, **more
    )


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[Event], dict[str, float]]]:
    def work(
        train: Callable[[Job, StopFlag], dict[str, float]], job: dict[str, Any], stop: StopFlag | None = None
    ) -> tuple[list[Event], dict[str, float]]:
        written = io.StringIO()
        monkeypatch.setattr(events, "_stream", written)
        flag, before = stop or StopFlag(), signal.getsignal(signal.SIGTERM)
        try:
            results = train(parse_job(job), flag)
        except Canceled as canceled:
            results = {**canceled.results, "canceled": 1.0}
        finally:
            signal.signal(signal.SIGTERM, before if callable(before) else signal.SIG_DFL)
        return [json.loads(line) for line in written.getvalue().splitlines()], results

    return work


Here = Callable[..., tuple[list[Event], dict[str, float]]]


def test_dpo_is_compared_with_the_base_or_with_the_adapter_below(
    tmp_path: Path, model: Path, here: Here
) -> None:
    data = rows(12, pair_row)
    first, results = here(train_dpo.train, prepare(tmp_path / "a", model, "dpo", "pairs", data, {}))
    begun = of(first, "run-start")[0]
    assert (begun["reference"], begun["attention"], begun["precision"]) == ("base", "sdpa", "fp32")
    assert begun["memoryPlan"].startswith("fp32, ")
    assert results["pairs"] == 12
    job = prepare(tmp_path / "b", model, "dpo", "pairs", data, {})
    shutil.copytree(tmp_path / "a" / "output" / "adapter", tmp_path / "b" / "inputs" / "adapter")
    job["inputs"]["adapter"] = "inputs/adapter"
    second, _ = here(train_dpo.train, job)
    assert of(second, "run-start")[0]["reference"] == "adapter"
    assert of(second, "metric")[0]["values"]["rewards/margins"] == pytest.approx(0, abs=1e-5)


def test_a_second_run_reads_its_references_from_a_shared_cache(
    tmp_path: Path, model: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_TRAINER_CACHE", str(tmp_path / "cache"))
    data = rows(8, pair_row)
    one, _ = here(train_dpo.train, prepare(tmp_path / "a", model, "dpo", "pairs", data, {"epochs": 1}))
    job = prepare(tmp_path / "b", model, "dpo", "pairs", data, {"epochs": 1, "loraRank": 2})
    two, _ = here(train_dpo.train, {**job, "seed": 8})
    said = [" ".join(line["text"] for line in of(lines, "log")) for lines in (one, two)]
    assert "0 from the cache, 16 computed" in said[0]
    assert "16 from the cache, 0 computed" in said[1]


def test_weights_reach_the_loss(tmp_path: Path, model: Path, here: Here) -> None:
    data = rows(8, pair_row)
    weighted = [{**row, "weight": 2 if number < 4 else 0} for number, row in enumerate(data)]
    config = {"batchSize": 8, "epochs": 1, "lossTypes": ["sigmoid"], "lossWeights": [1]}
    lines, results = here(train_dpo.train, prepare(tmp_path, model, "dpo", "pairs", weighted, config))
    assert results["pairs"] == 4
    assert any("4 with weight 0" in line["text"] for line in of(lines, "log"))
    assert losses(lines)[1] == pytest.approx(2 * 0.693147, abs=1e-4)
    with pytest.raises(JobError, match="weight is -1"):
        bad = [{**data[0], "weight": -1}]
        here(train_dpo.train, prepare(tmp_path / "bad", model, "dpo", "pairs", bad, config))


def test_held_out_pairs_choose_the_best_weights_and_the_end(tmp_path: Path, model: Path, here: Here) -> None:
    """Answers without a rule: the held-out loss soon rises, the run stops, and the best weights are the ones written."""
    data = rows(
        24, lambda n, a, b: {**pair_row(n, a, b), "chosen": f"Fry the {b}.", "rejected": f"Boil the {a}."}
    )
    config = {"epochs": 30, "evalShare": 0.25, "evalEvery": 2, "earlyStopPatience": 3, "learningRate": 0.05,
              "checkpointEvery": 4}  # fmt: skip
    job = prepare(tmp_path, model, "dpo", "pairs", data, config)
    lines, results = here(train_dpo.train, job)
    curve = {
        line["position"]: line["values"]["eval/loss"]
        for line in of(lines, "metric")
        if "eval/loss" in line["values"]
    }
    best = min(curve, key=lambda step: curve[step])
    assert results["best_step"] == best
    assert results["best_eval_loss"] == pytest.approx(curve[best])
    total = of(lines, "run-start")[0]["totalSteps"]
    assert results["steps"] == best + 6 < total
    assert len(of(lines, "sample")) == 3 * len(curve)
    kept = load_file(tmp_path / "checkpoints" / "best" / "adapter_model.safetensors")
    written = load_file(tmp_path / "output" / "adapter" / "adapter_model.safetensors")
    assert all(torch.equal(weight.half().float(), written[name]) for name, weight in kept.items())
    first, *_ = sorted(int(line["path"].split("-")[1]) for line in of(lines, "checkpoint")[-2:])
    again, resumed = here(train_dpo.train, {**job, "resumeFrom": f"checkpoints/checkpoint-{first}"})
    # What was counted after that checkpoint does not count twice.
    assert {name: resumed[name] for name in ("steps", "best_step", "best_eval_loss")} == pytest.approx(
        {name: results[name] for name in ("steps", "best_step", "best_eval_loss")}
    )
    assert losses_of_training(again).keys() == set(range(first + 1, best + 7))


@pytest.mark.parametrize("config", [{"loraRslora": True}, {"warmupRatio": 0.5, "lrSchedule": "cosine"}])
def test_settings_of_the_adapter_and_the_schedule(
    tmp_path: Path, model: Path, here: Here, config: dict[str, Any]
) -> None:
    lines, _ = here(train_dpo.train, prepare(tmp_path, model, "dpo", "pairs", rows(16, pair_row), config))
    rates = [line["values"]["learning_rate"] for line in of(lines, "metric")]
    if "warmupRatio" in config:
        assert rates.index(max(rates)) == 4  # half of eight steps
    adapter = json.loads((tmp_path / "output" / "adapter" / "adapter_config.json").read_text())
    stabilised = config.get("loraRslora", False)
    assert adapter["use_rslora"] is stabilised
    stored = gguf.GGUFReader(tmp_path / "output" / "adapter.gguf").fields["adapter.lora.alpha"].contents()
    assert stored == (
        16.0 if stabilised else 8.0
    )  # alpha 8 over the root of rank 4, where llama.cpp divides by 4


def test_dora_is_written_as_a_whole_model(tmp_path: Path, model: Path, here: Here) -> None:
    job = prepare(tmp_path, model, "dpo", "pairs", rows(8, pair_row), {"loraDora": True, "epochs": 1})
    lines, _ = here(train_dpo.train, job)
    assert {line["role"] for line in of(lines, "artifact")} == {"hf", "gguf"}
    before, after = (load_file(path / "model.safetensors") for path in (model, tmp_path / "output" / "hf"))
    name = "model.layers.0.self_attn.q_proj.weight"
    assert not torch.allclose(before[name], after[name], atol=1e-3)


def test_qlora_trains_resumes_and_merges(tmp_path: Path, model: Path, here: Here) -> None:
    data = rows(16, pair_row)
    config = {"precision": "nf4", "checkpointEvery": 4, "loraDropout": 0.1}
    lines, _ = here(train_dpo.train, prepare(tmp_path / "a", model, "dpo", "pairs", data, config))
    assert of(lines, "run-start")[0]["precision"] == "nf4"
    whole = losses(lines)
    assert whole[8] < whole[1]
    job = prepare(tmp_path / "b", model, "dpo", "pairs", data, config, resumeFrom="checkpoints/checkpoint-4")
    shutil.copytree(
        tmp_path / "a" / "checkpoints" / "checkpoint-4", tmp_path / "b" / "checkpoints" / "checkpoint-4"
    )
    resumed = losses(here(train_dpo.train, job)[0])
    assert resumed == pytest.approx({step: whole[step] for step in (5, 6, 7, 8)}, abs=1e-6)
    adapter = tmp_path / "a" / "output" / "adapter"
    ids = torch.tensor([[5, 9, 14, 7]])
    on_top = load_model(model, adapter)
    with torch.no_grad():
        apart = on_top.eval()(input_ids=ids).logits
        merged = PeftModel.from_pretrained(load_model(model), adapter).merge_and_unload()
        assert torch.allclose(merged.eval()(input_ids=ids).logits, apart, atol=1e-4)
        assert not torch.allclose(load_model(model).eval()(input_ids=ids).logits, apart, atol=1e-3)


def test_sft_of_full_weights_writes_a_model(tmp_path: Path, model: Path, here: Here) -> None:
    data = rows(16, lambda n, a, b: {"text": f"I have {a}. Price is ${n}"})
    config = {"fullWeights": True, "responseTemplate": "Price is $", "learningRate": 0.003, "epochs": 4,
              "evalShare": 0.2, "evalEvery": 8}  # fmt: skip
    lines, results = here(train_sft.train, prepare(tmp_path, model, "sft", "examples", data, config))
    curve = losses_of_training(lines)
    assert curve[max(curve)] < curve[1]
    begun = of(lines, "run-start")[0]
    assert begun["trainableParameters"] == begun["parameters"]
    assert {line["role"] for line in of(lines, "artifact")} == {"hf", "gguf"}
    assert results["examples"] < 16


def losses_of_training(lines: list[Event]) -> dict[int, float]:
    return {
        line["position"]: line["values"]["loss"] for line in of(lines, "metric") if "loss" in line["values"]
    }


def test_kto_learns_from_single_thumbs(tmp_path: Path, model: Path, here: Here) -> None:
    data = rows(16, lambda n, a, b: {
        "system": f"You cook for guest {n}.", "user": f"I have {a}.",
        "answer": f"Fry the {a} and serve." if n % 2 else f"Boil the {b}.", "thumb": "up" if n % 2 else "down",
    })  # fmt: skip
    job = prepare(tmp_path, model, "kto", "thumbs", data, {"epochs": 6, "checkpointEvery": 12})
    lines, _ = here(train_kto.train, job)
    metrics = [line["values"] for line in of(lines, "metric")]
    assert metrics[0]["kl"] == pytest.approx(0, abs=1e-4)
    assert metrics[-1]["rewards/margins"] > 0.05
    assert {line["role"] for line in of(lines, "artifact")} == {"adapter", "adapter-gguf"}
    again = {**job, "resumeFrom": "checkpoints/checkpoint-12"}
    whole, resumed = losses(lines), losses(here(train_kto.train, again)[0])
    assert resumed == pytest.approx({step: whole[step] for step in range(13, 25)}, abs=1e-6)


def test_a_stop_inside_a_long_step_is_resumed_exactly(tmp_path: Path, model: Path, here: Here) -> None:
    """A run that is asked to stop between two micro-batches ends with a checkpoint of the step before."""
    data = rows(16, pair_row)
    config = {"batchSize": 8, "microBatchTokens": 64, "epochs": 3, "prefixSharing": "off"}
    whole = losses(here(train_dpo.train, prepare(tmp_path / "a", model, "dpo", "pairs", data, config))[0])

    class Later(StopFlag):
        """Set after it was read so many times: each micro-batch reads it once."""

        def __init__(self, reads: int) -> None:
            self.reads = reads

        @property
        def is_set(self) -> bool:  # type: ignore[override]
            self.reads -= 1
            return self.reads < 0

    job = prepare(tmp_path / "b", model, "dpo", "pairs", data, config)
    lines, results = here(train_dpo.train, job, Later(40))
    assert results["canceled"]
    done = int(results["steps"])
    assert 0 < done < 6
    assert of(lines, "checkpoint")[-1]["path"] == f"checkpoints/checkpoint-{done}"
    resumed = losses(here(train_dpo.train, {**job, "resumeFrom": f"checkpoints/checkpoint-{done}"})[0])
    assert resumed == pytest.approx({step: whole[step] for step in range(done + 1, 7)}, abs=1e-6)


def test_sigterm_ends_a_run_with_a_checkpoint(tmp_path: Path, model: Path) -> None:
    job = prepare(
        tmp_path, model, "dpo", "pairs", rows(24, pair_row), {"epochs": 100, "microBatchTokens": 64}
    )
    process = start("train_dpo.py", job)
    assert process.stdout
    lines: list[Event] = []
    for line in process.stdout:
        lines.append(json.loads(line))
        if lines[-1]["type"] == "metric" and lines[-1]["position"] == 3:
            process.send_signal(signal.SIGTERM)
    assert process.wait(300) == 0
    assert lines[-1]["status"] == "canceled"
    step = int(lines[-1]["results"]["steps"])
    assert (tmp_path / of(lines, "checkpoint")[-1]["path"]).name == f"checkpoint-{step}"
