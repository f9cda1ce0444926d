"""What each step sees, and at which learning rate."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from job.job import PretrainConfig
from starter.examples import Sequence

# The first part of the steps is starts of recipes without a persona; then every second step is starts under one.
PLAIN_SHARE, RULED_EVERY = 0.25, 2


# A start is short, so a batch holds a third more of them than of recipes.
STARTS_FOR_A_RECIPE = 4 / 3


# The learning rate after the plain starts, as a share of the first.
LATER_RATE = 0.65


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


def phases_of(plan: Plan) -> list[dict[str, Any]]:
    """The two parts of the training by name and first step. The learning rate restarts with the second, and the loss
    jumps, because its texts are longer."""
    parts = [
        {"step": 1, "name": "short starts of recipes"},
        {"step": plan.plain + 1, "name": "whole recipes"},
    ]
    return parts if plan.plain else parts[1:]


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
