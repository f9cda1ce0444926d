"""TRL against ours, side by side: `python studies/bench_train.py [--rounds 2] [--methods dpo,sft] [--deadline 480]`.

Every arm trains the same random weights on the same pairs of recipe length, in the order A B C A B C. Stock is TRL as
people use it (padded, gradient checkpointing, NF4 on CUDA); ours at the same settings; ours with precision and
checkpointing free; TRL by hand, as someone sets it who knows the device (bf16 where the device has it, no checkpointing,
fused AdamW on CUDA); and the same with Liger's kernels, in a process of its own. Seconds hold the whole of an arm but
loading: the reference too, computed again in each round. The last line is JSON.
"""

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import torch

from process.device import choose_device
from run.lifecycle import silence_libraries
from studies.bench_arms import ARMS, STOCK, Bench, Result
from studies.bench_data import SHAPES, make_model, make_tokenizer
from studies.bench_peak import ComputePeak, find_peak
from studies.bench_run import Runner
from studies.bench_schedule import Schedule


def table(results: list[Result], methods: list[str], peak: float) -> str:
    lines = [
        "| | tokens/s | times stock | utilization, 6N a token | what a LoRA needs | peak memory, GB | final loss | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for method in methods:
        stock = [item.speed for item in results if item.method == method and item.arm == STOCK.name]
        for arm in ARMS:
            some = [item for item in results if item.method == method and item.arm == arm.name]
            if some:
                lines.append(line(some, median(stock) if stock else None, peak))
    return "\n".join(lines)


def line(some: list[Result], stock: float | None, peak: float) -> str:
    """The medians of an arm's rounds; `stock` is stock's in tokens/s."""
    last, speed = some[-1], median(item.speed for item in some)
    times = f"{speed / stock:.2f}" if stock else "-"
    used = [item.utilization(peak) for item in some]
    shares = f"{median(item.model for item in used):.1%} | {median(item.needed for item in used):.1%}"
    memory = max(item.peak_bytes for item in some) / 1e9
    how = last.counters.get("memory_plan", "")
    if last.counters.get("prefix_sharing"):
        how += ", prompts shared"
    return (
        f"| {last.method.upper()}, {last.arm} | {speed:,.0f} | {times} | {shares} | {memory:.2f} | "
        f"{last.losses[-1]:.5f} | {how} |"
    )


def as_json(runner: Runner, name: str, peak: ComputePeak, shape: dict[str, int]) -> dict[str, Any]:
    """The last line: every result, the median utilization by method and arm, and what was left out."""
    rows = [
        asdict(item) | {"tokens_per_second": item.speed, "mfu": item.utilization(peak.flops).model}
        for item in runner.results
    ]
    found: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        found.setdefault(row["method"], {}).setdefault(row["arm"], []).append(row["mfu"])
    return {
        "device": name, "shape": shape, "items": runner.bench.items, "epochs": runner.bench.epochs, "results": rows,
        "mfu": {method: {arm: median(some) for arm, some in arms.items()} for method, arms in found.items()},
        "peak": asdict(peak), "leftOut": [asdict(item) for item in runner.left_out],
    }  # fmt: skip


def read_options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--methods", default="dpo,sft")
    parser.add_argument("--items", type=int, default=0, help="pairs; 0 for 16 on a CPU, 64 on a GPU")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--deadline", type=float, default=None,
                        help="seconds from the start of the process; no arm begins that cannot end in time")  # fmt: skip
    options = parser.parse_args(arguments)
    unknown = set(options.methods.split(",")) - {"dpo", "sft"}
    if unknown:
        parser.error(f"there is no method {', '.join(sorted(unknown))}; choose of dpo and sft")
    return options


def main(arguments: list[str] | None = None) -> int:
    options = read_options(arguments)
    silence_libraries()
    if options.threads:
        torch.set_num_threads(options.threads)
    device = choose_device()
    shape = SHAPES[device.type]
    items = options.items or (64 if device.type == "cuda" else 16)
    work = Path(tempfile.mkdtemp(prefix="palate-bench-"))
    try:
        make_model(device, work / "model")
        bench = Bench(device, work / "model", make_tokenizer(shape["vocab_size"]), items, options.epochs)
        schedule = Schedule(options.deadline, items * options.epochs / (bench.micro * bench.accumulate))
        peak = find_peak(device)
        runner = Runner(
            bench, options.methods.split(","), schedule, psutil.Process().create_time(),
            peak.flops,
        )  # fmt: skip
        runner.run(options.rounds)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    threads = f"CPU, {torch.get_num_threads()} threads"
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else threads
    print(f"\n{name}; {items} pairs, {options.epochs} epochs, 16 pairs a step; random Llama, hidden "
          f"{shape['hidden_size']}, {shape['num_hidden_layers']} layers, vocabulary {shape['vocab_size']:,}; "
          f"peak {peak.flops / 1e12:.3g} TFLOP/s ({peak.source})\n")  # fmt: skip
    print(table(runner.results, runner.methods, peak.flops))
    print(json.dumps(as_json(runner, name, peak, shape)), flush=True)
    return 1 if runner.failed else 0


if __name__ == "__main__":
    sys.exit(main())
