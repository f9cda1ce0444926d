"""Stock TRL against ours, side by side in one process: `python studies/bench_train.py [--rounds 2] [--methods dpo,sft]`.

Every arm trains the same random weights on the same pairs of recipe length, in the order A B C A B C: A stock as people
use it (padded, gradient checkpointing, NF4 on CUDA), B ours at the same settings, C ours with precision and
checkpointing free. Seconds hold the whole of an arm but loading: the reference too, computed again in each round.
"""

import argparse
import copy
import json
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import (
    PreTrainedTokenizerFast,
    PrinterCallback,
    TrainerCallback,
)
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

from engine.counters import EngineOptions
from engine.dpo_trainer import PalateDpoTrainer
from engine.packing import Sequence
from engine.sft_trainer import PalateSftTrainer
from model.load import load_model
from model.quantize import nf4_config
from process.device import choose_device, compute_type
from run.lifecycle import silence_libraries
from studies.bench_data import SEED, SHAPES, longest, make_model, make_pairs, make_tokenizer
from studies.bench_peak import Peak

ARMS = ("stock", "ours, same settings", "ours, free")


@dataclass
class Bench:
    """`micro` times `accumulate` pairs are a step."""

    device: torch.device
    folder: Path
    tokenizer: PreTrainedTokenizerFast
    items: int
    epochs: int
    micro: int = 4
    accumulate: int = 4

    @property
    def quantized(self) -> bool:
        return self.device.type == "cuda"


@dataclass
class Result:
    """`useful_tokens` are those that stock would not call padding, the same number in every arm."""

    method: str
    arm: str
    seconds: float
    useful_tokens: int
    peak_bytes: int
    losses: list[float]
    counters: dict[str, Any]

    @property
    def speed(self) -> float:
        return self.useful_tokens / self.seconds


class Losses(TrainerCallback):
    def __init__(self) -> None:
        self.values: list[float] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
        if "loss" in logs:
            self.values.append(float(logs["loss"]))


