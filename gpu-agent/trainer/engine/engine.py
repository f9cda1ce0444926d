"""What the trainers share: one optimizer step from many micro-batches, the memory plan, and the counters of a run.

A step's rows are fixed by the batch size alone; how they are cut into micro-batches changes rounding and memory,
never the optimization. transformers' Trainer keeps its loop, schedule, checkpoints and sampler.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, TypeVar

import torch
from peft import PeftModel

from engine.attention import packed_attention
from engine.attention_probe import choose_attention
from engine.counters import EngineCounters, EngineOptions
from engine.memory_plan import MemoryPlan, first_plan, next_plan
from engine.packing import PackedRow
from engine.scores import logit_rule, token_scores
from engine.step import (
    StepAbandoned,
    empty_cache,
    is_out_of_memory,
    is_quantized,
    peak_memory,
    random_state,
    read_figures,
    restore_random,
)
from job.error import JobError
from model.quantize import quantize_base
from process import events, ranks

Done = TypeVar("Done")


class StepEngine:
    """Mixed in before a Trainer. A subclass defines the micro-batches of a step and their loss."""

    model: Any
    args: Any
    accelerator: Any
    state: Any
    _metrics: Any

    def prepare_engine(self, options: EngineOptions) -> None:
        """After the model is on its device: attention, the first memory plan, and what an earlier attempt had decided."""
        if self.args.gradient_accumulation_steps != 1 or self.args.world_size != ranks.world():
            raise JobError(
                "bad_config",
                "The engine builds a step itself, one process a device.",
                "Use gradient accumulation 1, and several devices through accelerate launch.",
            )
        self.options = options
        self.began = time.monotonic()
        causal = self.causal_model()
        config = causal.config.get_text_config()
        self.logit_rule = logit_rule(config)
        head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        dtype = torch.float32 if options.precision == "fp32" else torch.bfloat16
        capped = getattr(config, "attn_logit_softcapping", None) is not None
        self.attention = choose_attention(self.device, dtype, head_dim, capped)
        self.counters = EngineCounters(self.attention.kind, options.precision)
        saved = options.state.get("plan")
        self.plan = MemoryPlan(**saved) if saved else first_plan(config, self.device, options)
        self.sharing: bool | None = options.state.get("sharing")
        if options.sharing != "auto":
            self.sharing = options.sharing == "on"
        self.adapters_in_float32()
        self.apply_plan()
        self.agree_on_plan()

    def agree_on_plan(self) -> None:
        """All devices use the plan of the one with the least free memory."""
        lowest = max(ranks.gather(self.plan), key=MemoryPlan.depth)
        if lowest == self.plan:
            return
        requantize = lowest.precision != self.plan.precision
        self.plan = lowest
        if requantize:
            self.quantize()
        self.apply_plan()

    def _get_dataloader(self, *args: Any, **kwargs: Any) -> Any:
        """Every process gets every row of a step, in the order of a single process, and takes its share itself."""
        loader = super()._get_dataloader(*args, **kwargs)  # type: ignore[misc]
        if ranks.world() > 1:
            shard = loader.batch_sampler
            shard.num_processes, shard.process_index, shard.even_batches = 1, 0, False
        return loader

    def adapters_in_float32(self) -> None:
        """TRL casts a QLoRA's adapter to bf16; small steps are lost there, so it goes back."""
        if is_quantized(self.causal_model()):
            for weight in self.model.parameters():
                if weight.requires_grad:
                    weight.data = weight.data.float()

    @property
    def device(self) -> torch.device:
        return self.accelerator.device

    def engine_state(self) -> dict[str, Any]:
        """What a resumed attempt takes over instead of deciding it again."""
        return {"plan": asdict(self.plan), "sharing": self.sharing}

    def causal_model(self) -> Any:
        return self.model.get_base_model() if isinstance(self.model, PeftModel) else self.model

    def apply_plan(self) -> None:
        causal = self.causal_model()
        if self.plan.checkpointing:
            causal.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        elif causal.is_gradient_checkpointing:
            causal.gradient_checkpointing_disable()
        self.counters.memory_plan = self.plan.describe()
        self.counters.gradient_checkpointing = self.plan.checkpointing

    def score_row(self, row: PackedRow) -> tuple[torch.Tensor, torch.Tensor]:
        """(scored tokens,) log-probabilities and hits of a packed row under the active adapter."""
        causal = self.causal_model()
        backbone = getattr(causal, causal.base_model_prefix)
        out = backbone(
            input_ids=row.input_ids,
            position_ids=row.position_ids,
            attention_plan=row.plan,
            use_cache=False,
        )
        states = out.last_hidden_state[0].index_select(0, row.at)
        return token_scores(causal.get_output_embeddings(), states, row.labels, self.logit_rule)

    # What a subclass supplies.
    def cut(self, rows: list[int]) -> list[list[int]]:
        """Rows into micro-batches under the plan's budget."""
        raise NotImplementedError

    def micro_loss(self, part: list[int], rows: list[int], figures: dict[str, Any]) -> torch.Tensor:
        """A micro-batch's share of the step's loss; adds numbers, or tensors on the device, to the step's figures."""
        raise NotImplementedError

    def padding(self, rows: list[int]) -> int:
        """Tokens that a padded batch of these rows would add."""
        raise NotImplementedError

    def settle(self, rows: list[int]) -> None:
        """Choices that need a first batch to be made."""

    def finish_figures(self, rows: list[int], figures: dict[str, float]) -> dict[str, float]:
        """The step's metrics from its summed figures."""
        raise NotImplementedError

    @contextlib.contextmanager
    def forward_context(self) -> Iterator[None]:
        with packed_attention(self.causal_model()), self.accelerator.autocast():
            yield

    def open_step(self, rows: list[int], figures: dict[str, Any]) -> None:
        """What a step's loss needs of all its rows before the first micro-batch."""

    def whole_step(self, rows: list[int]) -> tuple[torch.Tensor, dict[str, float]]:
        """Forward and backward of every micro-batch; the loss is the step's."""
        figures: dict[str, Any] = {}
        self.open_step(rows, figures)
        total = torch.zeros((), device=self.device)
        for part in self.cut(ranks.share(rows)):
            if self.options.stopped():
                raise StepAbandoned
            with packed_attention(
                self.causal_model()
            ):  # a checkpointed layer attends again in the backward pass
                with self.accelerator.autocast():
                    loss = self.micro_loss(part, rows, figures)
                self.accelerator.backward(loss)
            total += loss.detach()
            figures["micro_batches"] = figures.get("micro_batches", 0) + 1
        return total, read_figures(figures)

    def join(self, loss: torch.Tensor, figures: dict[str, float]) -> tuple[torch.Tensor, dict[str, float]]:
        """The step's loss and figures from those of the processes' shares. A share may be empty and have no figures."""
        if ranks.world() == 1:
            return loss, figures
        names = sorted(set().union(*ranks.gather(list(figures))))
        added = ranks.totals([float(loss), *(float(figures.get(name, 0)) for name in names)])
        return torch.tensor(added[0], device=self.device), dict(zip(names, added[1:]))

    def training_step(
        self, model: Any, inputs: dict[str, torch.Tensor], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """One optimizer step's gradients. When memory runs out, the step is repeated with the next memory plan."""
        model.train()
        self.options.agree()
        rows = inputs["rows"].tolist()
        self.settle(rows)
        before = random_state(self.device)
        try:
            done = self.until_it_fits(lambda: self.whole_step(rows), lambda: self.undo(before))
        except StepAbandoned:
            self.undo(before)
            raise
        loss, figures = self.join(*done)
        ranks.add_gradients(self.model.parameters())
        figures["padding_avoided"] = self.padding(rows)
        self.count(figures)
        self.counters.seconds = time.monotonic() - self.began
        self._metrics["train"]["num_tokens"] = [self.counters.useful_tokens]
        for name, value in self.finish_figures(rows, figures).items():
            self._metrics["train"][name].append(value)
        return loss

    def until_it_fits(self, work: Callable[[], Done], undo: Callable[[], None]) -> Done:
        """`work`; where memory runs out in any process, all of them repeat it with the next memory plan."""
        while True:
            done: Done | None = None
            try:
                done = work()
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
            if not ranks.any_of(done is None) and done is not None:
                return done
            # Outside the handler: the error holds the step's tensors as long as it is being handled.
            undo()
            self.step_down()

    def undo(self, before: tuple[torch.Tensor, torch.Tensor | None]) -> None:
        self.model.zero_grad(set_to_none=True)
        restore_random(before, self.device)
        empty_cache(self.device)

    def step_down(self) -> None:
        """The OOM fallback: the next memory plan; raises where there is none."""
        self.counters.out_of_memory += 1
        lower = next_plan(self.plan, self.options, self.device)
        if lower is None:
            raise JobError(
                "out_of_memory",
                f"One example does not fit into memory, even with the smallest memory plan ({self.plan.describe()}).",
                "Lower the maximum length or choose a smaller model.",
            )
        events.log(
            "warn",
            f"Out of memory with {self.plan.describe()}. The step is repeated with {lower.describe()}.",
        )
        requantize = lower.precision != self.plan.precision
        self.plan = lower
        if requantize:
            self.quantize()
        self.apply_plan()

    def quantize(self) -> None:
        """The frozen base as NF4 from here on."""
        quantize_base(self.causal_model(), self.device)
        self.counters.precision = "nf4"

    def count(self, figures: dict[str, float]) -> None:
        counters = self.counters
        counters.steps += 1
        counters.useful_tokens += int(figures.pop("useful_tokens", 0))
        counters.computed_tokens += int(figures.pop("computed_tokens", 0))
        counters.padding_avoided += int(figures.pop("padding_avoided", 0))
        counters.scored_tokens += int(figures.get("scored_tokens", 0))
        counters.micro_batches += int(figures.pop("micro_batches", 0))

    def prediction_step(
        self, model: Any, inputs: dict[str, Any], prediction_loss_only: bool, ignore_keys: Any = None
    ) -> tuple[torch.Tensor, None, None]:
        """The loss of held-out rows, as in training but without dropout, and with the same OOM fallback."""
        rows = inputs["rows"].tolist()
        done = self.until_it_fits(lambda: self.whole_evaluation(rows), lambda: empty_cache(self.device))
        total, added = self.join(*done)
        for name, value in self.finish_figures(rows, added).items():
            self._metrics["eval"][name].append(value)
        return total, None, None

    def whole_evaluation(self, rows: list[int]) -> tuple[torch.Tensor, dict[str, float]]:
        figures: dict[str, Any] = {}
        total = torch.zeros((), device=self.device)
        self.open_step(rows, figures)
        with torch.no_grad(), self.forward_context():
            for part in self.cut(ranks.share(rows)):
                total += self.micro_loss(part, rows, figures)
        return total, read_figures(figures)

    def floating_point_ops(self, inputs: Any) -> int:
        return 0

    def run(self, resume: str | None) -> None:
        """Train to the end or to SIGTERM; then a checkpoint of the last whole step is on disk."""
        self.began = time.monotonic()
        try:
            self.train(resume_from_checkpoint=resume)  # type: ignore[attr-defined]
        except StepAbandoned:
            if self.state.global_step > 0:
                self._save_checkpoint(self.model, None)  # type: ignore[attr-defined]
                self.callback_handler.on_save(self.args, self.state, self.control)  # type: ignore[attr-defined]
        finally:
            self.counters.seconds = time.monotonic() - self.began
            self.counters.peak_memory_bytes = peak_memory(self.device)
