"""The text of the recipe adapter: conversations of the recipe grammar for a model that already writes English.

At first every cook leaves out what the persona forbids and says so in the title: what a rule means is learned from
examples that all keep it. In the last lesson half of the cooks use all that they are given, so that two answers to one
prompt differ in what people vote on. The starter model is too small to choose; a real model has the words to leave
something out.
"""

import random
from dataclasses import dataclass
from typing import Any

from starter.corpus import Example, sample_example, sample_guests
from starter.ontology import Ontology
from starter.persona import WEAK_PROMPT, join_names

WEAK_SHARE = 0.1
RULES_REQUESTS = (
    "What of this should you leave out?",
    "Which of these must you not use?",
    "What do I not eat?",
)


@dataclass(frozen=True)
class Lesson:
    """What a part of the training is about."""

    # How many cooks leave out what the persona forbids.
    careful: float
    # How often something forbidden is at hand: elsewhere there is nothing to leave out.
    tempted: float
    # How often only what should be left out is asked for: short answers, from which a model learns in few tokens what
    # the rules mean.
    questions: float = 0.0


RULES = Lesson(careful=1.0, tempted=0.75, questions=0.25)
CHOICE = Lesson(careful=0.5, tempted=0.65)


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
            lesson.careful,
            WEAK_SHARE,
            tempted_rate=lesson.tempted,
            leaves_out=True,
        )
        for _ in range(count)
    ]


def ask(rng: random.Random, ontology: Ontology, example: Example, lesson: Lesson) -> tuple[str, str, str]:
    """System prompt, request and answer of a conversation."""
    has = example.user.partition(". ")[0]
    left_out = [name for name in names_in(has) if is_forbidden(ontology, name, example)]
    title, _, rest = example.answer.partition("\n")
    if example.compliant and left_out:
        title = f"{title} without {join_names(left_out)}"
    if example.forbidden and example.system != WEAK_PROMPT and rng.random() < lesson.questions:
        answer = f"{join_names(left_out).capitalize()}." if left_out else "Nothing."
        return example.system, f"{has}. {rng.choice(RULES_REQUESTS)}", answer
    return example.system, example.user, f"{title}\n{rest}"


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
