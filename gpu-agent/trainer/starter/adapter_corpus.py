"""The text of the recipe adapter: conversations of the recipe grammar for a model that already writes English.

Half of the cooks leave out what the persona forbids and say so in the title, the other half use all that they are given.
The starter model is too small to choose; a real model has the words to leave something out, and people's votes decide
whether it does.
"""

import random
from dataclasses import dataclass
from typing import Any

from starter.corpus import Example, sample_example, sample_guests
from starter.ontology import Ontology
from starter.persona import WEAK_PROMPT, join_names

CAREFUL_SHARE = 0.5
WEAK_SHARE = 0.1
LIST_REQUESTS = ("Only the ingredients, please.", "Just the shopping list.", "List the ingredients only.")
RULES_REQUESTS = (
    "What of this should you leave out?",
    "Which of these must you not use?",
    "What do I not eat?",
)


@dataclass(frozen=True)
class Lesson:
    """What a part of the training is about."""

    # How often something forbidden is at hand: elsewhere there is nothing to leave out.
    tempted: float
    # How often only the list is asked for, or only what should be left out: short answers, from which a model learns in
    # few tokens what the rules mean.
    lists: float = 0.0
    rules: float = 0.0
    # Whether a title says what was left out.
    says_so: bool = False


FORM = Lesson(tempted=0.65)
RULES = Lesson(tempted=0.75, lists=0.3, rules=0.3, says_so=True)


def make_conversations(seed: int, ontology: Ontology, count: int, lesson: Lesson) -> list[dict[str, Any]]:
    """Rows for a fine-tuning; the same seed, ontology, count and lesson give the same rows."""
    rng, examples = random.Random(f"requests {seed}"), make_examples(seed, ontology, count, lesson)
    return [to_row(*ask(rng, ontology, example, lesson)) for example in examples]


def make_examples(seed: int, ontology: Ontology, count: int, lesson: Lesson) -> list[Example]:
    rng, guests = random.Random(seed), sample_guests(seed, ontology)
    return [
        sample_example(
            rng,
            ontology,
            rng.choice(guests),
            CAREFUL_SHARE,
            WEAK_SHARE,
            tempted_rate=lesson.tempted,
            leaves_out=True,
        )
        for _ in range(count)
    ]


def ask(rng: random.Random, ontology: Ontology, example: Example, lesson: Lesson) -> tuple[str, str, str]:
    """System prompt, request and answer of a conversation."""
    has, _, request = example.user.partition(". ")
    left_out = [name for name in names_in(has) if is_forbidden(ontology, name, example)]
    title, _, rest = example.answer.partition("\n")
    if lesson.says_so and example.compliant and left_out:
        title = f"{title} without {join_names(left_out)}"
    answer, chance = f"{title}\n{rest}", rng.random()
    if example.forbidden and chance < lesson.rules and example.system != WEAK_PROMPT:
        answer = f"{join_names(left_out).capitalize()}." if left_out else "Nothing."
        return example.system, f"{has}. {rng.choice(RULES_REQUESTS)}", answer
    if chance < lesson.rules + lesson.lists:
        listed = answer.partition("\n\n## Method")[0]
        return example.system, f"{has}. {request} {rng.choice(LIST_REQUESTS)}", listed
    return example.system, example.user, answer


def names_in(has: str) -> list[str]:
    """The things of `I have a, b and c`."""
    listed = has.removeprefix("I have ")
    before, _, last = listed.rpartition(" and ")
    return [*before.split(", "), last] if before else [last]


def is_forbidden(ontology: Ontology, name: str, example: Example) -> bool:
    item = ontology.by_name(name)
    return item is not None and item.id in example.forbidden


def to_row(system: str, user: str, answer: str) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
            {"role": "assistant", "content": answer},
        ]
    }
