"""Turns what transformers' Trainer does into our events, and SIGTERM into a checkpoint and a stop."""

import json
import math
import time
from pathlib import Path
from typing import Any

from transformers import (
    PreTrainedTokenizerFast,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from engine.engine import StepEngine
from engine.step import empty_cache, is_out_of_memory
from job.job import Job, JobError, LoraSettings
from model.generate import SAMPLE_PROMPTS, emit_sample
from process import events, ranks
from process.device import auto_precision
from process.stop import AlreadyThere, StopFlag
from run import summary as run_summary
from run.best import BestKeeper
from run.checkpoint import ENGINE_FILE, adopt_checkpoint, drop_old_checkpoints

NOT_SERIES = {"epoch", "step", "total_flos", "train_runtime", "train_loss", "num_tokens"}
NOT_EVALUATED = {
    "epoch", "eval_runtime", "eval_samples_per_second", "eval_steps_per_second", "eval_num_tokens",
    "eval_model_preparation_time",
}  # fmt: skip
# What the size of a model follows from; the resource estimate of a later run on it reads them.
MODEL_FIGURES = (
    "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
    "intermediate_size", "vocab_size", "tie_word_embeddings",
)  # fmt: skip


def model_figures(config: Any) -> dict[str, Any]:
    """Those that a model's config.json has."""
    text = config.get_text_config()
    found = {name: getattr(text, name, None) for name in MODEL_FIGURES}
    return {name: value for name, value in found.items() if value is not None}


class Reporter(TrainerCallback):
    """One a run. `follow` names the trainer before it starts."""

    def __init__(
        self, job: Job, config: LoraSettings, tokenizer: PreTrainedTokenizerFast, stop: StopFlag
    ) -> None:
        self.job = job
        self.config = config
        self.tokenizer = tokenizer
        self.stop = stop
        self.last: dict[str, float] = {}
        self.tokens, self.since = 0.0, time.monotonic()
        self.keeper = BestKeeper(job) if config.eval_share else None

    def follow(self, trainer: StepEngine, reference: str | None) -> None:
        """`reference` is base or adapter where there is one to compare with."""
        self.trainer, self.reference = trainer, reference

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        model = kwargs["model"]
        trainable = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
        counters = self.trainer.counters
        events.run_start(
            state.max_steps,
            model.num_parameters(),
            trainable,
            model.device.type,
            counters.precision,
            counters.attention,
            self.reference,
            model_figures(self.trainer.causal_model().config),
            precision_reason=self.precision_reason(),
            attention_reason=self.trainer.attention.reason,
            memory_plan=counters.memory_plan,
        )
        events.log("info", f"Starts with {counters.memory_plan}; attention by {counters.attention}.")
        if self.trainer.attention.reason:
            events.log(
                "warn",
                f"Attention by {counters.attention} is slower than this device allows: {self.trainer.attention.reason}.",
            )
        if counters.ref_hits + counters.ref_misses:
            events.log(
                "info",
                f"Reference log-probs: {counters.ref_hits} from the cache, {counters.ref_misses} computed "
                f"in {counters.ref_seconds:.1f} s.",
            )
        self.since = time.monotonic()
        if 0 < state.global_step < state.max_steps and self.stop.keeps(state.global_step):
            self.end_early(state)
            raise AlreadyThere

    def precision_reason(self) -> str | None:
        """Why `auto` took the precision; None where the settings, or a lack of memory, decided it."""
        precision, reason = auto_precision(self.trainer.args.device)
        is_auto = self.config.precision == "auto" and self.trainer.counters.precision == precision
        return reason if is_auto else None

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
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            # Events carry finite numbers only: without this the loss would just vanish from the charts.
            raise JobError(
                "diverged",
                f"The loss became {'NaN' if math.isnan(loss) else 'infinite'} at step {state.global_step}.",
                "Lower the learning rate, or set precision to fp32.",
            )
        values = {name: float(value) for name, value in logs.items() if name not in NOT_SERIES}
        total, now = float(self.trainer.counters.useful_tokens), time.monotonic()
        values["tokens_per_second"] = max(total - self.tokens, 0.0) / max(now - self.since, 1e-9)
        self.tokens, self.since, self.last = total, now, values
        run_summary.note_counters(self.trainer.counters)
        events.metric(state.global_step, values)
        events.progress(state.global_step, state.max_steps, "training")

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """The held-out figures, a sample for each fixed prompt, and the weights where they are the best so far."""
        found = {name: value for name, value in kwargs["metrics"].items() if name not in NOT_EVALUATED}
        events.metric(
            state.global_step,
            {name.replace("eval_", "eval/", 1): float(value) for name, value in found.items()},
        )
        for turn in range(len(SAMPLE_PROMPTS)):
            if ranks.is_main() and not self.stop.is_set:
                self.write_sample(kwargs["model"], state.global_step, turn)
        if self.keeper:
            self.keeper.see(state.global_step, float(found["eval_loss"]), kwargs["model"])
        self.since = time.monotonic()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        every = self.config.sample_every
        if (
            ranks.is_main()
            and every
            and (state.global_step % every == 0 or state.global_step == state.max_steps)
        ):
            self.write_sample(kwargs["model"], state.global_step, state.global_step // every)
        if self.stop.is_set:
            control.should_save = True
            control.should_training_stop = True
        elif state.global_step < state.max_steps and self.stop.keeps(state.global_step):
            self.end_early(state)
            # As at the last step of a whole run. The checkpoint is for an agent that dies before the files are delivered.
            control.should_evaluate = bool(self.config.eval_share)
            control.should_save = True
            control.should_training_stop = True
        return control

    def end_early(self, state: TrainerState) -> None:
        events.log(
            "info",
            f"Stops after step {state.global_step:,} of {state.max_steps:,}, as requested, and keeps the model.",
        )
        self.stop.end_early(state.global_step, state.max_steps, "request")

    def write_sample(self, model: Any, step: int, turn: int) -> None:
        try:
            emit_sample(model, self.tokenizer, step, turn, self.job.seed, lambda: self.stop.is_set)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            events.log(
                "warn", "Out of memory while writing a sample. The sample is left out; training continues."
            )
            empty_cache(model.device)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        ranks.wait()  # each has written its random numbers' state
        if not ranks.is_main():
            return
        written = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        (written / ENGINE_FILE).write_text(json.dumps(self.trainer.engine_state()), encoding="utf-8")
        adopt_checkpoint(self.job, state.global_step, written)
        drop_old_checkpoints(self.job)

    def results(self, state: TrainerState) -> dict[str, float]:
        """The last figures, those of the best evaluation, and the counters into the summary."""
        run_summary.note_counters(self.trainer.counters)
        figures = {**self.last, "steps": float(state.global_step)}
        if self.keeper and self.keeper.best:
            figures |= {"best_step": float(self.keeper.best.step), "best_eval_loss": self.keeper.best.loss}
        return figures
