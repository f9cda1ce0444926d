"""Ours against stock TRL on the CPU in float32: token log-probs, losses, gradients and a curve of thirty steps."""

from pathlib import Path
from typing import Any

import pytest
import torch
from parity import (
    follow,
    our_dpo,
    our_kto,
    our_sft,
    ragged_pairs,
    relative_error,
    stock_dpo,
    stock_kto,
    stock_sft,
    tiny_llama,
    tuned,
)
from trl.trainer.utils import selective_log_softmax

from engine.counters import EngineOptions
from engine.kto_trainer import Thumb
from engine.packing import Sequence, pack_pairs

SMALL = 96  # tokens a micro-batch: a step is cut into several


@pytest.mark.parametrize("share", ["off", "on"])
@pytest.mark.parametrize("reference", ["base", "adapter"])
def test_dpo_curve(tmp_path: Path, reference: str, share: str) -> None:
    model: Any = tiny_llama() if reference == "base" else tuned(tiny_llama())
    pairs = ragged_pairs(40)
    stock = follow(
        stock_dpo(
            model, pairs, tmp_path / "stock", 30, 4, loss_type=["sigmoid", "sft"], loss_weights=[1.0, 0.3]
        )
    )
    trainer = our_dpo(
        model, pairs, tmp_path / "ours", 30, 4, EngineOptions(budget=SMALL, sharing=share),
        loss_type=["sigmoid", "sft"], loss_weights=[1.0, 0.3],
    )  # fmt: skip
    ours = follow(trainer)
    assert trainer.reference_kind == reference
    assert trainer.counters.micro_batches > 30
    assert relative_error(ours.gradients, stock.gradients) < 1e-5
    assert ours.losses == pytest.approx(stock.losses, rel=1e-5)
    assert len(set(ours.losses)) > 20  # a curve, not a constant


@pytest.mark.parametrize("share", [False, True])
def test_token_scores(tmp_path: Path, share: bool) -> None:
    pairs = ragged_pairs(6)
    trainer = our_dpo(tuned(tiny_llama()), pairs, tmp_path, 1, 4, EngineOptions(budget=SMALL))
    row = pack_pairs(pairs, torch.device("cpu"), "sdpa", share)
    with torch.no_grad(), trainer.forward_context():
        ours, _ = trainer.score_row(row)
    theirs = []
    for pair in pairs:
        for answer in pair.sides():
            ids = torch.tensor([pair.prompt + answer])
            logits = trainer.model(input_ids=ids).logits[:, :-1]
            theirs.append(selective_log_softmax(logits, ids[:, 1:])[0, len(pair.prompt) - 1 :].detach())
    assert torch.allclose(ours, torch.cat(theirs), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("loss", ["hinge", "ipo", "robust"])
def test_losses(tmp_path: Path, loss: str) -> None:
    model, pairs = tuned(tiny_llama()), ragged_pairs(8)
    settings = {"loss_type": [loss], "label_smoothing": 0.2 if loss == "robust" else 0.0, "beta": 0.3}
    stock = follow(stock_dpo(model, pairs, tmp_path / "stock", 3, 4, **settings))
    ours = follow(our_dpo(model, pairs, tmp_path / "ours", 3, 4, EngineOptions(budget=SMALL), **settings))
    assert relative_error(ours.gradients, stock.gradients) < 1e-5
    assert ours.losses == pytest.approx(stock.losses, rel=1e-5)


def test_sft_curve(tmp_path: Path) -> None:
    examples = [
        Sequence(pair.prompt + pair.chosen, [False] * len(pair.prompt) + [True] * len(pair.chosen))
        for pair in ragged_pairs(40)
    ]
    model = tiny_llama()
    stock = follow(stock_sft(model, examples, tmp_path / "stock", 30, 4))
    ours = follow(our_sft(model, examples, tmp_path / "ours", 30, 4, EngineOptions(budget=48)))
    assert relative_error(ours.gradients, stock.gradients) < 1e-5
    assert ours.losses == pytest.approx(stock.losses, rel=1e-5)
    assert ours.losses[-1] < ours.losses[0]


def test_kto_curve(tmp_path: Path) -> None:
    thumbs = [Thumb(pair.prompt, pair.chosen, index % 3 != 0) for index, pair in enumerate(ragged_pairs(18))]
    model, weights = tiny_llama(), {"desirable_weight": 1.0, "undesirable_weight": 1.5}
    stock = follow(stock_kto(model, thumbs, tmp_path / "stock", 8, 4, **weights))
    ours = follow(our_kto(model, thumbs, tmp_path / "ours", 8, 4, EngineOptions(budget=SMALL), **weights))
    assert relative_error(ours.gradients, stock.gradients) < 1e-5
    assert ours.losses == pytest.approx(stock.losses, rel=1e-5)
