"""What the trainers share around the loop: the rows, the model, the arguments and the export."""

import json
import random
import shutil
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import torch
from peft import LoraConfig, PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast, PrinterCallback, TrainerState

from engine.engine import EngineOptions
from engine.ref_cache import cache_folder, fingerprint_files
from job.job import DpoConfig, Job, JobError, LoraSettings
from job.model_source import HubModel
from model.export import announce, export_adapter, round_to_half, write_model
from model.generate import load_model
from model.quantize import nf4_config
from process import events, ranks
from process.device import auto_precision, choose_device, compute_type
from run.lifecycle import Canceled, StopFlag
from run.reporter import Reporter, engine_state

STAGING = "checkpoints/.trainer"
Row = TypeVar("Row")


def read_rows(path: Path, needed: tuple[str, ...], most: int = 0) -> list[dict[str, Any]]:
    """JSON lines with the needed text fields, the first `most` of them (0: all); raises `JobError` naming the first bad line."""
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if most and len(rows) == most:
            break
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            fields_present = isinstance(row, dict) and all(row.get(name) for name in needed)
        except ValueError:
            fields_present = False
        if not fields_present:
            raise JobError(
                "bad_data",
                f"Line {number} of {path.name} is not an object with {', '.join(needed)}.",
                "Correct or remove that line.",
            )
        rows.append(row)
    if not rows:
        raise JobError(
            "bad_data", f"{path.name} holds no rows.", "Label some pairs or choose another dataset."
        )
    return rows


def weight_of(row: dict[str, Any]) -> float:
    """A row's weight in the loss, 1 where it names none; raises `JobError`."""
    weight = row.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 100:
        raise JobError("bad_data", f"A row's weight is {weight!r}.", "Use a number from 0 to 100.")
    return float(weight)


def hold_out(
    rows: list[Row], share: float, seed: int, key: Callable[[Row], Hashable]
) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows to evaluate on, by seed. Rows of one key (a prompt) stay on one side."""
    if not share:
        return rows, []
    keys = list(dict.fromkeys(key(row) for row in rows))
    random.Random(seed).shuffle(keys)
    held = set(keys[: max(1, round(share * len(keys)))])
    trained = [row for row in rows if key(row) not in held]
    if not trained:
        raise JobError(
            "bad_data",
            "There are too few different prompts to hold some out.",
            "Add data, or set evalShare to 0.",
        )
    return trained, [row for row in rows if key(row) in held]


def settle_precision(config: LoraSettings, device: torch.device) -> str:
    """fp32, bf16 or nf4: what the setting says, or what is best on the device."""
    return auto_precision(device)[0] if config.precision == "auto" else config.precision


def load_base(folder: Path, precision: str, device: torch.device, frozen: bool) -> PreTrainedModel:
    """The base as it will be trained on. On a GPU a frozen base is kept in bf16; trained weights are always fp32."""
    if precision == "nf4":
        compute = compute_type(device)
        return load_model(folder, dtype=compute, quantization=nf4_config(compute), device=device)
    halved = precision == "bf16" and device.type == "cuda" and frozen
    return load_model(folder, dtype=torch.bfloat16 if halved else torch.float32)


def load_trainable(job: Job, config: LoraSettings) -> tuple[PreTrainedModel, LoraConfig | None]:
    """The base and the LoRA for the trainer to put on it; or the given adapter, trainable, and None."""
    device = choose_device()
    base = load_base(job.inputs["model"], settle_precision(config, device), device, frozen=True)
    if "adapter" in job.inputs:
        return PeftModel.from_pretrained(base, job.inputs["adapter"], is_trainable=True), None
    return base, LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,
        lora_dropout=config.lora_dropout,
        target_modules=list(config.target_modules),
        use_rslora=config.lora_rslora,
        use_dora=config.lora_dora,
        task_type="CAUSAL_LM",
    )


def engine_options(job: Job, config: LoraSettings, stop: StopFlag) -> EngineOptions:
    """The settings as the engine takes them, with what an earlier attempt had settled."""
    device = choose_device()
    if config.precision == "auto":
        precision, reason = auto_precision(device)
        events.log("info", f"Precision: {precision} ({reason}).")
    return EngineOptions(
        precision=settle_precision(config, device),
        precision_open=config.precision == "auto" and device.type == "cuda",
        budget=config.micro_batch_tokens,
        checkpointing=config.gradient_checkpointing,
        sharing=config.prefix_sharing if isinstance(config, DpoConfig) else "off",
        state=engine_state(job),
        stopped=lambda: stop.is_set,
        agree=stop.agree,
    )


def preference_arguments(
    job: Job, config: LoraSettings, stop: StopFlag, tokenizer: PreTrainedTokenizerFast, reporter: Reporter
) -> dict[str, Any]:
    """What both preference trainers take beside their rows and TRL's settings."""
    model, lora = load_trainable(job, config)
    return {
        "model": model,
        "peft_config": lora,
        "options": engine_options(job, config, stop),
        "cache": cache_folder(job.work_dir),
        "base": fingerprint_files(job.inputs["model"]),
        "adapter": fingerprint_files(job.inputs["adapter"]) if "adapter" in job.inputs else None,
        "processing_class": tokenizer,
        "callbacks": [reporter],
    }


