"""Make the starter model: corpus, tokenizer, a small Llama trained from nothing, and its export."""

import json
import math
import sys
import time
from pathlib import Path

import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from job.job import Job, JobError, PretrainConfig
from model.export import write_model
from model.generate import emit_sample
from model.tokenizer import load_tokenizer, train_tokenizer
from process import events
from process.device import auto_precision, choose_device, seed_all
from process.stop import Canceled, StopFlag
from run import summary as run_summary
from run.checkpoint import drop_old_checkpoints, publish_checkpoint
from run.lifecycle import run_job
from starter.corpus import make_corpus, make_starts
from starter.ontology import load_ontology
from starter.starter import (
    Sequence,
    encode_examples,
    load_optimizers,
    make_model,
    make_optimizers,
    make_plan,
    plan_batches,
    rate,
    save_optimizers,
    tokenizer_texts,
)
from starter.workers import Workers

LOG_EVERY = 5
# Enough to know every word of the grammar.
TOKENIZER_RECIPES = 2000


def prepare(job: Job, config: PretrainConfig) -> tuple[PreTrainedTokenizerFast, list[list[Sequence]]]:
    """The tokenizer and every step's batch, the same for a seed; a resumed run takes its checkpoint's tokenizer."""
    ontology = load_ontology(job.inputs["ontology"])
    events.progress(0, config.steps, "corpus")
    plan = make_plan(config)
    count = min(config.recipes, plan.recipes * plan.recipe_rows)
    plain, ruled = plan.plain * plan.start_rows, plan.ruled * plan.start_rows
    recipes = make_corpus(job.seed, ontology, count, config.compliance_rate)
    starts = make_starts(job.seed, ontology, plain, ruled, config.compliance_rate)
    events.progress(0, config.steps, "tokenizer")
    if job.resume_from:
        tokenizer = load_tokenizer(job.resume_from)
    else:
        tokenizer = train_tokenizer(tokenizer_texts(recipes[:TOKENIZER_RECIPES], ontology), config.vocab_size)
    long, first, later = (
        encode_examples(tokenizer, group, config.max_length) if group else []
        for group in (recipes, starts[:plain], starts[plain:])
    )
    return tokenizer, plan_batches(plan, long, first, later, job.seed)


def start(
    job: Job, config: PretrainConfig, tokenizer: PreTrainedTokenizerFast
) -> tuple[LlamaForCausalLM, int]:
    """A new model at step 0, or the checkpoint's model at its step."""
    if job.resume_from is None:
        return make_model(config, tokenizer), 0
    try:
        step = int(json.loads((job.resume_from / "state.json").read_text(encoding="utf-8"))["step"])
        model = LlamaForCausalLM.from_pretrained(job.resume_from, local_files_only=True, dtype=torch.float32)
    except (OSError, ValueError, KeyError) as error:
        raise JobError(
            "bad_checkpoint",
            f"The checkpoint {job.resume_from.name} cannot be read ({error}).",
            "Start without it.",
        ) from error
    return model, step


def save_checkpoint(
    job: Job,
    step: int,
    model: LlamaForCausalLM,
    optimizers: list[torch.optim.Optimizer],
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """All that the next step depends on. The data order and the samples follow from the seed alone."""

    def write(folder: Path) -> None:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        save_optimizers(optimizers, folder / "optimizer.safetensors")
        (folder / "state.json").write_text(json.dumps({"step": step}), encoding="utf-8")

    publish_checkpoint(job, step, write)
    drop_old_checkpoints(job)


class Meter:
    """Tokens a second since the last reading."""

    def __init__(self) -> None:
        self.tokens = 0
        self.since = time.monotonic()

    def read(self) -> float:
        speed = self.tokens / max(time.monotonic() - self.since, 1e-9)
        self.tokens, self.since = 0, time.monotonic()
        return speed


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its figures. Raises `Canceled` once a checkpoint stands after SIGTERM."""
    config = job.config
    assert isinstance(config, PretrainConfig)
    seed_all(job.seed)
    began = time.monotonic()
    tokenizer, batches = prepare(job, config)
    model, first = start(job, config, tokenizer)
    device = choose_device()
    precision, reason = auto_precision(device)
    model.to(device).train()
    optimizers = make_optimizers(model, config)
    if job.resume_from:
        load_optimizers(optimizers, job.resume_from / "optimizer.safetensors")
    workers = Workers(model, device, config.threads, precision == "bf16")
    size = model.num_parameters()
    events.log("info", f"Precision: {precision} ({reason}).")
    events.run_start(config.steps, size, size, device.type, precision)
    useful, training_since = 0, time.monotonic()
    meter, loss, figures = Meter(), math.nan, {"parameters": float(size), "vocabulary": float(len(tokenizer))}
    for step in range(first + 1, config.steps + 1):
        rows = batches[step - 1]
        for optimizer, share in zip(optimizers, (1.0, 0.5)):
            for group in optimizer.param_groups:
                group["lr"] = share * rate(step - 1, config)
        loss = workers.accumulate(rows)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        tokens = sum(len(ids) for ids, _ in rows)
        meter.tokens += tokens
        useful += tokens
        run_summary.note(
            useful_tokens=useful,
            train_seconds=time.monotonic() - training_since,
            precision=precision,
            attention="sdpa",
        )
        if not math.isfinite(loss):
            raise JobError(
                "diverged", f"The loss stopped being a number at step {step}.", "Lower learningRate."
            )
        last = step == config.steps
        if step % LOG_EVERY == 0 or last:
            values = {"loss": loss, "learning_rate": rate(step - 1, config), "grad_norm": norm.item()}
            events.metric(step, {**values, "tokens_per_second": meter.read()})
            events.progress(step, config.steps, "training")
        if config.sample_every and (step % config.sample_every == 0 or last):
            emit_sample(model, tokenizer, step, step // config.sample_every, job.seed)
        if stop.is_set or (config.checkpoint_every and step % config.checkpoint_every == 0 and not last):
            save_checkpoint(job, step, model, optimizers, tokenizer)
        if stop.is_set:
            raise Canceled({**figures, "loss": loss, "steps": float(step)})
    events.progress(config.steps, config.steps, "export")
    write_model(job, model, tokenizer)
    return {**figures, "loss": loss, "steps": float(config.steps), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("pretrain", train))
