"""The starter model while it is trained: its weights, its optimizers, and one step of both."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.optim import Optimizer
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from job.job import Job, JobError, PretrainConfig
from process.device import auto_precision, choose_device
from starter.examples import Sequence
from starter.network import make_model
from starter.optimizer import load_optimizers, make_optimizers, save_optimizers
from starter.workers import Workers

STATE, OPTIMIZER = "state.json", "optimizer.safetensors"


@dataclass
class Training:
    """`first` is the step that it begins after: 0, or that of the checkpoint."""

    model: LlamaForCausalLM
    tokenizer: PreTrainedTokenizerFast
    optimizers: list[Optimizer]
    workers: Workers
    device: torch.device
    precision: str
    reason: str
    first: int

    def step(self, rows: list[Sequence], learning_rate: float) -> tuple[float, torch.Tensor]:
        """One optimizer step; returns the batch's loss (nats a token) and the norm of its gradient."""
        for optimizer, share in zip(self.optimizers, (1.0, 0.5)):
            for group in optimizer.param_groups:
                group["lr"] = share * learning_rate
        loss = self.workers.accumulate(rows)
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss, norm

    def save(self, folder: Path, step: int) -> None:
        """All that the next step depends on. The order of the data and the samples follow from the seed alone."""
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        save_optimizers(self.optimizers, folder / OPTIMIZER)
        (folder / STATE).write_text(json.dumps({"step": step}), encoding="utf-8")


def begin_training(job: Job, config: PretrainConfig, tokenizer: PreTrainedTokenizerFast) -> Training:
    """A new model, or the one of the checkpoint that the job resumes from; raises `JobError` where that cannot be read."""
    model, first = load_checkpoint(job.resume_from) if job.resume_from else (make_model(config, tokenizer), 0)
    device = choose_device()
    precision, reason = auto_precision(device)
    model.to(device).train()
    optimizers = make_optimizers(model, config)
    if job.resume_from:
        load_optimizers(optimizers, job.resume_from / OPTIMIZER)
    workers = Workers(model, device, config.threads, precision == "bf16")
    return Training(model, tokenizer, optimizers, workers, device, precision, reason, first)


def load_checkpoint(folder: Path) -> tuple[LlamaForCausalLM, int]:
    try:
        step = int(json.loads((folder / STATE).read_text(encoding="utf-8"))["step"])
        return LlamaForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32), step
    except (OSError, ValueError, KeyError) as error:
        raise JobError(
            "bad_checkpoint",
            f"The checkpoint {folder.name} cannot be read ({error}).",
            "Start the run without it.",
        ) from error
