"""The starter model's parts: batches, the Llama configuration, the optimizer and its safetensors form."""

import random
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

import lexicon
from corpus import Example
from job import JobError, PretrainConfig
from ontology import Ontology
from tokenizer import chat, encode_answer, encode_prompt

Sequence = tuple[list[int], int]  # token ids, and where the answer starts


def tokenizer_texts(examples: list[Example], ontology: Ontology) -> list[str]:
    """What the vocabulary is learned from: the corpus, the ontology's words, and everyday kitchen English."""
    names = [f" {text} {text}" for item in ontology.ingredients for text in item.surfaces] * 4
    kitchen = [" " + " ".join(lexicon.KITCHEN_WORDS)] * max(1, len(examples) // 75)
    return [f"{example.system}\n{example.user}\n{example.answer}\n" for example in examples] + names + kitchen


def encode_examples(
    tokenizer: PreTrainedTokenizerFast, examples: list[Example], max_length: int
) -> list[Sequence]:
    """Token ids of each conversation that fits; the answer alone is learned."""
    sequences = []
    for example in examples:
        prompt = encode_prompt(tokenizer, chat(example.system, example.user))
        answer = encode_answer(tokenizer, example.answer)
        if len(prompt) + len(answer) <= max_length:
            sequences.append((prompt + answer, len(prompt)))
    if not sequences:
        raise JobError("bad_config", f"No recipe fits into {max_length} tokens.", "Raise maxLength.")
    return sequences


def batch_order(lengths: list[int], batch_size: int, steps: int, seed: int) -> list[list[int]]:
    """Which examples each step sees: shuffled by seed, neighbours of like length together so that little is padding."""
    rng = random.Random(seed)
    batches: list[list[int]] = []
    while len(batches) < steps:
        order = list(range(len(lengths)))
        rng.shuffle(order)
        window = batch_size * 20
        epoch = []
        for start in range(0, len(order), window):
            near = sorted(order[start : start + window], key=lambda index: lengths[index])
            epoch += [near[at : at + batch_size] for at in range(0, len(near), batch_size)]
        rng.shuffle(epoch)
        batches += epoch
    return batches[:steps]


def make_batch(sequences: list[Sequence], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and labels, both (batch, length); labels are -100 outside the answers."""
    width = max(len(ids) for ids, _ in sequences)
    inputs = torch.zeros(len(sequences), width, dtype=torch.long)
    labels = torch.full((len(sequences), width), -100, dtype=torch.long)
    for row, (ids, start) in enumerate(sequences):
        inputs[row, : len(ids)] = torch.tensor(ids)
        labels[row, start : len(ids)] = torch.tensor(ids[start:])
    return inputs.to(device), labels.to(device)


def answer_loss(model: LlamaForCausalLM, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the answer tokens, in nats. The vocabulary is scored only where it is learned.

    No attention mask: padding is on the right, so a causal model never sees it from a position that counts.
    """
    hidden = model.model(input_ids=inputs, use_cache=False).last_hidden_state[:, :-1]
    targets = labels[:, 1:]
    wanted = targets != -100
    return functional.cross_entropy(model.lm_head(hidden[wanted]).float(), targets[wanted])


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


def make_optimizer(model: LlamaForCausalLM, config: PretrainConfig) -> torch.optim.AdamW:
    """AdamW; matrices decay, norms do not."""
    matrices = [weight for weight in model.parameters() if weight.dim() >= 2]
    vectors = [weight for weight in model.parameters() if weight.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.95), eps=1e-8)


def rate(step: int, config: PretrainConfig) -> float:
    """Learning rate of a step counted from 0: a short warm-up, then a straight line to a twentieth."""
    warmup = max(1, min(40, config.steps // 10))
    if step < warmup:
        return config.learning_rate * (step + 1) / warmup
    left = 1 - (step - warmup) / max(1, config.steps - warmup)
    return config.learning_rate * max(0.05, left)


def save_optimizer(optimizer: torch.optim.AdamW, path: Path) -> None:
    """The optimizer's moments as safetensors, one entry for each parameter and moment."""
    state = optimizer.state_dict()["state"]
    tensors = {
        f"{index}.{name}": value.contiguous() for index, item in state.items() for name, value in item.items()
    }
    save_file(tensors, path)


def load_optimizer(optimizer: torch.optim.AdamW, path: Path) -> None:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in load_file(path).items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
