"""What the engine guarantees: memory plans, the reference cache, weights, prompt sharing, what is counted."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from parity import (
    LORA,
    arguments,
    follow,
    long_pairs,
    our_dpo,
    ragged_pairs,
    relative_error,
    tiny_llama,
    tokenizer,
    tuned,
)
from trl import DPOConfig

from engine.attention import AttentionPlan, attend
from engine.counters import EngineOptions
from engine.dpo_trainer import PalateDpoTrainer
from engine.losses import PairScores, step_loss
from engine.memory_plan import MemoryPlan, next_plan
from engine.packing import PackedRow, Pair, fill_bins, pack_pairs
from engine.ref_cache import RefCache
from engine.step import StepAbandoned
from job.job import JobError
from model.quantize import quantize_base


class SmallDevice(PalateDpoTrainer):
    """A device on which a row of more than `room` tokens does not fit, or, with checkpointing, twice as many."""

    room = 10**9

    def score_row(self, row: PackedRow) -> tuple[torch.Tensor, torch.Tensor]:
        if torch.is_grad_enabled() and row.tokens > self.room * (2 if self.plan.checkpointing else 1):
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().score_row(row)


def small_device(folder: Path, pairs: list[Pair], room: int, **options: Any) -> SmallDevice:
    torch.manual_seed(9)
    trainer = SmallDevice(
        model=tiny_llama(),
        args=DPOConfig(**arguments(folder, 2, 4), max_length=None),
        pairs=pairs,
        options=EngineOptions(**options),
        cache=folder / "cache",
        processing_class=tokenizer(),
        peft_config=LORA,
    )
    trainer.room = room
    return trainer


def test_out_of_memory_repeats_the_step_with_the_next_memory_plan(
    tmp_path: Path, reported: io.StringIO
) -> None:
    free = follow(small_device(tmp_path / "a", long_pairs(), 10**9, sharing="on"))
    trainer = small_device(tmp_path / "b", long_pairs(), 200, sharing="on")
    tight = follow(trainer)
    # A pair has some 255 tokens: none fits without checkpointing, and with it two do not. 8192 to 256, then 2048 to 256.
    assert trainer.plan == MemoryPlan(256, True, "fp32")
    assert trainer.counters.out_of_memory == 9
    assert trainer.counters.gradient_checkpointing
    warnings = [json.loads(line)["text"] for line in reported.getvalue().splitlines()]
    assert len(warnings) == trainer.counters.out_of_memory
    assert all(text.startswith("Out of memory with fp32") for text in warnings)
    assert tight.losses == pytest.approx(free.losses, rel=1e-5)
    assert relative_error(tight.gradients, free.gradients) < 1e-5


def test_a_row_that_fits_no_memory_plan_fails_the_run_with_a_sentence(
    tmp_path: Path, reported: io.StringIO
) -> None:
    trainer = small_device(tmp_path, long_pairs(), 20)
    with pytest.raises(JobError, match="One example does not fit") as caught:
        trainer.train()
    assert caught.value.code == "out_of_memory"


def test_the_last_memory_plan_is_nf4_only_where_precision_is_open() -> None:
    lowest = MemoryPlan(256, True, "bf16")
    assert next_plan(lowest, EngineOptions("bf16", precision_open=True), torch.device("cpu")) == MemoryPlan(
        2048, True, "nf4"
    )
    assert next_plan(lowest, EngineOptions("bf16"), torch.device("cpu")) is None
    assert (
        next_plan(
            MemoryPlan(256, False, "bf16"), EngineOptions("bf16", checkpointing="off"), torch.device("cpu")
        )
        is None
    )
    assert next_plan(
        MemoryPlan(1024, False, "bf16"), EngineOptions("bf16"), torch.device("cpu")
    ) == MemoryPlan(512, False, "bf16")


def test_an_nf4_fallback_recomputes_the_reference(tmp_path: Path, reported: io.StringIO) -> None:
    pairs = ragged_pairs(6)
    trainer = our_dpo(tiny_llama(), pairs, tmp_path, 2, 4, EngineOptions(budget=256))
    before = list(trainer.reference)
    trainer.plan = MemoryPlan(256, True, "bf16")
    trainer.options.precision_open = True
    trainer.step_down()
    assert (trainer.plan.precision, trainer.counters.precision) == ("nf4", "nf4")
    assert trainer.reference != before
    curve = follow(trainer)
    assert curve.losses[0] == pytest.approx(
        0.6931472, abs=1e-5
    )  # a fresh adapter is its own reference, in NF4 too


def test_references_are_computed_once_for_all_runs(tmp_path: Path) -> None:
    pairs = ragged_pairs(10)
    pairs += [Pair(pairs[0].prompt, pairs[0].rejected, pairs[0].chosen)]  # its two completions are known
    first = our_dpo(tiny_llama(), pairs, tmp_path, 1, 4, EngineOptions())
    assert (first.counters.ref_hits, first.counters.ref_misses) == (0, 20)
    torch.manual_seed(77)
    again = PalateDpoTrainer(
        model=tiny_llama(),
        args=DPOConfig(**{**arguments(tmp_path, 1, 2), "seed": 4}, max_length=None),
        pairs=pairs[::-1],
        options=EngineOptions(budget=64),
        cache=tmp_path / "cache",
        processing_class=tokenizer(),
        peft_config=type(LORA)(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM"),
    )
    assert (again.counters.ref_hits, again.counters.ref_misses) == (20, 0)
    assert again.reference[-2:] == first.reference[:2]
    other = tuned(tiny_llama())
    third = our_dpo(other, pairs, tmp_path, 1, 4, EngineOptions())
    assert third.counters.ref_hits == 0  # another reference
    assert third.reference != first.reference


def test_the_cache_keeps_references_apart(tmp_path: Path) -> None:
    caches = [
        RefCache(tmp_path, base, adapter, precision)
        for base, adapter, precision in (
            ("a", "", "fp32"),
            ("a", "", "nf4"),
            ("a", "x", "fp32"),
            ("ax", "", "fp32"),
        )
    ]
    keys = {cache.key([1, 2], [3]) for cache in caches} | {caches[0].key([1], [2, 3])}
    assert len(keys) == 5
    caches[0].write({caches[0].key([1, 2], [3]): -1.5})
    again = RefCache(tmp_path, "a", "", "fp32")
    assert list(again.read([again.key([1, 2], [3])]).values()) == [-1.5]
    assert not again.read([caches[1].key([1, 2], [3])])


def test_weights_multiply_a_pairs_loss() -> None:
    def scores(count: int) -> PairScores:
        ramp = torch.arange(1.0, count + 1)
        return PairScores(-ramp, -2 * ramp, -1.1 * ramp, -1.9 * ramp, ramp + 1, ramp + 2)

    def loss(weights: list[float], kinds: list[str]) -> float:
        return float(step_loss(kinds, [1.0] * len(kinds), scores(3), torch.tensor(weights), 0.1, 0.0, 3, 9))

    for kind in ("sigmoid", "ipo", "hinge", "robust", "sft"):
        alone = [loss([float(i == j) for i in range(3)], [kind]) for j in range(3)]
        assert loss([1, 1, 1], [kind]) == pytest.approx(sum(alone), rel=1e-6)
        assert loss([2, 0, 0.5], [kind]) == pytest.approx(2 * alone[0] + 0.5 * alone[2], rel=1e-6)
    assert loss([1, 1, 1], ["sigmoid", "sft"]) == pytest.approx(
        loss([1, 1, 1], ["sigmoid"]) + loss([1, 1, 1], ["sft"])
    )


def test_the_rejected_answer_does_not_see_the_chosen_one() -> None:
    one = pack_pairs([Pair([5, 6, 7], [8, 9], [10, 11, 12])], torch.device("cpu"), "sdpa", True)
    other = pack_pairs([Pair([5, 6, 7], [18, 19], [10, 11, 12])], torch.device("cpu"), "sdpa", True)
    model = tiny_llama()
    assert one.tokens == 8
    assert one.position_ids.tolist() == [[0, 1, 2, 3, 4, 3, 4, 5]]
    assert one.at.tolist() == [2, 3, 2, 5, 6]
    from engine.attention import packed_attention

    with packed_attention(model), torch.no_grad():
        hidden = [
            model.model(input_ids=row.input_ids, position_ids=row.position_ids, attention_plan=row.plan)[0][
                0, 5:
            ]
            for row in (one, other)
        ]
    assert torch.equal(hidden[0], hidden[1])


def test_segments_agree_with_a_mask() -> None:
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, heads, 12, 8) for heads in (4, 2, 2))
    index = torch.tensor([*range(7), *range(3), *range(7, 12)])
    out = attend(q, k, v, AttentionPlan([7, 5], [7, 8], index, torch.device("cpu")))
    mask = torch.zeros(12, 12, dtype=torch.bool)
    mask[:7, :7] = torch.ones(7, 7).tril().bool()
    mask[7:, :3] = True
    mask[7:, 7:] = torch.ones(5, 5).tril().bool()
    wanted = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
    assert torch.allclose(out, wanted, atol=1e-6)


def test_bins_hold_every_item_once_and_overflow_only_alone() -> None:
    sizes = [5, 3, 9, 1, 7, 2, 12]
    bins = fill_bins(sizes, 10)
    assert sorted(item for part in bins for item in part) == list(range(7))
    assert all(sum(sizes[item] for item in part) <= 10 or len(part) == 1 for part in bins)
    assert len(bins) == 4  # 12 alone; 9 + 1; 7 + 3; 5 + 2


def test_a_step_that_is_stopped_changes_nothing(tmp_path: Path) -> None:
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 12

    options = EngineOptions(budget=48, sharing="off", stopped=stopped)
    pairs = ragged_pairs(16)
    trainer = our_dpo(
        tuned(tiny_llama()), pairs, tmp_path / "a", 8, 8, EngineOptions(budget=48, sharing="off")
    )
    trainer.options = options
    before = torch.get_rng_state()
    with pytest.raises(StepAbandoned):
        trainer.train()
    assert trainer.state.global_step >= 1
    assert all(weight.grad is None for weight in trainer.model.parameters())
    assert torch.get_rng_state().shape == before.shape


def test_tokens_are_counted_once_a_step(tmp_path: Path) -> None:
    pairs = ragged_pairs(8)
    trainer = our_dpo(tiny_llama(), pairs, tmp_path, 2, 4, EngineOptions(budget=128, sharing="on"))
    follow(trainer)
    lengths = [len(pair.prompt) + len(answer) for pair in pairs for answer in pair.sides()]
    counters = trainer.counters
    assert (counters.steps, counters.useful_tokens) == (2, sum(lengths))
    assert counters.computed_tokens == sum(lengths) - sum(len(pair.prompt) for pair in pairs)
    assert counters.scored_tokens == sum(len(pair.chosen) + len(pair.rejected) for pair in pairs)
    assert counters.padding_avoided > 0


def test_nf4_replaces_the_base_but_no_adapter() -> None:
    model = tuned(tiny_llama())
    adapters = {name: weight.clone() for name, weight in model.named_parameters() if "lora_" in name}
    assert quantize_base(model.get_base_model(), torch.device("cpu")) == 14
    assert type(model.get_base_model().lm_head) is torch.nn.Linear
    for name, weight in model.named_parameters():
        if name in adapters:
            assert torch.equal(weight, adapters[name])
    kinds = {type(part).__name__ for part in model.modules()}
    assert "Linear4bit" in kinds
