"""What `npm run bench train` does on a GPU, as far as a machine without one can tell: its shapes, on the meta device."""

import pytest
import torch
from peft import get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from engine.attention import packed_attention
from engine.packing import Sequence, pack_pairs, pack_sequences, pair_tokens
from engine.scores import PLAIN, token_scores
from studies.bench_arms import lora
from studies.bench_data import SHAPES, longest, make_pairs

META = torch.device("meta")
CUDA = SHAPES["cuda"]


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    config = LlamaConfig(**CUDA, max_position_embeddings=4096, tie_word_embeddings=True)
    with META:
        return LlamaForCausalLM(config).to(torch.bfloat16)


@pytest.fixture(autouse=True)
def without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers looks at positions to build a mask, which ours is not; meta tensors have no values to look at."""
    monkeypatch.setattr("transformers.masking_utils.find_packed_sequence_indices", lambda _: None)


def test_the_gpu_bench_trains_the_shape_of_llama_3_2_3b(model: LlamaForCausalLM) -> None:
    # As published: 3.21 billion parameters, the embedding counted once.
    assert sum(weight.numel() for weight in model.parameters()) == 3_212_749_824
    pairs = make_pairs(64, CUDA["vocab_size"])
    assert len(pairs) == 64
    for pair in pairs:
        assert 60 <= len(pair.prompt) <= 200
        assert all(151 <= len(answer) <= 451 for answer in pair.sides())
    assert longest(pairs) <= 651


@pytest.mark.parametrize("share", [False, True])
def test_shapes_of_a_gpu_step_match(model: LlamaForCausalLM, share: bool) -> None:
    """Forwards and backwards of a micro-batch in bf16, with its adapter: every shape, and that gradients reach it."""
    wrapped = get_peft_model(model, lora("dpo"))
    try:
        trained = sum(weight.numel() for weight in wrapped.parameters() if weight.requires_grad)
        # r 16 on q, k, v, o: 16 * (in + out), 28 layers.
        assert trained == 28 * 16 * (2 * (3072 + 3072) + 2 * (3072 + 1024))
        pairs = make_pairs(4, CUDA["vocab_size"])
        row = pack_pairs(pairs, META, "sdpa", share)
        assert row.tokens == sum(pair_tokens(pair, share) for pair in pairs)
        causal = wrapped.get_base_model()
        with packed_attention(causal):
            out = causal.model(
                input_ids=row.input_ids,
                position_ids=row.position_ids,
                attention_plan=row.plan,
                use_cache=False,
            )
            assert out.last_hidden_state.shape == (1, row.tokens, 3072)
            states = out.last_hidden_state[0].index_select(0, row.at)
            scores, hits = token_scores(causal.get_output_embeddings(), states, row.labels, PLAIN)
            answers = sum(len(answer) for pair in pairs for answer in pair.sides())
            assert scores.shape == hits.shape == (answers,)
            scores.sum().backward()
        assert all(weight.grad is not None for weight in wrapped.parameters() if weight.requires_grad)
    finally:
        wrapped.unload()


def test_shapes_of_a_row_of_examples_match(model: LlamaForCausalLM) -> None:
    examples = [
        Sequence(pair.prompt + pair.chosen, [False] * len(pair.prompt) + [True] * len(pair.chosen))
        for pair in make_pairs(4, CUDA["vocab_size"])
    ]
    row = pack_sequences(examples, META, "sdpa")
    with torch.no_grad(), packed_attention(model):
        out = model.model(
            input_ids=row.input_ids, position_ids=row.position_ids, attention_plan=row.plan, use_cache=False
        )
    assert out.last_hidden_state.shape == (1, row.tokens, 3072)
