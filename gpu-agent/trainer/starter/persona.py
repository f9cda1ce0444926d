"""Made-up people to cook for, and the exact sentences in which a prompt describes them."""

import random
from dataclasses import dataclass, field

from starter import lexicon as words
from starter.ontology import Ontology, normal

WEAK_PROMPT = "You are a helpful cook."


@dataclass(frozen=True)
class Persona:
    """Who is cooked for, as the system prompt describes it."""

    name: str
    cuisines: list[str] = field(default_factory=list)
    flavors: list[str] = field(default_factory=list)
    diets: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    likes: list[str] = field(default_factory=list)


def persona_prompt(persona: Persona) -> str:
    """The full system prompt; a section whose list is empty is left out."""
    sections = [
        ("Cuisine", persona.cuisines),
        ("Flavor", persona.flavors),
        ("Diet", persona.diets),
        ("Never use", persona.forbidden),
        ("Likes", persona.likes),
    ]
    sentences = [f"{label}: {', '.join(entries)}." for label, entries in sections if entries]
    return " ".join([f"You cook for {persona.name}.", *sentences])


def join_names(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def user_message(inventory: list[str], request: str) -> str:
    return f"I have {join_names(inventory)}. {request}"


def pick(rng: random.Random, pool: list[str], most: int) -> list[str]:
    """Between none and `most` different entries of a pool, in random order."""
    return rng.sample(pool, min(len(pool), rng.randint(0, most)))


def sample_rules(rng: random.Random, ontology: Ontology) -> tuple[list[str], list[str]]:
    """Diets and forbidden words of one persona: mostly a diet that many people keep, so that a small model meets it
    often enough to learn what it rules out, spelled out more or less fully."""
    tags = sorted(ontology.common_tags - words.DESCRIPTIONS)
    diets: list[str] = []
    forbidden: list[str] = []
    chance = rng.random()
    if chance < 0.12:
        return diets, forbidden
    if chance < 0.85:
        diet = rng.choice(sorted(ontology.diets))
        roots = list(ontology.diets[diet])
        if rng.random() < 0.6:
            diets.append(diet)
    else:
        roots = rng.sample(tags, rng.randint(1, 3))
    for root in roots:
        members = ontology.by_tag.get(normal(root), ontology.by_tag.get(root, ()))
        below = sorted({tag for item in members for tag in item.tags if tag != root} & set(tags))
        narrower = [tag for tag in below if set(ontology.by_tag[tag]) <= set(members)]
        # Names of staples above all: that a word of the rules is also a word at hand is learned before its meaning.
        staples = [item.name for item in members if item.common]
        forbidden += [root, *pick(rng, narrower, 4), *pick(rng, staples, 6)]
    if rng.random() < 0.25:
        forbidden += [rng.choice(item.surfaces) for item in rng.sample(ontology.pantry, rng.randint(1, 5))]
    if rng.random() < 0.15:
        forbidden.append(rng.choice(words.FREE_RULES))
    if diets and rng.random() < 0.2:
        forbidden = []
    unique = list(dict.fromkeys(forbidden))
    return diets, unique[: rng.randint(3, 13)]


def sample_persona(rng: random.Random, ontology: Ontology) -> Persona:
    """A made-up person whose rules leave something to cook with."""
    while True:
        home = rng.choice(ontology.cuisines)
        near = [region for region, members in words.REGIONS.items() if home in members and region != home]
        diets, forbidden = sample_rules(rng, ontology)
        banned = ontology.forbidden(forbidden, diets)
        allowed = [item.name for item in ontology.by_cuisine[home] if item.id not in banned]
        if len(allowed) >= min(25, len(ontology.by_cuisine[home]) // 2):
            break
    name = rng.choice(words.COOK_NAMES).format(
        cuisine=home.title(), first=rng.choice(words.FIRST_NAMES), note=rng.choice(words.COOK_NOTES)
    )
    return Persona(
        name=name,
        cuisines=[home, *pick(rng, near, 1)] if rng.random() < 0.9 else [],
        flavors=pick(rng, list(words.FLAVORS), 3),
        diets=diets,
        forbidden=forbidden,
        likes=[*pick(rng, allowed, 5), *pick(rng, list(words.FREE_LIKES), 2)],
    )
