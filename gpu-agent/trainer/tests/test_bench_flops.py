"""The FLOPs behind the bench's utilization: by hand for a tiny model, and as torch counts them."""

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM

from engine.packing import Pair
from studies.bench_data import SHAPES
from studies.bench_flops import ModelSize, Work, arm_flops, training_flops, work_of
from studies.bench_peak import find_peak, known_peak

TINY = LlamaConfig(
    vocab_size=10, hidden_size=4, intermediate_size=6, num_hidden_layers=2, num_attention_heads=2,
    num_key_value_heads=1, tie_word_embeddings=True, attn_implementation="eager",
)  # fmt: skip
# A layer: q and o 4 x 4, k and v 4 x 2, gate, up and down 4 x 6. LoRA of rank 1 on q and v: 4 + 4 and 4 + 2.
SIZE = ModelSize(matrices=2 * 120, head=40, lora=2 * 14, layers=2, width=4)
PAIR = Pair([1, 2, 3], [4, 5], [6])


def test_a_model_is_counted_from_its_config() -> None:
    assert ModelSize.of(TINY, 1, ["q_proj", "v_proj"]) == SIZE
    bench = ModelSize.of(LlamaConfig(**SHAPES["cuda"]), 16, ["q_proj", "k_proj", "v_proj", "o_proj"])
    # Llama-3.2-3B has 3,212,749,824 parameters; without its norms, two a layer and one at the end:
    assert bench.matrices + bench.head == 3_212_749_824 - 57 * 3072
    assert bench.lora == 28 * 16 * (2 * (3072 + 3072) + 2 * (3072 + 1024))


def test_a_sequence_of_five_tokens_by_hand() -> None:
    # 3 + 2 tokens, of which 2 are scored; token i sees i tokens: 1 + 2 + 3 + 4 + 5 = 15.
    assert work_of([PAIR], "sft") == Work(tokens=5, scored=2, seen=15)
    # Matrices 2 * 240 * 5, head 2 * 40 * 2, attention 4 * 2 layers * 4 wide * 15.
    forward = 2400 + 160 + 480
    flops = arm_flops(SIZE, [PAIR], "sft", epochs=1, caches=False, shared=False)
    assert flops.model == 3 * forward
    # The base's own gradients are not needed; those of the LoRA are: 6 * 28 * 5.
    assert flops.needed == 2 * (2400 + 160) + 3 * 480 + 840
    assert arm_flops(SIZE, [PAIR], "sft", 7, False, False).model == 7 * flops.model


def test_a_pair_has_two_sequences_and_a_reference() -> None:
    # [prompt | chosen] 5 tokens, [prompt | rejected] 4 tokens: 15 + 10 seen.
    assert work_of([PAIR], "dpo") == Work(tokens=9, scored=3, seen=25)
    forward = 2 * 240 * 9 + 2 * 40 * 3 + 32 * 25
    assert (
        arm_flops(SIZE, [PAIR], "dpo", 3, caches=False, shared=False).model == 3 * 3 * forward + 3 * forward
    )
    assert arm_flops(SIZE, [PAIR], "dpo", 3, caches=True, shared=False).model == 3 * 3 * forward + forward


def test_a_shared_prompt_counts_once() -> None:
    # The rejected answer's token sees the prompt and itself: 4 more; the reference shares no prompts.
    assert work_of([PAIR], "dpo", shared=True) == Work(tokens=6, scored=3, seen=19)
    whole, shared = (arm_flops(SIZE, [PAIR], "dpo", 1, True, share).model for share in (False, True))
    assert whole - shared == 3 * (2 * 240 * 3 + 32 * 6)


def counted(model: torch.nn.Module, length: int) -> float:
    with FlopCounterMode(display=False) as counter:
        out = model(torch.arange(length)[None] % 10, use_cache=False)
        out.logits.sum().backward()
    return float(counter.get_total_flops())


@pytest.mark.parametrize("length", (5, 9))
def test_torch_counts_the_same(length: int) -> None:
    """torch computes the whole square of the scores, scores every token, and counts the rotary angles, which the formula
    leaves out: one of a head's two halves, by position."""
    work, angles = Work(length, length, length * length), 2 * length
    assert counted(LlamaForCausalLM(TINY), length) - angles == training_flops(SIZE, work, Work()).model
    tuned = get_peft_model(LlamaForCausalLM(TINY), LoraConfig(r=1, target_modules=["q_proj", "v_proj"]))
    tuned.enable_input_require_grads()
    assert counted(tuned, length) - angles == training_flops(SIZE, work, Work()).needed


def test_the_peak_of_a_device_is_known_or_measured() -> None:
    assert known_peak("NVIDIA H200") == known_peak("NVIDIA H100 80GB HBM3") == 989.4e12
    assert known_peak("Tesla T4") == 65e12
    assert known_peak("NVIDIA A1000") is None
    measured = find_peak(torch.device("cpu"))
    assert measured.flops > 1e8 and measured.source.startswith("measured, ")
