"""The starter model's parts: batches, the Llama configuration, the optimizer and its safetensors form."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from torch.optim import Optimizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from job.job import JobError, PretrainConfig
from model.tokenizer import chat, encode_answer, encode_prompt, encode_texts
from starter.cooking_words import COOKING_WORDS
from starter.corpus import Example
from starter.muon import Muon
from starter.ontology import Ontology

# The first part of the steps is starts of recipes without a persona; then every second step is starts under one.
PLAIN_SHARE, RULED_EVERY = 0.25, 2
# A start is short, so a batch holds a third more of them than of recipes.
STARTS_FOR_A_RECIPE = 4 / 3
# Tokens that copying and the keeping of rules are learned from, which all else rests on, count as four.
NAME_WEIGHT = 4.0
LINE = re.compile("Ċ(-[^Ċ]*)")
METHOD = "##ĠMethod"
# The learning rate after the plain starts, as a share of the first.
LATER_RATE = 0.65
# Token ids and what each counts in the loss: nothing in the prompt.
Sequence = tuple[list[int], list[float]]


def tokenizer_texts(examples: list[Example], ontology: Ontology) -> list[str]:
    """What the vocabulary is learned from: the corpus, the ontology's words, and everyday kitchen English."""
    names = [f" {text} {text}" for item in ontology.ingredients for text in item.surfaces] * 4
    kitchen = [" " + " ".join(COOKING_WORDS)] * max(1, len(examples) // 75)
    return [f"{example.system}\n{example.user}\n{example.answer}\n" for example in examples] + names + kitchen


def answer_weights(tokens: list[str], names: tuple[str, ...]) -> list[float]:
    """What each token of an answer counts, given as the tokenizer spells them (a new line is `Ċ`, a space `Ġ`):
    more on ingredient lines and on the names of ingredients in the steps."""
    text = "".join(tokens)
    method = max(text.find(METHOD), 0)
    chosen = [match.span(1) for match in LINE.finditer(text)]
    for name in names if method else ():
        spelled = "Ġ" + name.replace(" ", "Ġ")
        first = text.find(spelled, method + 1)
        while first >= 0:
            chosen.append((first, first + len(spelled)))
            first = text.find(spelled, first + 1)
    heavy = bytearray(len(text))
    for first, last in chosen:
        heavy[first:last] = b"\1" * (last - first)
    ends = list(accumulate(map(len, tokens), initial=0))
    return [NAME_WEIGHT if any(heavy[at:end]) else 1.0 for at, end in pairwise(ends)]


def encode_examples(
    tokenizer: PreTrainedTokenizerFast, examples: list[Example], max_length: int
) -> list[Sequence]:
    """Token ids and weights of each conversation that fits; the answer alone is learned."""
    sequences = []
    known = encode_texts(tokenizer, [text for one in examples for text in (one.system, one.user, one.answer)])
    spelled = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    for example in examples:
        prompt = encode_prompt(tokenizer, chat(example.system, example.user), known)
        answer = encode_answer(tokenizer, example.answer, known)[: None if example.ends else -1]
        if len(prompt) + len(answer) <= max_length:
            weights = answer_weights([spelled[token] for token in answer], example.used)
            sequences.append((prompt + answer, [0.0] * len(prompt) + weights))
    if not sequences:
        raise JobError("bad_config", f"No recipe fits into {max_length} tokens.", "Raise maxLength.")
    return sequences


@dataclass(frozen=True)
class Plan:
    """How many steps see what, and how many rows a step holds."""

    plain: int
    ruled: int
    recipes: int
    recipe_rows: int
    start_rows: int


def make_plan(config: PretrainConfig) -> Plan:
    """Copying is learned soonest where the text is short and no other names distract, so plain starts come
    first; then recipes, with starts under a persona now and then."""
    plain = int(config.steps * PLAIN_SHARE)
    ruled = (config.steps - plain) // RULED_EVERY
    rows = round(config.batch_size * STARTS_FOR_A_RECIPE)
    return Plan(plain, ruled, config.steps - plain - ruled, config.batch_size, rows)


def shuffled_batches(lengths: list[int], batch_size: int, count: int, rng: random.Random) -> list[list[int]]:
    """Indices of `count` batches: shuffled, neighbors of like length together so that little is padding."""
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
    plan: Plan, recipes: list[Sequence], plain: list[Sequence], ruled: list[Sequence], seed: int
) -> list[list[Sequence]]:
    """What each step sees, by seed alone."""
    rng = random.Random(seed)

    def batches(sequences: list[Sequence], rows: int, count: int) -> Iterator[list[Sequence]]:
        order = shuffled_batches([len(ids) for ids, _ in sequences], rows, count, rng)
        return iter([[sequences[index] for index in batch] for batch in order])

    first = batches(plain, plan.start_rows, plan.plain)
    starts = batches(ruled, plan.start_rows, plan.ruled)
    meals = batches(recipes, plan.recipe_rows, plan.recipes)
    later = range(1, plan.ruled + plan.recipes + 1)
    return [*first, *(next(starts) if step % RULED_EVERY == 0 else next(meals) for step in later)]


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
    """Learning rate of a step counted from 0: a short warm-up and a straight line down, once for the plain
    starts and once, lower, for what follows, so that the copying learned first is not washed away."""
    plain = make_plan(config).plain
    if step < plain:
        return config.learning_rate * ramp(step, plain, 0.02, 0.15)
    return LATER_RATE * config.learning_rate * ramp(step - plain, config.steps - plain, 0.3, 0.05)


def ramp(step: int, steps: int, first: float, last: float) -> float:
    """From `first` up to 1 within 30 steps or a tenth, then straight down to `last`."""
    warmup = max(1, min(30, steps // 10))
    if step < warmup:
        return first + (1 - first) * (step + 1) / warmup
    return max(last, 1 - (step - warmup) / max(1, steps - warmup))


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
