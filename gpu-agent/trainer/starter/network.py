"""The small Llama: its shape, its batches and its loss."""

import torch
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from job.job import PretrainConfig
from starter.examples import Sequence


def make_model(config: PretrainConfig, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=config.hidden_size,
            intermediate_size=config.ffn_size,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            num_key_value_heads=config.kv_heads,
            max_position_embeddings=max(1024, config.max_length),
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def make_batch(sequences: list[Sequence], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and weights, both (batch, length); weights are 0 outside the answers."""
    width = max(len(ids) for ids, _ in sequences)
    inputs = torch.zeros(len(sequences), width, dtype=torch.long)
    weights = torch.zeros(len(sequences), width)
    for row, (ids, worth) in enumerate(sequences):
        inputs[row, : len(ids)] = torch.tensor(ids)
        weights[row, : len(ids)] = torch.tensor(worth)
    return inputs.to(device), weights.to(device)


def score_answers(
    model: LlamaForCausalLM, inputs: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy of the answer tokens in nats, summed: weighted, to learn from, and plain, to report.

    The vocabulary is scored only where it is learned. No attention mask: padding is on the right, so a causal
    model never sees it from a position that counts.
    """
    hidden = model.model(input_ids=inputs, use_cache=False).last_hidden_state[:, :-1]
    wanted = weights[:, 1:] > 0
    losses = functional.cross_entropy(
        model.lm_head(hidden[wanted]).float(), inputs[:, 1:][wanted], reduction="none"
    )
    return (losses * weights[:, 1:][wanted]).sum(), losses.detach().sum()
