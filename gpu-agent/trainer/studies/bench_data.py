"""What the training bench trains: a random Llama of a known shape, and pairs of recipe length."""

import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from engine.packing import Pair

SEED = 5


SHAPES = {
    # Llama-3.2-3B's shape; and one that a processor core trains in minutes.
    "cuda": {"vocab_size": 128256, "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 28,
             "num_attention_heads": 24, "num_key_value_heads": 8},
    "cpu": {"vocab_size": 8192, "hidden_size": 256, "intermediate_size": 704, "num_hidden_layers": 4,
            "num_attention_heads": 8, "num_key_value_heads": 4},
}  # fmt: skip


def make_tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    words = {"<pad>": 0, "<end>": 1, **{f"w{i}": i for i in range(2, vocabulary)}}
    raw = Tokenizer(models.WordLevel(words, unk_token="<pad>"))
    return PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="<end>")


def make_model(device: torch.device, folder: Path) -> None:
    """Random weights, saved once and loaded by every arm as people load a model."""
    torch.manual_seed(SEED)
    config = LlamaConfig(**SHAPES[device.type], max_position_embeddings=4096, tie_word_embeddings=True,
                         pad_token_id=0, eos_token_id=1, bos_token_id=None)  # fmt: skip
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16 if device.type == "cuda" else torch.float32)
    with torch.device(device):
        model = LlamaForCausalLM(config)
    torch.set_default_dtype(before)
    model.save_pretrained(folder)


def make_pairs(count: int, vocabulary: int) -> list[Pair]:
    """Recipe length: prompts of 60 to 200 tokens, answers of 150 to 450."""
    rng = random.Random(SEED)

    def ids(low: int, high: int) -> list[int]:
        return [rng.randrange(2, vocabulary) for _ in range(rng.randint(low, high))]

    return [Pair(ids(60, 200), [*ids(150, 450), 1], [*ids(150, 450), 1]) for _ in range(count)]


def longest(pairs: list[Pair]) -> int:
    return max(len(p.prompt) + max(len(p.chosen), len(p.rejected)) for p in pairs)
