"""Models that bend their logits or their attention train as transformers has them: losses and gradients agree."""

from pathlib import Path
from typing import Any

import pytest
import torch
from parity import VOCABULARY, follow, our_sft, ragged_pairs, relative_error, stock_sft
from transformers import (
    Cohere2Config,
    Cohere2ForCausalLM,
    CohereConfig,
    CohereForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from engine.counters import EngineOptions
from engine.packing import Sequence
from engine.scores import LogitRule, logit_rule, token_scores
from job.job import JobError

SHAPE = {"vocab_size": VOCABULARY, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
         "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 256,
         "initializer_range": 0.2, "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}  # fmt: skip

# Windows of a few tokens, and caps low enough to bend: where either is ignored, losses part at once.
FAMILIES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "gemma2": (Gemma2Config, Gemma2ForCausalLM, {"head_dim": 16, "query_pre_attn_scalar": 8, "sliding_window": 6,
                                                 "final_logit_softcapping": 2.0, "attn_logit_softcapping": 1.5}),
    "cohere": (CohereConfig, CohereForCausalLM, {"logit_scale": 0.3}),
    "cohere2": (Cohere2Config, Cohere2ForCausalLM, {"logit_scale": 0.3, "sliding_window": 6}),
    "granite": (GraniteConfig, GraniteForCausalLM, {"logits_scaling": 4.0, "attention_multiplier": 0.1}),
    "mistral": (MistralConfig, MistralForCausalLM, {"sliding_window": 6}),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, {"use_sliding_window": True, "sliding_window": 6, "max_window_layers": 1}),
}  # fmt: skip


def make(family: str) -> Any:
    config_type, model_type, more = FAMILIES[family]
    torch.manual_seed(3)
    model = model_type(config_type(**{**SHAPE, **more})).float()
    model.set_attn_implementation("eager")  # transformers has capped scores there alone
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_trains_as_in_transformers(tmp_path: Path, family: str) -> None:
    examples = [
        Sequence(p.prompt + p.chosen, [False] * len(p.prompt) + [True] * len(p.chosen))
        for p in ragged_pairs(8)
    ]
    # TRL's default, chunked, forgets Granite's scale; "nll" is the model's own forward.
    stock = follow(stock_sft(make(family), examples, tmp_path / "stock", 3, 4, loss_type="nll"))
    ours = follow(our_sft(make(family), examples, tmp_path / "ours", 3, 4, EngineOptions(budget=128)))
    assert ours.losses == pytest.approx(stock.losses, rel=1e-5)
    assert relative_error(ours.gradients, stock.gradients) < 1e-5


@pytest.mark.parametrize("rule", [LogitRule(), LogitRule(0.25), LogitRule(1.0, 2.0), LogitRule(3.0, 1.5)])
def test_scores_of_a_frozen_and_of_a_trained_head_are_those_of_whole_logits(rule: LogitRule) -> None:
    torch.manual_seed(1)
    head = torch.nn.Linear(24, 4000, bias=False).double()  # several chunks of tokens
    states = torch.randn(2600, 24, dtype=torch.float64)
    labels = torch.randint(0, 4000, (2600,))
    weights = torch.randn(2600, dtype=torch.float64)
    found = []
    for kind in ("whole", "frozen", "trained"):
        head.weight.requires_grad_(kind == "trained")
        leaf = states.clone().requires_grad_()
        if kind == "whole":
            logits = rule.apply(head(leaf))
            scores = logits.log_softmax(dim=-1).gather(1, labels[:, None])[:, 0]
        else:
            scores, hits = token_scores(head, leaf, labels, rule)
            assert torch.equal(hits, head(states).argmax(-1) == labels)
        (scores.double() * weights).sum().backward()
        found.append((scores.detach().double(), leaf.grad))
    for scores, slopes in found[1:]:
        assert torch.allclose(scores, found[0][0], atol=2e-5)
        assert slopes is not None and found[0][1] is not None
        assert float((slopes - found[0][1]).norm() / found[0][1].norm()) < 1e-5


def test_a_model_with_an_unknown_logit_transform_is_refused() -> None:
    config = GraniteConfig(**SHAPE, logits_scaling=4.0)
    assert logit_rule(config) == LogitRule(0.25)
    config.model_type = "granitemoe"
    with pytest.raises(JobError, match=r"\(granitemoe\) changes its logits by logits_scaling") as refused:
        logit_rule(config)
    assert refused.value.code == "unsupported_model"
