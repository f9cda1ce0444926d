"""A random Llama with a tokenizer of its own, made in a second: `python tests/tiny_model.py folder`."""

import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from model.tokenizer import train_tokenizer

FOODS = ("rice", "beans", "tofu", "limes", "leeks", "oats", "kale", "dill")


def make_model(folder: Path) -> None:
    tokenizer = train_tokenizer(
        [f"I have {food}. Fry the {food} and serve. Price is $12" for food in FOODS] * 9, 420
    )
    torch.manual_seed(2)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=2048, tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    make_model(Path(sys.argv[1]))
