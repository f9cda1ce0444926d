"""Make the starter model: corpus, tokenizer, a small Llama trained from random weights, and its export."""

import math
import sys
import time

from job.job import Job, JobError, PretrainConfig
from model.export import write_model
from model.generate import emit_sample
from process import events
from process.device import seed_all
from process.stop import Canceled, StopFlag
from run import summary as run_summary
from run.checkpoint import drop_old_checkpoints, publish_checkpoint
from run.lifecycle import run_job
from starter.examples import Sequence
from starter.prepare import prepare
from starter.schedule import make_plan, phases_of, rate
from starter.training import Training, begin_training

LOG_EVERY = 5


class Narrator:
    """Writes to the log where the training stands: each part as it begins, and the loss at every tenth of the steps."""

    def __init__(self, config: PretrainConfig) -> None:
        self.steps = config.steps
        self.names = {phase["step"]: phase["name"] for phase in phases_of(make_plan(config))}

    def begin(self, step: int) -> None:
        if step in self.names:
            events.log("info", f"Trains on {self.names[step]} from step {step:,} of {self.steps:,}.")

    def end(self, step: int, loss: float) -> None:
        if step % max(1, self.steps // 10) == 0 or step == self.steps:
            events.log("info", f"Step {step:,} of {self.steps:,}: loss {loss:.3f}.")


class Meter:
    """Counts tokens, for the summary of the run and for the speed between two metrics."""

    def __init__(self, precision: str) -> None:
        self.precision = precision
        self.began = self.since = time.monotonic()
        self.total = self.tokens = 0

    def count(self, rows: list[Sequence]) -> None:
        tokens = sum(len(ids) for ids, _ in rows)
        self.tokens += tokens
        self.total += tokens
        run_summary.note(
            useful_tokens=self.total,
            train_seconds=time.monotonic() - self.began,
            precision=self.precision,
            attention="sdpa",
        )

    def read_speed(self) -> float:
        """Tokens a second since the last reading."""
        speed = self.tokens / max(time.monotonic() - self.since, 1e-9)
        self.tokens, self.since = 0, time.monotonic()
        return speed


def report_start(training: Training, config: PretrainConfig) -> dict[str, float]:
    """Events of the start; returns the figures that stay the same over the run."""
    size = training.model.num_parameters()
    phases = phases_of(make_plan(config))
    events.log("info", f"Precision: {training.precision} ({training.reason}).")
    events.run_start(
        *(config.steps, size, size, training.device.type, training.precision),
        precision_reason=training.reason,
        phases=phases,
    )
    if training.first:
        events.log("info", f"Resumes after step {training.first:,}.")
    return {"parameters": float(size), "vocabulary": float(len(training.tokenizer))}


def save_checkpoint(job: Job, training: Training, step: int) -> None:
    publish_checkpoint(job, step, lambda folder: training.save(folder, step))
    drop_old_checkpoints(job)


def ends_early(stop: StopFlag, step: int, config: PretrainConfig) -> bool:
    """Whether the run was asked to end after this step and to keep its model."""
    if step in (0, config.steps) or not stop.keeps(step):
        return False
    events.log("info", f"Stops after step {step:,} of {config.steps:,}, as requested, and keeps the model.")
    stop.end_early(step, config.steps, "request")
    return True


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole run; returns its results. After SIGTERM raises `Canceled` as soon as a checkpoint is written; asked to
    end early, it writes the model as it is."""
    config = job.config
    assert isinstance(config, PretrainConfig)
    began = time.monotonic()
    seed_all(job.seed)
    tokenizer, batches = prepare(job, config)
    training = begin_training(job, config, tokenizer)
    figures = report_start(training, config)
    meter, narrator = Meter(training.precision), Narrator(config)
    loss, done = math.nan, training.first
    early = ends_early(stop, done, config)
    for step in range(training.first + 1, config.steps + 1):
        if early:
            break
        rows, learning_rate, done = batches[step - 1], rate(step - 1, config), step
        narrator.begin(step)
        loss, norm = training.step(rows, learning_rate)
        meter.count(rows)
        if not math.isfinite(loss):
            raise JobError(
                "diverged",
                f"The loss became {'NaN' if math.isnan(loss) else 'infinite'} at step {step}.",
                "Lower learningRate.",
            )
        narrator.end(step, loss)
        early = not stop.is_set and ends_early(stop, step, config)
        last = early or step == config.steps
        if step % LOG_EVERY == 0 or last:
            values = {"loss": loss, "learning_rate": learning_rate, "grad_norm": norm.item()}
            events.metric(step, {**values, "tokens_per_second": meter.read_speed()})
            events.progress(step, config.steps, "training")
        if config.sample_every and (step % config.sample_every == 0 or last):
            emit_sample(training.model, tokenizer, step, step // config.sample_every, job.seed)
        if (
            stop.is_set
            or early
            or (config.checkpoint_every and step % config.checkpoint_every == 0 and not last)
        ):
            save_checkpoint(job, training, step)
        if stop.is_set:
            raise Canceled({**figures, "loss": loss, "steps": float(step)})
    events.progress(done, config.steps, "export")
    events.log("info", "Writes the model's files.")
    write_model(job, training.model, tokenizer)
    return {**figures, "loss": loss, "steps": float(done), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.exit(run_job("pretrain", train))