class StockDpo(DPOTrainer):
    """Takes token ids, as ours does: tokenization is no part of the bench."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset


def load(bench: Bench, free: bool) -> Any:
    if bench.quantized and not free:
        return load_model(
            bench.folder, dtype=torch.bfloat16, quantization=nf4_config(torch.bfloat16), device=bench.device
        )
    dtype = torch.bfloat16 if bench.quantized else torch.float32
    return load_model(bench.folder, dtype=dtype).to(bench.device)


def lora(method: str) -> LoraConfig:
    """Persona DPO: r 16, alpha 16, dropout 0.05, q/k/v/o. Llama-3.2-3B SFT: r 16, alpha 16, all projections."""
    targets = ["q_proj", "k_proj", "v_proj", "o_proj"]
    if method == "sft":
        return LoraConfig(r=16, lora_alpha=16, target_modules=[*targets, "gate_proj", "up_proj", "down_proj"],
                          task_type="CAUSAL_LM")  # fmt: skip
    return LoraConfig(r=16, lora_alpha=16, lora_dropout=0.05, target_modules=targets, task_type="CAUSAL_LM")


def arguments(bench: Bench, method: str, stock: bool) -> dict[str, Any]:
    return {
        "output_dir": str(bench.folder.parent / "out"),
        "per_device_train_batch_size": bench.micro if stock else bench.micro * bench.accumulate,
        "gradient_accumulation_steps": bench.accumulate if stock else 1,
        "num_train_epochs": bench.epochs,
        "learning_rate": 5e-5 if method == "dpo" else 2e-4,
        "logging_steps": 1, "save_strategy": "no", "report_to": [], "disable_tqdm": True, "seed": SEED,
        "data_seed": SEED, "use_cpu": bench.device.type == "cpu", "dataloader_pin_memory": False,
        "bf16": bench.quantized and compute_type(bench.device) == torch.bfloat16, "gradient_checkpointing": stock, "max_length": None,
    }  # fmt: skip


def build(bench: Bench, method: str, arm: str, model: Any, cache: Path) -> Any:
    pairs = make_pairs(bench.items, model.config.vocab_size)
    stock, free = arm == "stock", arm == "ours, free"
    common = {"model": model, "processing_class": bench.tokenizer, "peft_config": lora(method)}
    options = EngineOptions(
        precision="nf4" if bench.quantized and not free else "bf16" if bench.quantized else "fp32",
        checkpointing="auto" if free else "on",
        # At the same settings a micro-batch has the room of stock's, padding included; free, as much as fits.
        budget=0 if free else bench.micro * (2 if method == "dpo" else 1) * longest(pairs),
    )
    args = arguments(bench, method, stock)
    if method == "dpo" and stock:
        rows = [{"prompt_ids": p.prompt, "chosen_ids": p.chosen, "rejected_ids": p.rejected} for p in pairs]
        return StockDpo(args=DPOConfig(**args, beta=0.1), train_dataset=Dataset.from_list(rows), **common)
    if method == "dpo":
        return PalateDpoTrainer(
            args=DPOConfig(**args, beta=0.1),
            pairs=pairs,
            options=options,
            cache=cache,
            base="bench",
            **common,
        )
    if stock:
        rows = [
            {"input_ids": p.prompt + p.chosen, "labels": [-100] * len(p.prompt) + p.chosen} for p in pairs
        ]
        prepared = {"skip_prepare_dataset": True}
        return SFTTrainer(
            args=SFTConfig(**args, dataset_kwargs=prepared), train_dataset=Dataset.from_list(rows), **common
        )
    examples = [
        Sequence(p.prompt + p.chosen, [False] * len(p.prompt) + [True] * len(p.chosen)) for p in pairs
    ]
    return PalateSftTrainer(args=SFTConfig(**args), examples=examples, options=options, **common)


def clock(device: torch.device) -> float:
    """Seconds. On a CPU those that this process had the processor: other work on the machine is no part of it."""
    return time.perf_counter() if device.type == "cuda" else time.process_time()


def useful(bench: Bench, method: str, vocabulary: int) -> int:
    pairs = make_pairs(bench.items, vocabulary)
    once = sum(len(p.prompt) + len(p.chosen) for p in pairs)
    if method == "dpo":
        once += sum(len(p.prompt) + len(p.rejected) for p in pairs)
    return once * bench.epochs


def measure(bench: Bench, method: str, arm: str) -> Result:
    """One arm, from the loaded model to the last step."""
    model = load(bench, arm == "ours, free")
    cache, losses = Path(tempfile.mkdtemp()), Losses()
    vocabulary = model.config.vocab_size
    with Peak(bench.device) as peak:
        torch.manual_seed(SEED)
        began = clock(bench.device)
        trainer = build(bench, method, arm, model, cache)
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(losses)
        trainer.train()
        if bench.device.type == "cuda":
            torch.cuda.synchronize(bench.device)
        seconds = clock(bench.device) - began
    counters = asdict(trainer.counters) if hasattr(trainer, "counters") else {}
    del trainer, model
    shutil.rmtree(cache)
    return Result(
        method, arm, seconds, useful(bench, method, vocabulary), peak.bytes, losses.values, counters
    )


def warm_up(bench: Bench, methods: list[str]) -> None:
    """Kernels are chosen and memory pools grown before anything is timed."""
    small = copy.copy(bench)
    small.items, small.epochs = bench.micro * bench.accumulate, 1
    for method in methods:
        for arm in ARMS:
            measure(small, method, arm)


def table(results: list[Result], methods: list[str]) -> str:
    lines = [
        "| | tokens/s | times stock | peak memory, GB | final loss | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for method in methods:
        base = median(item.speed for item in results if item.method == method and item.arm == "stock")
        for arm in ARMS:
            some = [item for item in results if item.method == method and item.arm == arm]
            speed = median(item.speed for item in some)
            memory = max(item.peak_bytes for item in some) / 1e9
            with_what = some[-1].counters.get("memory_plan", "")
            if some[-1].counters.get("prefix_sharing"):
                with_what += ", prompts shared"
            lines.append(
                f"| {method.upper()}, {arm} | {speed:,.0f} | {speed / base:.2f} | {memory:.2f} | "
                f"{some[-1].losses[-1]:.5f} | {with_what} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--methods", default="dpo,sft")
    parser.add_argument("--items", type=int, default=0, help="pairs; 0 for 16 on a CPU, 64 on a GPU")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    silence_libraries()
    if options.threads:
        torch.set_num_threads(options.threads)
    device = choose_device()
    methods = options.methods.split(",")
    work = Path(tempfile.mkdtemp(prefix="palate-bench-"))
    try:
        make_model(device, work / "model")
        shape = SHAPES[device.type]
        items = options.items or (64 if device.type == "cuda" else 16)
        bench = Bench(device, work / "model", make_tokenizer(shape["vocab_size"]), items, options.epochs)
        warm_up(bench, methods)
        results = []
        for number in range(options.rounds):
            for method in methods:
                for arm in ARMS:
                    results.append(measure(bench, method, arm))
                    print(
                        f"round {number + 1}: {method}, {arm}: {results[-1].speed:,.0f} tokens/s", flush=True
                    )
    finally:
        shutil.rmtree(work, ignore_errors=True)
    name = (
        torch.cuda.get_device_name(device)
        if device.type == "cuda"
        else f"CPU, {torch.get_num_threads()} threads"
    )
    print(f"\n{name}; {items} pairs, {options.epochs} epochs, 16 pairs a step; random Llama, hidden "
          f"{shape['hidden_size']}, {shape['num_hidden_layers']} layers, vocabulary {shape['vocab_size']:,}\n")  # fmt: skip
    print(table(results, methods))
    print(json.dumps({"device": name, "shape": shape, "items": items, "epochs": options.epochs,
                      "results": [asdict(item) | {"tokens_per_second": item.speed} for item in results]}))  # fmt: skip


if __name__ == "__main__":
    main()
