"""The starter model's parts: batches, the Llama configuration, the optimizer and its safetensors form."""

import random
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from torch.optim import Optimizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from corpus import Example
from job import JobError, PretrainConfig
from kitchen_words import KITCHEN_WORDS
from muon import Muon
from ontology import Ontology
from tokenizer import chat, encode_answer, encode_prompt

PLAIN_SHARE, RULED_EVERY = 0.4, 6
Sequence = tuple[list[int], int]  # token ids, and where the answer starts


def tokenizer_texts(examples: list[Example], ontology: Ontology) -> list[str]:
    """What the vocabulary is learned from: the corpus, the ontology's words, and everyday kitchen English."""
    names = [f" {text} {text}" for item in ontology.ingredients for text in item.surfaces] * 4
    kitchen = [" " + " ".join(KITCHEN_WORDS)] * max(1, len(examples) // 75)
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


def shuffled_batches(lengths: list[int], batch_size: int, count: int, rng: random.Random) -> list[list[int]]:
    """Indices of `count` batches: shuffled, neighbours of like length together so that little is padding."""
    batches: list[list[int]] = []
    while len(batches) < count:
        order = list(range(len(lengths)))
        rng.shuffle(order)
        window = batch_size * 20
        epoch = []
        for start in range(0, len(order), window):
            near = sorted(order[start : start + window], key=lambda index: lengths[index])
            epoch += [near[at : at + batch_size] for at in range(0, len(near), batch_size)]
        rng.shuffle(epoch)
        batches += epoch
    return batches[:count]


def plan_batches(
    recipes: list[Sequence], listings: list[Sequence], batch_size: int, steps: int, seed: int
) -> list[list[Sequence]]:
    """What each step sees, by seed alone: the plain half of the listings first, then recipes with a listing under a
    persona now and then. Copying is learned soonest where the text is short and no other names distract."""
    rng = random.Random(seed)
    plain, ruled = listings[: len(listings) // 2], listings[len(listings) // 2 :]
    first = int(steps * PLAIN_SHARE)
    later = [step % RULED_EVERY == 0 for step in range(first, steps)]

    def batches(sequences: list[Sequence], count: int) -> Iterator[list[Sequence]]:
        order = shuffled_batches([len(ids) for ids, _ in sequences], batch_size, count, rng)
        return iter([[sequences[index] for index in batch] for batch in order])

    under_rules, of_recipes = batches(ruled, sum(later)), batches(recipes, len(later) - sum(later))
    return [
        *batches(plain, first),
        *(next(under_rules) if listing else next(of_recipes) for listing in later),
    ]


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


def make_optimizers(model: LlamaForCausalLM, config: PretrainConfig) -> list[Optimizer]:
    """Muon for the matrices inside the layers, AdamW at half its rate for embeddings and norms.

    Muon reached AdamW's loss of step 95 at step 45, at a sixth more work a step.
    """
    inner = [weight for name, weight in model.named_parameters() if weight.dim() == 2 and "embed" not in name]
    outer = [weight for name, weight in model.named_parameters() if weight.dim() < 2 or "embed" in name]
    adam = torch.optim.AdamW(outer, lr=config.learning_rate / 2, betas=(0.9, 0.95), weight_decay=0.0)
    return [Muon(inner, lr=config.learning_rate), adam]


def rate(step: int, config: PretrainConfig) -> float:
    """Learning rate of a step counted from 0: a short warm-up, then a straight line to a twentieth."""
    warmup = max(1, min(40, config.steps // 10))
    if step < warmup:
        return config.learning_rate * (step + 1) / warmup
    left = 1 - (step - warmup) / max(1, config.steps - warmup)
    return config.learning_rate * max(0.05, left)


def save_optimizers(optimizers: list[Optimizer], path: Path) -> None:
    """The moments as safetensors, one entry for each optimizer, parameter and moment."""
    tensors = {
        f"{number}.{index}.{name}": value.contiguous()
        for number, optimizer in enumerate(optimizers)
        for index, item in optimizer.state_dict()["state"].items()
        for name, value in item.items()
    }
    save_file(tensors, path)


def load_optimizers(optimizers: list[Optimizer], path: Path) -> None:
    states: list[dict[int, dict[str, torch.Tensor]]] = [{} for _ in optimizers]
    for key, value in load_file(path).items():
        number, index, name = key.split(".", 2)
        states[int(number)].setdefault(int(index), {})[name] = value
    for optimizer, state in zip(optimizers, states):
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
