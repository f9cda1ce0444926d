"""What the two LoRA trainers share: the model, the arguments, the events while training, and the export."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerFast,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

import events
import receipt
from device import choose_device, has_fast_bf16
from export import announce, export_adapter, round_to_half
from generate import emit_sample, load_model
from job import Job, JobError, LoraSettings
from lifecycle import Cancelled, StopFlag, adopt_checkpoint, drop_old_checkpoints

STAGING = "checkpoints/.trainer"
NOT_SERIES = {"epoch", "step", "total_flos", "train_runtime", "train_loss", "num_tokens"}


def read_rows(path: Path, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    """JSON lines with the needed text fields; raises `JobError` naming the first bad line."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
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


def load_trainable(job: Job, config: LoraSettings) -> tuple[PreTrainedModel, LoraConfig | None]:
    """The base and the LoRA for the trainer to put on it; or the given adapter, trainable, and None."""
    base = load_model(job.inputs["model"])
    if "adapter" in job.inputs:
        return PeftModel.from_pretrained(base, job.inputs["adapter"], is_trainable=True), None
    return base, LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,
        lora_dropout=config.lora_dropout,
        target_modules=list(config.target_modules),
        task_type="CAUSAL_LM",
    )


def training_arguments(job: Job, config: LoraSettings) -> dict[str, Any]:
    """Arguments of transformers' Trainer. Checkpoints are staged, and moved into place once they are whole."""
    device = choose_device()
    shutil.rmtree(job.work_dir / STAGING, ignore_errors=True)
    return {
        "output_dir": str(job.output(STAGING)),
        "per_device_train_batch_size": config.batch_size,
        "num_train_epochs": config.epochs,
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": 5,
        "max_grad_norm": 1.0,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "save_strategy": "steps" if config.checkpoint_every else "no",
        "save_steps": config.checkpoint_every or 1,
        "report_to": [],
        "disable_tqdm": True,
        "seed": job.seed,
        "data_seed": job.seed,
        "bf16": has_fast_bf16(device),
        "gradient_checkpointing": False,
        "use_cpu": device.type == "cpu",
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": device.type == "cuda",
        "max_length": config.max_length,
    }


class Reporter(TrainerCallback):
    """Turns what transformers' Trainer does into our events, and SIGTERM into a checkpoint and a stop."""

    def __init__(
        self, job: Job, config: LoraSettings, tokenizer: PreTrainedTokenizerFast, stop: StopFlag
    ) -> None:
        self.job = job
        self.config = config
        self.tokenizer = tokenizer
        self.stop = stop
        self.last: dict[str, float] = {}
        self.tokens, self.since = 0.0, time.monotonic()

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        model = kwargs["model"]
        trainable = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
        precision = "bf16" if args.bf16 else "fp32"
        events.run_start(state.max_steps, model.num_parameters(), trainable, model.device.type, precision)
        receipt.note(precision=precision, attention="sdpa")
        self.began = self.since = time.monotonic()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        if "loss" not in logs:
            return
        values = {name: float(value) for name, value in logs.items() if name not in NOT_SERIES}
        total, now = float(logs.get("num_tokens", 0.0)), time.monotonic()
        values["tokens_per_second"] = max(total - self.tokens, 0.0) / max(now - self.since, 1e-9)
        self.tokens, self.since, self.last = total, now, values
        receipt.note(useful_tokens=total, train_seconds=now - self.began)
        events.metric(state.global_step, values)
        events.progress(state.global_step, state.max_steps, "training")

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        every = self.config.sample_every
        if every and (state.global_step % every == 0 or state.global_step == state.max_steps):
            emit_sample(
                kwargs["model"], self.tokenizer, state.global_step, state.global_step // every, self.job.seed
            )
        if self.stop.is_set:
            control.should_save = True
            control.should_training_stop = True
        return control

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        adopt_checkpoint(
            self.job, state.global_step, Path(args.output_dir) / f"checkpoint-{state.global_step}"
        )
        drop_old_checkpoints(self.job)


def finish(
    job: Job, model: PeftModel, tokenizer: PreTrainedTokenizerFast, reporter: Reporter, state: TrainerState
) -> dict[str, float]:
    """Write the adapter as PEFT safetensors and as GGUF, and announce every file; or say that it was cancelled."""
    summary = {**reporter.last, "steps": float(state.global_step)}
    if reporter.stop.is_set and state.global_step < state.max_steps:
        raise Cancelled(summary)
    events.progress(state.max_steps, state.max_steps, "export")
    folder = job.output("output/adapter/adapter_config.json").parent
    round_to_half(weight for weight in model.parameters() if weight.requires_grad)
    model.save_pretrained(folder, selected_adapters=["default"], save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    gguf = job.output("output/adapter.gguf")
    export_adapter(job.inputs["model"], folder, gguf)
    announce(job, "adapter", folder)
    announce(job, "adapter-gguf", gguf)
    shutil.rmtree(job.work_dir / STAGING, ignore_errors=True)
    return summary


def resume_path(job: Job) -> str | None:
    """The checkpoint to go on from. Its files are our own: only the agent writes into the work folder."""
    return str(job.resume_from) if job.resume_from else None
