"""A job's settings as the trainers take them."""

import shutil
from typing import Any

import torch
from transformers import EarlyStoppingCallback, PreTrainedTokenizerFast

from engine.counters import EngineOptions
from engine.ref_cache import cache_folder, fingerprint_files
from job.job import DpoConfig, Job, LoraSettings, SftConfig
from model.load import load_trainable, settle_precision
from process import events
from process.device import auto_precision, choose_device, compute_type
from process.stop import StopFlag
from run.checkpoint import engine_state
from run.reporter import Reporter

STAGING = "checkpoints/.trainer"


def engine_options(job: Job, config: LoraSettings, stop: StopFlag) -> EngineOptions:
    """The settings as the engine takes them, with what an earlier attempt had decided."""
    device = choose_device()
    is_cuda = device.type == "cuda"
    if config.precision == "auto":
        precision, reason = auto_precision(device)
        is_slow = is_cuda and precision == "fp32"
        events.log("warn" if is_slow else "info", f"Precision: {precision} ({reason}).")
    precision = settle_precision(config, device)
    full_weights = isinstance(config, SftConfig) and config.full_weights
    return EngineOptions(
        precision=precision,
        precision_open=config.precision == "auto" and precision == "bf16" and is_cuda and not full_weights,
        budget=config.micro_batch_tokens,
        checkpointing=config.gradient_checkpointing,
        sharing=config.prefix_sharing if isinstance(config, DpoConfig) else "off",
        state=engine_state(job),
        stopped=lambda: stop.is_set,
        agree=stop.agree,
    )


def trainer_arguments(
    job: Job, config: LoraSettings, stop: StopFlag, tokenizer: PreTrainedTokenizerFast, reporter: Reporter
) -> dict[str, Any]:
    """What every trainer takes beside its rows and TRL's settings."""
    model, lora = load_trainable(job, config)
    early_stop = [EarlyStoppingCallback(config.early_stop_patience)] if stops_early(config) else []
    return {
        "model": model,
        "peft_config": lora,
        "options": engine_options(job, config, stop),
        "processing_class": tokenizer,
        "callbacks": [reporter, *early_stop],
    }


def preference_arguments(
    job: Job, config: LoraSettings, stop: StopFlag, tokenizer: PreTrainedTokenizerFast, reporter: Reporter
) -> dict[str, Any]:
    """What both preference trainers take in addition: where reference log-probabilities are kept, and of what."""
    return {
        **trainer_arguments(job, config, stop, tokenizer, reporter),
        "cache": cache_folder(job.work_dir),
        "base": fingerprint_files(job.inputs["model"]),
        "adapter": fingerprint_files(job.inputs["adapter"]) if "adapter" in job.inputs else None,
    }


def stops_early(config: LoraSettings) -> bool:
    return bool(config.eval_share and config.early_stop_patience)


def training_arguments(job: Job, config: LoraSettings) -> dict[str, Any]:
    """Arguments of transformers' Trainer. Checkpoints are written aside and moved into place once they are complete."""
    device = choose_device()
    shutil.rmtree(job.work_dir / STAGING, ignore_errors=True)
    precision = settle_precision(config, device)
    return {
        "output_dir": str(job.output(STAGING)),
        "per_device_train_batch_size": config.batch_size,
        "per_device_eval_batch_size": config.batch_size,
        "num_train_epochs": config.epochs,
        "learning_rate": config.learning_rate,
        **optimizer_arguments(config, device),
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
        **early_stop_arguments(config),
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


def optimizer_arguments(config: LoraSettings, device: torch.device) -> dict[str, str]:
    """The optimizer, which transformers knows by the same name; for `adamw` its own default."""
    name: str = config.optimizer
    if name == "paged_adamw_8bit" and device.type == "cpu":
        name = "adamw_8bit"
        events.log(
            "warn", "The optimizer is adamw_8bit: a CPU has no memory that paged_adamw_8bit could page."
        )
    return {} if name == "adamw" else {"optim": name}


def early_stop_arguments(config: LoraSettings) -> dict[str, Any]:
    """What EarlyStoppingCallback needs: the best loss so far, and its own count out of the checkpoint on resuming."""
    if not stops_early(config):
        return {}
    return {
        "metric_for_best_model": "eval_loss",
        "greater_is_better": False,
        "restore_callback_states_from_checkpoint": True,
    }
