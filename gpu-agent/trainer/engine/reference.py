"""Log-probabilities under the frozen reference: the bare base, or the adapter that training started from."""

import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from trl.trainer.utils import use_adapter

from engine.counters import EngineOptions
from engine.engine import StepEngine
from engine.packing import Sequence, pack_sequences
from engine.ref_cache import RefCache, fingerprint_tensors
from engine.step import StepAbandoned, collate_rows, empty_cache, is_out_of_memory, rows_dataset
from process import ranks

Completion = tuple[list[int], list[int]]  # token ids of a prompt and of what follows it


class ReferenceEngine(StepEngine):
    """Mixed in before TRL's preference trainers, which put a frozen adapter "ref" beside an adapter that is trained further."""

    _total_train_tokens: int
    cache_folder: Path
    base_print: str | None
    adapter_print: str | None
    reference: list[float]
    engine_options: EngineOptions

    def set_up(
        self,
        counts: tuple[int, int],
        options: EngineOptions,
        cache: Path,
        base: str | None,
        adapter: str | None,
        trl: dict[str, Any],
    ) -> dict[str, Any]:
        """What TRL's own constructor is to be called with. `counts` are the rows to train on and those held out; `base` and
        `adapter` are fingerprints of the base weights and the reference adapter, worked out from the tensors where None."""
        self.cache_folder, self.base_print, self.adapter_print = cache, base, adapter
        self.engine_options = options
        self.reference = []
        trl["args"].remove_unused_columns = False
        trl["args"].precompute_ref_log_probs = True
        return {
            "train_dataset": rows_dataset(0, counts[0]),
            "eval_dataset": rows_dataset(*counts) if counts[1] else None,
            "data_collator": collate_rows,
            **trl,
        }

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        """Rows are encoded already."""
        return dataset

    def _precompute_ref_logps(self, dataset: Dataset, name: str, batch_size: int) -> Dataset:
        """TRL calls this once a dataset when the model is in place; ours works on all rows at once."""
        if not self.reference:
            self.prepare_engine(self.engine_options)
            self.match_reference()
            self.compute_reference()
        return dataset

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load the trained adapter by name: beside a reference adapter, transformers restores only the latter."""
        self.model.load_adapter(resume_from_checkpoint, "default", is_trainable=True)

    @property
    def has_ref_adapter(self) -> bool:
        return "ref" in self.model.peft_config

    @property
    def reference_kind(self) -> str:
        return "adapter" if self.has_ref_adapter else "base"

    def match_reference(self) -> None:
        """Start from the very weights of the reference: TRL rounds a QLoRA's trained adapter to bf16 on the way."""
        named: dict[str, torch.nn.Parameter] = dict(self.model.named_parameters())
        for name, weight in named.items():
            if ".ref." in name:
                weight.data = weight.data.float()
                named[name.replace(".ref.", ".default.")].data = weight.data.clone()

    def fingerprints(self) -> tuple[str, str]:
        """Of the base and of the reference adapter; an absent adapter is the empty text."""
        named: dict[str, torch.Tensor] = dict(self.model.named_parameters())
        base, adapter = self.base_print, self.adapter_print
        if base is None:
            # PEFT renames the layers that it wraps; the reference is the same whichever layers are trained.
            base = fingerprint_tensors(
                (name.replace(".base_layer.", "."), item)
                for name, item in named.items()
                if ".lora_" not in name
            )
        if not self.has_ref_adapter:
            return base, ""
        if adapter is None:
            adapter = fingerprint_tensors((name, item) for name, item in named.items() if ".ref." in name)
        return base, adapter

    def reference_logps(self, items: list[Completion]) -> list[float]:
        """Summed log-probabilities (nats) of completions, each distinct one computed once in all runs that share the
        cache."""
        began = time.monotonic()
        precision = self.plan.precision
        cache = RefCache(self.cache_folder, *self.fingerprints(), precision)
        keys = [cache.key(*item) for item in items]
        known = ranks.first_of(cache.read(keys))
        missing = {key: item for key, item in zip(keys, items) if key not in known}
        for found in ranks.gather(self.score_missing(missing, cache)):
            known |= found
        self.agree_on_plan()
        self.counters.ref_hits += cache.hits
        self.counters.ref_misses += cache.misses
        self.counters.ref_seconds += time.monotonic() - began
        cache.close()
        if self.plan.precision != precision:  # memory ran out, and the base is in NF4 now
            return self.reference_logps(items)
        return [known[key] for key in keys]

    def score_missing(self, missing: dict[bytes, Completion], cache: RefCache) -> dict[bytes, float]:
        """Computed longest first and written at once, so that a run that is stopped does not lose them."""
        longest_first = sorted(missing.items(), key=lambda entry: -len(entry[1][0]) - len(entry[1][1]))
        ordered = ranks.share(longest_first)
        found: dict[bytes, float] = {}
        was_training = self.model.training
        self.model.eval()
        at = 0
        while at < len(ordered):
            if self.options.stopped():
                raise StepAbandoned
            end, used = at, 0
            while end < len(ordered) and (end == at or used + size(ordered[end][1]) <= self.plan.budget):
                used += size(ordered[end][1])
                end += 1
            try:
                sums = self.sum_logps([item for _, item in ordered[at:end]], reference=True)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                sums = None
            if sums is None:
                empty_cache(self.device)
                self.step_down()
                continue
            values = {key: value for (key, _), value in zip(ordered[at:end], sums.tolist())}
            cache.write(values)
            found |= values
            at = end
        self.model.train(was_training)
        return found

    @torch.no_grad()
    def sum_logps(self, items: list[Completion], reference: bool) -> torch.Tensor:
        """(completions,) summed log-probabilities, float64, under the reference or the trained adapter."""
        sequences = [
            Sequence(prompt + answer, [False] * len(prompt) + [True] * len(answer))
            for prompt, answer in items
        ]
        row = pack_sequences(sequences, self.device, self.counters.attention)
        if reference:
            with use_adapter(self.model, "ref" if self.has_ref_adapter else None), self.forward_context():
                tokens, _ = self.score_row(row)
        else:
            with self.forward_context():
                tokens, _ = self.score_row(row)
        sums = torch.zeros(len(items), dtype=torch.float64, device=self.device)
        return sums.index_add_(0, row.owner, tokens.double())

    def quantize(self) -> None:
        """The reference is that of the weights that are trained on, so it is worked out again."""
        super().quantize()
        if self.reference:
            self.compute_reference()

    def compute_reference(self) -> None:
        raise NotImplementedError


def size(item: Completion) -> int:
    return len(item[0]) + len(item[1])
