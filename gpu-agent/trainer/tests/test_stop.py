"""A run that is asked to end early and keep its model, and one that was canceled and goes on: what they leave."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import TINY, Event, job_of, of, run
from safetensors.torch import load_file
from test_pretrain import prepared
from test_runs import Here, pair_row, prepare, rows
from test_runs import here as here

import train_dpo
import train_kto
import train_sft
from process import events
from process.stop import StopFlag


def example_row(number: int, food: str, other: str) -> dict[str, Any]:
    return {"text": f"Guest {number} has {food}. Fry the {food} with {other}."}


def thumb_row(number: int, food: str, other: str) -> dict[str, Any]:
    return {"system": f"You cook for guest {number}.", "user": f"I have {food}.",
            "answer": f"Fry the {food} and serve.", "thumb": "up" if number % 2 else "down"}  # fmt: skip


KINDS = {
    "sft": (train_sft.train, "examples", example_row),
    "dpo": (train_dpo.train, "pairs", pair_row),
    "kto": (train_kto.train, "thumbs", thumb_row),
}
CONFIG: dict[str, object] = {"checkpointEvery": 3, "loraDropout": 0.1}


def config_of(kind: str) -> dict[str, object]:
    """Sharing is else decided by a measurement of time: runs that decide differently differ in their last bits."""
    return {**CONFIG, "prefixSharing": "on"} if kind == "dpo" else CONFIG


def ask(work: Path, after: int) -> StopFlag:
    """What the agent writes when somebody wants the run to end after a step."""
    flag = StopFlag()
    flag.keep_file = work / "stop.json"
    flag.keep_file.write_text(json.dumps({"afterStep": after}), encoding="utf-8")
    return flag


def adapter(folder: Path) -> dict[str, torch.Tensor]:
    """As it is exported: in half precision."""
    return {name: weight.half() for name, weight in load_file(folder / "adapter_model.safetensors").items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(weight, other[name]) for name, weight in one.items()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_stops_at_a_step_leaves_what_its_checkpoint_has(
    kind: str, tmp_path: Path, model: Path, here: Here
) -> None:
    train, name, row = KINDS[kind]
    data = rows(12, row)
    whole, _ = here(train, prepare(tmp_path / "whole", model, kind, name, data, config_of(kind)))
    assert of(whole, "checkpoint")[0]["step"] == 3
    job = prepare(tmp_path / "early", model, kind, name, data, config_of(kind))
    flag = ask(tmp_path / "early", 3)
    lines, results = here(train, job, flag)
    assert flag.stopped == {"step": 3, "totalSteps": 6, "reason": "request"}
    assert results["steps"] == 3
    assert [line["position"] for line in of(lines, "metric")] == [1, 2, 3]
    assert {line["role"] for line in of(lines, "artifact")} == {"adapter", "adapter-gguf"}
    exported = adapter(tmp_path / "early" / "output" / "adapter")
    assert same(exported, adapter(tmp_path / "whole" / "checkpoints" / "checkpoint-3"))

    # The agent died while the files were written: the next attempt takes no further step.
    again = ask(tmp_path / "early", 3)
    lines, results = here(train, {**job, "resumeFrom": "checkpoints/checkpoint-3"}, again)
    assert (again.stopped, results["steps"]) == (flag.stopped, 3)
    assert of(lines, "metric") == []
    assert same(adapter(tmp_path / "early" / "output" / "adapter"), exported)


def test_the_last_weights_are_evaluated_and_the_best_ones_kept(
    tmp_path: Path, model: Path, here: Here
) -> None:
    config = {"evalShare": 0.25, "evalEvery": 2, "epochs": 4}
    job = prepare(tmp_path, model, "dpo", "pairs", rows(16, pair_row), config)
    lines, results = here(train_dpo.train, job, ask(tmp_path, 5))
    held_out = [line["position"] for line in of(lines, "metric") if "eval/loss" in line["values"]]
    assert held_out == [2, 4, 5]
    assert results["best_step"] in held_out


def test_a_cancel_after_it_wins(tmp_path: Path, model: Path, here: Here) -> None:
    flag = ask(tmp_path, 2)
    flag.is_set = True
    job = prepare(tmp_path, model, "dpo", "pairs", rows(12, pair_row), CONFIG)
    lines, results = here(train_dpo.train, job, flag)
    assert (results.get("canceled"), flag.stopped, of(lines, "artifact")) == (1, None, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_canceled_run_goes_on_to_the_same_losses_bit_for_bit(
    kind: str, tmp_path: Path, model: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, name, row = KINDS[kind]
    data = rows(12, row)
    whole, _ = here(train, prepare(tmp_path / "whole", model, kind, name, data, config_of(kind)))
    job = prepare(tmp_path / "cut", model, kind, name, data, config_of(kind))
    flag = StopFlag()

    emit = events.emit

    def cancel_after_four(event: Event) -> None:
        emit(event)
        flag.is_set = flag.is_set or (event["type"] == "metric" and event["position"] == 4)

    with monkeypatch.context() as patched:
        patched.setattr(events, "emit", cancel_after_four)
        lines, results = here(train, job, flag)
    assert results["canceled"] == 1
    at = of(lines, "checkpoint")[-1]
    rest, _ = here(train, {**job, "resumeFrom": at["path"]})
    figures = {line["position"]: line["values"]["loss"] for line in of(whole, "metric")}
    assert {line["position"]: line["values"]["loss"] for line in of(rest, "metric")} == {
        step: loss for step, loss in figures.items() if step > at["step"]
    }
    assert same(*(adapter(tmp_path / part / "output" / "adapter") for part in ("cut", "whole")))


def test_the_starter_model_is_kept_as_it_is(tmp_path: Path) -> None:
    work, inputs = prepared(tmp_path), {"ontology": "inputs/ontology.json"}
    ask(work, 11)
    lines = run("pretrain.py", job_of("pretrain", work, inputs, TINY, stopFile="stop.json"))
    end = lines[-1]
    assert end["status"] == "finished"
    assert end["stopped"] == {"step": 11, "totalSteps": 20, "reason": "request"}
    assert end["results"]["steps"] == 11 and math.isfinite(end["results"]["loss"])
    assert {line["role"] for line in of(lines, "artifact")} == {"hf", "gguf"}
    at = of(lines, "checkpoint")[-1]
    assert at["step"] == 11
    weights, exported = (
        load_file(folder / "model.safetensors")
        for folder in (tmp_path / at["path"], tmp_path / "output" / "hf")
    )
    assert same({name: w.half() for name, w in weights.items()}, {n: w.half() for n, w in exported.items()})
