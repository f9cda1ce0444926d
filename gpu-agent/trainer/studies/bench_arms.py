"""The arms of the training bench: how each loads its model, sets its trainer up, and is measured."""

import importlib.metadata
import shutil
import sys
import tempfile
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import PreTrainedTokenizerFast, PrinterCallback, TrainerCallback
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer
from trl.import_utils import LIGER_KERNEL_MIN_VERSION, is_liger_kernel_available

from engine.counters import EngineOptions
from engine.dpo_trainer import PalateDpoTrainer
from engine.packing import Sequence
from engine.sft_trainer import PalateSftTrainer
from engine.step import is_out_of_memory
from model.load import load_model
from model.quantize import nf4_config
from process.device import compute_type
from studies.bench_data import SEED, longest, make_pairs
from studies.bench_flops import Flops, ModelSize, arm_flops
from studies.bench_peak import Peak, clock, release


@dataclass(frozen=True)
class Arm:
    """`engine` is ours, the others are TRL's trainers. `free` is without gradient checkpointing (ours: where it fits) and,
    on CUDA, with the base in half precision instead of NF4. `liger` patches the whole process, so it has its own."""

    name: str
    engine: bool
    free: bool
    liger: bool = False


STOCK = Arm("stock", engine=False, free=False)
SAME = Arm("ours, same settings", engine=True, free=False)
FREE = Arm("ours, free", engine=True, free=True)
BY_HAND = Arm("TRL by hand", engine=False, free=True)
LIGER = Arm("TRL + Liger", engine=False, free=True, liger=True)
ARMS = (STOCK, SAME, FREE, BY_HAND, LIGER)


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
    flops: Flops

    @property
    def speed(self) -> float:
        return self.useful_tokens / self.seconds

    def utilization(self, peak: float) -> Flops:
        """Shares of what a device of this many FLOP/s could have computed in the time."""
        most = self.seconds * peak
        return Flops(self.flops.model / most, self.flops.needed / most)


@dataclass
class Failure:
    """Why an arm did not end. `expected` where the device is too small for it, and nothing is broken."""

    reason: str
    expected: bool


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


def why_not_here(arm: Arm, device: torch.device) -> str | None:
    """Why an arm cannot run on this machine; None where it can."""
    if not arm.liger:
        return None
    if device.type != "cuda":
        return "Liger's kernels need a CUDA device, and this machine has none."
    if is_liger_kernel_available():
        return None
    try:
        found = f"has version {importlib.metadata.version('liger-kernel')}"
    except importlib.metadata.PackageNotFoundError:
        found = "is not installed"
    return (
        f"TRL needs liger-kernel {LIGER_KERNEL_MIN_VERSION} or newer, which {found}; add it with "
        f"{sys.executable} -m pip install 'liger-kernel>={LIGER_KERNEL_MIN_VERSION}'."
    )


def load(bench: Bench, arm: Arm) -> Any:
    if bench.quantized and not arm.free:
        return load_model(
            bench.folder, dtype=torch.bfloat16, quantization=nf4_config(torch.bfloat16), device=bench.device
        )
    half = torch.bfloat16 if arm.engine else compute_type(bench.device)
    return load_model(bench.folder, dtype=half if bench.quantized else torch.float32).to(bench.device)


def lora(method: str) -> LoraConfig:
    """Persona DPO: r 16, alpha 16, dropout 0.05, q/k/v/o. Llama-3.2-3B SFT: r 16, alpha 16, all projections."""
    targets = ["q_proj", "k_proj", "v_proj", "o_proj"]
    if method == "sft":
        return LoraConfig(r=16, lora_alpha=16, target_modules=[*targets, "gate_proj", "up_proj", "down_proj"],
                          task_type="CAUSAL_LM")  # fmt: skip
    return LoraConfig(r=16, lora_alpha=16, lora_dropout=0.05, target_modules=targets, task_type="CAUSAL_LM")


def arguments(bench: Bench, method: str, arm: Arm) -> dict[str, Any]:
    """Of the trainer. What people set by hand where they know their device: no gradient checkpointing, fused AdamW."""
    by_hand: dict[str, Any] = {}
    if not arm.engine and arm.free and bench.device.type == "cuda":
        by_hand = {"optim": "adamw_torch_fused"}
    if arm.liger:
        by_hand["use_liger_kernel"] = True
    return {
        "output_dir": str(bench.folder.parent / "out"),
        "per_device_train_batch_size": bench.micro * (bench.accumulate if arm.engine else 1),
        "gradient_accumulation_steps": 1 if arm.engine else bench.accumulate,
        "num_train_epochs": bench.epochs,
        "learning_rate": 5e-5 if method == "dpo" else 2e-4,
        "logging_steps": 1, "save_strategy": "no", "report_to": [], "disable_tqdm": True, "seed": SEED,
        "data_seed": SEED, "use_cpu": bench.device.type == "cpu", "dataloader_pin_memory": False,
        "bf16": bench.quantized and compute_type(bench.device) == torch.bfloat16,
        "gradient_checkpointing": not arm.engine and not arm.free, "max_length": None, **by_hand,
    }  # fmt: skip