def training_arguments(job: Job, config: LoraSettings) -> dict[str, Any]:
    """Arguments of transformers' Trainer. Checkpoints are staged, and moved into place once they are whole."""
    device = choose_device()
    shutil.rmtree(job.work_dir / STAGING, ignore_errors=True)
    precision = settle_precision(config, device)
    return {
        "output_dir": str(job.output(STAGING)),
        "per_device_train_batch_size": config.batch_size,
        "per_device_eval_batch_size": config.batch_size,
        "num_train_epochs": config.epochs,
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": "constant_with_warmup"
        if config.lr_schedule == "constant"
        else config.lr_schedule,
        # Below 1 it is a share of all steps.
        "warmup_steps": config.warmup_ratio or 5,
        "max_grad_norm": 1.0,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "save_strategy": "steps" if config.checkpoint_every else "no",
        "save_steps": config.checkpoint_every or 1,
        "eval_strategy": "steps" if config.eval_share else "no",
        "eval_steps": config.eval_every,
        "report_to": [],
        "disable_tqdm": True,
        "seed": job.seed,
        "data_seed": job.seed,
        "bf16": precision == "bf16" or (precision == "nf4" and compute_type(device) == torch.bfloat16),
        "gradient_checkpointing": False,
        "use_cpu": device.type == "cpu",
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": False,
        "max_length": config.max_length,
    }


def train_and_finish(
    job: Job, trainer: Any, tokenizer: PreTrainedTokenizerFast, reporter: Reporter, reference: str | None
) -> dict[str, float]:
    """Run the trainer to its end or to SIGTERM, then write what it made; returns the run's figures."""
    trainer.remove_callback(PrinterCallback)
    reporter.follow(trainer, reference)
    trainer.run(resume_path(job))
    state: TrainerState = trainer.state
    results = reporter.results(state)
    if reporter.stop.is_set and state.global_step < state.max_steps:
        raise Canceled(results)
    if not ranks.is_main():
        return results
    events.progress(state.max_steps, state.max_steps, "export")
    if reporter.keeper and reporter.keeper.best:
        reporter.keeper.restore(trainer.model)
    round_to_half(weight for weight in trainer.model.parameters() if weight.requires_grad)
    if not isinstance(trainer.model, PeftModel):
        write_model(job, trainer.model, tokenizer)
    elif trainer.model.peft_config["default"].use_dora and job.source is None:
        write_model(job, merged(job, trainer.model), tokenizer)
    else:
        write_adapter(job, trainer.model)
    shutil.rmtree(job.work_dir / STAGING, ignore_errors=True)
    return results


def write_adapter(job: Job, model: PeftModel) -> None:
    """The adapter as PEFT safetensors and as GGUF, every file announced. One on an external model names that model,
    and has no GGUF: its base has none here."""
    folder = job.output("output/adapter/adapter_config.json").parent
    if isinstance(job.source, HubModel):
        model.peft_config["default"].base_model_name_or_path = job.source.id
        model.peft_config["default"].revision = job.source.revision
    model.save_pretrained(folder, selected_adapters=["default"], save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    announce(job, "adapter", folder)
    if job.source is None:
        gguf = job.output("output/adapter.gguf")
        export_adapter(job.inputs["model"], folder, gguf)
        announce(job, "adapter-gguf", gguf)


def merged(job: Job, model: PeftModel) -> PreTrainedModel:
    """The base in full precision with the adapter in it: DoRA has no form of its own in GGUF."""
    folder = job.output("checkpoints/merging/adapter_config.json").parent
    model.save_pretrained(folder, selected_adapters=["default"], save_embedding_layers=False)
    whole = PeftModel.from_pretrained(load_model(job.inputs["model"]), folder).merge_and_unload()
    shutil.rmtree(folder)
    return whole


def resume_path(job: Job) -> str | None:
    """The checkpoint to go on from. Its files are our own: only the agent writes into the work folder."""
    return str(job.resume_from) if job.resume_from else None
