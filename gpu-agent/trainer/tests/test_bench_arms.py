"""The arms of `npm run bench train`: what each is set to, which may begin, and what is said of those that do not."""

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from trl import DPOConfig, SFTConfig

from studies import bench_arms, bench_run, bench_train
from studies.bench_arms import ARMS, BY_HAND, FREE, LIGER, STOCK, Arm, Bench, Failure, Result, configure
from studies.bench_data import SHAPES, make_model, make_tokenizer
from studies.bench_flops import Flops
from studies.bench_run import OwnProcess, Runner
from studies.bench_schedule import Schedule

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
SMALL = {"vocab_size": 64, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
         "num_attention_heads": 2, "num_key_value_heads": 1}  # fmt: skip


def bench_on(device: torch.device, folder: Path = Path("model")) -> Bench:
    return Bench(device, folder, make_tokenizer(64), items=16, epochs=1)


@pytest.fixture
def with_bf16(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU with bf16 instructions, which this machine need not have."""
    monkeypatch.setenv("PALATE_TRAINER_BF16", "on")
    monkeypatch.setattr("transformers.training_args.is_torch_bf16_gpu_available", lambda: True)


@pytest.mark.parametrize("method", ("dpo", "sft"))
@pytest.mark.usefixtures("with_bf16")
def test_trl_by_hand_and_with_liger_are_set_as_someone_would_on_a_gpu(method: str) -> None:
    hand, liger, stock = (configure(bench_on(CUDA), method, arm) for arm in (BY_HAND, LIGER, STOCK))
    assert isinstance(hand, DPOConfig if method == "dpo" else SFTConfig)
    for config in (hand, liger):
        assert (config.bf16, config.gradient_checkpointing) == (True, False)
        assert config.optim == "adamw_torch_fused"
        assert (config.per_device_train_batch_size, config.gradient_accumulation_steps) == (4, 4)
    assert (hand.use_liger_kernel, liger.use_liger_kernel, stock.use_liger_kernel) == (False, True, False)
    assert (stock.bf16, stock.gradient_checkpointing) == (True, True), "stock stays as people use it"


@pytest.mark.usefixtures("with_bf16")
def test_by_hand_the_base_is_in_half_precision_and_not_in_nf4(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[dict[str, Any]] = []

    class Model:
        def to(self, _: torch.device) -> "Model":
            return self

    def load_model(_: Path, **how: Any) -> Model:
        loaded.append(how)
        return Model()

    monkeypatch.setattr(bench_arms, "load_model", load_model)
    for arm in (STOCK, BY_HAND, LIGER):
        bench_arms.load(bench_on(CUDA), arm)
    assert ["quantization" in how for how in loaded] == [True, False, False]
    assert [how["dtype"] for how in loaded] == [torch.bfloat16] * 3
    bench_arms.load(bench_on(CPU), BY_HAND)
    monkeypatch.setenv("PALATE_TRAINER_BF16", "off")
    bench_arms.load(bench_on(CUDA), BY_HAND)
    assert [how["dtype"] for how in loaded[3:]] == [torch.float32] * 2, "a CPU, and a GPU without bf16"


def test_without_cuda_or_its_package_liger_says_why_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bench_arms.why_not_here(LIGER, CPU) == (
        "Liger's kernels need a CUDA device, and this machine has none."
    )
    monkeypatch.setattr(bench_arms, "is_liger_kernel_available", lambda: False)
    monkeypatch.setattr(importlib.metadata, "version", not_found)
    why = bench_arms.why_not_here(LIGER, CUDA) or ""
    assert "which is not installed" in why and "-m pip install 'liger-kernel>=" in why and "\n" not in why
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "0.3.0")
    assert "which has version 0.3.0" in (bench_arms.why_not_here(LIGER, CUDA) or "")
    monkeypatch.setattr(bench_arms, "is_liger_kernel_available", lambda: True)
    assert bench_arms.why_not_here(LIGER, CUDA) is None
    assert [arm for arm in ARMS if bench_arms.why_not_here(arm, CPU)] == [LIGER]


def not_found(name: str) -> str:
    raise importlib.metadata.PackageNotFoundError(name)


def test_before_a_deadline_an_arm_begins_only_where_it_can_end() -> None:
    key, other = ("dpo", "stock"), ("dpo", "ours, free")
    schedule = Schedule(deadline=100, scale=12)
    assert schedule.why_not(key, 0, warm_up=True) is None, "nothing is known yet"
    schedule.note_warm_up(key, wall=8, training=5)
    assert schedule.why_not(key, 80, warm_up=True) is None
    assert schedule.why_not(other, 92, warm_up=True) is not None, (
        "a warm-up took 8 s, and a tenth more is kept"
    )
    # Before its first round: 3 s of loading and 12 times 5 s of training.
    assert schedule.expected(key) == 63
    assert schedule.why_not(key, 30) is None
    assert schedule.why_not(key, 31) == (
        "it takes about 69 s, and 69 s are left before the deadline of 100 s"
    )
    schedule.note(key, 20)
    schedule.note(key, 18)
    assert schedule.expected(key) == 20, "its own longest round"
    # A warm-up of an arm that compiles its kernels says too much: no longer than the longest of the others.
    schedule.note_warm_up(other, wall=60, training=55)
    assert schedule.expected(other) == 20
    assert schedule.why_not(other, 78) is None and schedule.why_not(other, 79) is not None
    assert (schedule.why_not(other, 101) or "").endswith("0 s are left before the deadline of 100 s")
    assert Schedule(deadline=None, scale=12).why_not(key, 1e9) is None


def test_each_result_is_said_as_it_comes_and_what_is_left_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With arms that do not train: one has no memory, one is broken in its second round, and time runs out."""
    now, rounds = [0.0], dict[str, int]()

    def trained(bench: Bench, method: str, arm: Arm) -> Result | Failure:
        now[0] += 10
        rounds[arm.name] = rounds.get(arm.name, 0) + 1
        if arm == BY_HAND:
            return Failure("it ran out of memory on this device.", expected=True)
        if arm == FREE and rounds[arm.name] == 3:
            return Failure("it failed: ValueError: no", expected=False)
        return Result(method, arm.name, 8, 800, 10**9, [0.5], {}, Flops(4e9, 2e9))

    monkeypatch.setattr(bench_run, "attempt", trained)
    monkeypatch.setattr("studies.bench_run.time", Clock(now))
    said: list[str] = []
    runner = Runner(bench_on(CPU), ["sft"], Schedule(123, 1), 0.0, 1e9, said.append)
    runner.run(4)
    assert said == [
        "TRL + Liger: left out: Liger's kernels need a CUDA device, and this machine has none.",
        "sft, TRL by hand: left out: it ran out of memory on this device.",
        "round 1: sft, stock: 100 tokens/s, utilization 50.0%, 1.00 GB, 10 s",
        "round 1: sft, ours, same settings: 100 tokens/s, utilization 50.0%, 1.00 GB, 10 s",
        "round 1: sft, ours, free: 100 tokens/s, utilization 50.0%, 1.00 GB, 10 s",
        "round 2: sft, stock: 100 tokens/s, utilization 50.0%, 1.00 GB, 10 s",
        "round 2: sft, ours, same settings: 100 tokens/s, utilization 50.0%, 1.00 GB, 10 s",
        "round 2: sft, ours, free: left out: it failed: ValueError: no",
        "round 3: sft, stock: 100 tokens/s, utilization 50.0%, 1.00 GB, 10 s",
        "round 3: sft, ours, same settings: 100 tokens/s, utilization 50.0%, 1.00 GB, 10 s",
        "round 4: sft, stock: left out: it takes about 11 s, and 3 s are left before the deadline of 123 s",
        "round 4: sft, ours, same settings: left out: it takes about 11 s, and 3 s are left before the deadline of 123 s",
    ]
    assert runner.failed, "one arm was broken"
    assert len(runner.results) == 7 and len(runner.left_out) == 5


class Clock:
    def __init__(self, now: list[float]) -> None:
        self.now = now

    def time(self) -> float:
        return self.now[0]

    monotonic = time


def test_the_bench_of_a_tiny_model_ends_in_a_line_of_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One step of SFT in every arm that a CPU has."""
    monkeypatch.setitem(SHAPES, "cpu", SMALL)
    monkeypatch.setattr(bench_train, "choose_device", lambda: CPU)
    assert bench_train.main(["--rounds", "1", "--methods", "sft", "--epochs", "1", "--items", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rounds = [line for line in lines if line.startswith("round 1: sft, ")]
    assert [line.split(": ")[1] for line in rounds] == [
        "sft, stock", "sft, ours, same settings", "sft, ours, free", "sft, TRL by hand",
    ]  # fmt: skip
    last = json.loads(lines[-1])
    assert {"device", "shape", "items", "epochs", "results", "mfu", "peak", "leftOut"} == set(last)
    assert [item["arm"] for item in last["results"]] == list(last["mfu"]["sft"])
    assert {item["useful_tokens"] for item in last["results"]} == {last["results"][0]["useful_tokens"]}
    losses = [item["losses"][-1] for item in last["results"]]
    assert max(losses) - min(losses) < 1e-3, "every arm trains the same"
    assert all(0 < value < 1 for value in last["mfu"]["sft"].values())
    assert [(item["arm"], item["method"], item["round"]) for item in last["leftOut"]] == [
        ("TRL + Liger", None, None)
    ]


def test_an_arm_in_a_process_of_its_own_comes_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Liger's does; here stock's, and one whose model is missing, which ends alone."""
    monkeypatch.setitem(SHAPES, "cpu", SMALL)
    make_model(CPU, tmp_path / "model")
    own = OwnProcess()
    try:
        done = own.attempt(bench_on(CPU, tmp_path / "model"), "sft", STOCK)
        missing = own.attempt(bench_on(CPU, tmp_path / "none"), "sft", STOCK)
    finally:
        own.close()
    assert isinstance(done, Result) and done.losses and done.flops.model > 0
    assert isinstance(missing, Failure) and not missing.expected and missing.reason.startswith("it failed: ")