def configure(bench: Bench, method: str, arm: Arm) -> DPOConfig | SFTConfig:
    """TRL's config of an arm."""
    args = arguments(bench, method, arm)
    if method == "dpo":
        return DPOConfig(**args, beta=0.1)
    return SFTConfig(**args, **({} if arm.engine else {"dataset_kwargs": {"skip_prepare_dataset": True}}))


def build(bench: Bench, method: str, arm: Arm, model: Any, cache: Path) -> Any:
    pairs = make_pairs(bench.items, model.config.vocab_size)
    common = {
        "args": configure(bench, method, arm), "model": model, "processing_class": bench.tokenizer,
        "peft_config": lora(method),
    }  # fmt: skip
    if arm.engine:
        return build_ours(bench, method, arm, pairs, cache, common)
    if method == "dpo":
        rows = [{"prompt_ids": p.prompt, "chosen_ids": p.chosen, "rejected_ids": p.rejected} for p in pairs]
        return StockDpo(train_dataset=Dataset.from_list(rows), **common)
    rows = [{"input_ids": p.prompt + p.chosen, "labels": [-100] * len(p.prompt) + p.chosen} for p in pairs]
    return SFTTrainer(train_dataset=Dataset.from_list(rows), **common)


def build_ours(
    bench: Bench, method: str, arm: Arm, pairs: list[Any], cache: Path, common: dict[str, Any]
) -> Any:
    options = EngineOptions(
        precision="nf4" if bench.quantized and not arm.free else "bf16" if bench.quantized else "fp32",
        checkpointing="auto" if arm.free else "on",
        # At the same settings a micro-batch has the room of stock's, padding included; free, as much as fits.
        budget=0 if arm.free else bench.micro * (2 if method == "dpo" else 1) * longest(pairs),
    )
    if method == "dpo":
        return PalateDpoTrainer(pairs=pairs, options=options, cache=cache, base="bench", **common)
    examples = [
        Sequence(p.prompt + p.chosen, [False] * len(p.prompt) + [True] * len(p.chosen)) for p in pairs
    ]
    return PalateSftTrainer(examples=examples, options=options, **common)


def useful(bench: Bench, method: str, vocabulary: int) -> int:
    pairs = make_pairs(bench.items, vocabulary)
    once = sum(len(p.prompt) + len(p.chosen) for p in pairs)
    if method == "dpo":
        once += sum(len(p.prompt) + len(p.rejected) for p in pairs)
    return once * bench.epochs


def flops_of(bench: Bench, method: str, arm: Arm, config: Any, counters: dict[str, Any]) -> Flops:
    """What the training had to compute."""
    adapter = lora(method)
    size = ModelSize.of(config, adapter.r, sorted(adapter.target_modules or ()))
    pairs = make_pairs(bench.items, config.vocab_size)
    return arm_flops(size, pairs, method, bench.epochs, arm.engine, bool(counters.get("prefix_sharing")))


def measure(bench: Bench, method: str, arm: Arm) -> Result:
    """One arm, from the loaded model to the last step."""
    model = load(bench, arm)
    cache, losses = Path(tempfile.mkdtemp()), Losses()
    config = model.config
    try:
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
    finally:
        shutil.rmtree(cache)
    counters = asdict(trainer.counters) if hasattr(trainer, "counters") else {}
    tokens, flops = useful(bench, method, config.vocab_size), flops_of(bench, method, arm, config, counters)
    return Result(method, arm.name, seconds, tokens, peak.bytes, losses.values, counters, flops)


def attempt(bench: Bench, method: str, arm: Arm) -> Result | Failure:
    """`measure`, in a process of its own too; an arm that fails ends alone, with its trace on stderr."""
    failure: Failure | None = None
    try:
        return measure(bench, method, arm)
    except Exception as error:
        traceback.print_exc()
        if isinstance(error, RuntimeError) and is_out_of_memory(error):
            failure = Failure("it ran out of memory on this device.", expected=True)
        else:
            first = (str(error).splitlines() or [""])[0]
            failure = Failure(f"it failed: {type(error).__name__}: {first[:200]}", expected=False)
    finally:
        release(bench.device)
    return failure
