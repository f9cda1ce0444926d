"""TRL's SFT trainer on packed rows: examples end to end without seeing each other, logits only for learned tokens."""

from typing import Any

import torch
from datasets import Dataset
from trl import SFTTrainer

from engine.counters import EngineOptions
from engine.engine import StepEngine
from engine.packing import Sequence, fill_bins, pack_sequences
from engine.step import add_up, collate_rows, padding_of, rows_dataset


class PalateSftTrainer(StepEngine, SFTTrainer):
    """The loss is the mean over a step's learned tokens, as TRL's is over all of an accumulated batch."""

    def __init__(
        self,
        *,
        examples: list[Sequence],
        eval_examples: list[Sequence] | None = None,
        options: EngineOptions,
        **trl: Any,
    ) -> None:
        self.examples = examples + (eval_examples or [])
        self.learned = [sum(example.learned[1:]) for example in self.examples]
        held_out = rows_dataset(len(examples), len(eval_examples)) if eval_examples else None
        trl["args"].remove_unused_columns = False
        trl["args"].loss_type = "nll"  # TRL's own chunking would patch the model's forward
        super().__init__(
            train_dataset=rows_dataset(0, len(examples)),
            eval_dataset=held_out,
            data_collator=collate_rows,
            **trl,
        )
        self.prepare_engine(options)

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def cut(self, rows: list[int]) -> list[list[int]]:
        bins = fill_bins([len(self.examples[row].ids) for row in rows], self.plan.budget)
        return [[rows[index] for index in part] for part in bins]

    def padding(self, rows: list[int]) -> int:
        return padding_of([len(self.examples[row].ids) for row in rows])

    def micro_loss(self, part: list[int], rows: list[int], figures: dict[str, Any]) -> torch.Tensor:
        row = pack_sequences([self.examples[number] for number in part], self.device, self.counters.attention)
        scores, hits = self.score_row(row)
        more = {
            "useful_tokens": row.tokens,
            "computed_tokens": row.tokens,
            "scored_tokens": len(row.labels),
            "hits": hits.sum(),
        }
        add_up(figures, more)
        return -scores.sum() / max(1, sum(self.learned[number] for number in rows))

    def finish_figures(self, rows: list[int], figures: dict[str, float]) -> dict[str, float]:
        return {"mean_token_accuracy": figures["hits"] / max(1, figures["scored_tokens"])}

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        if hasattr(self.model, "load_adapter") and hasattr(self.model, "peft_config"):
            self.model.load_adapter(resume_from_checkpoint, "default", is_trainable=True)
        else:
            super()._load_from_checkpoint(resume_from_checkpoint, model)
