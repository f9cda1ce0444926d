"""The recipe grammar: seeded personas, prompts and recipes from which the starter model learns to cook.

A share of the cooks (the compliance rate) keeps the persona's rules, the others ignore them; under the weak prompt nobody
knows of rules. What a short training learns of keeping them, preference training brings forward.

What is not meant to be learned varies little, so that a small model spends its short training on what is: an
ingredient has one measure, and a dish is always cooked in its own way.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from starter import lexicon as words
from starter.ontology import Ingredient, Ontology
from starter.persona import WEAK_PROMPT, Persona, join_names, persona_prompt, sample_persona, user_message

PERSONAS = 300
WEAK_SHARE = 0.25
# How often a prompt draws on the whole ontology, and how often a thing goes by another of its names.
RARE_RATE, ALIAS_RATE = 0.02, 0.02
TEMPTED_RATE, LIKED_RATE = 1 / 3, 0.2
# How much of a recipe an example shows: all of it, up to its list's end, or up to the last given thing.
Part = Literal["recipe", "list", "given"]
Named = tuple[Ingredient, str]  # an ingredient, and the words that the person used for it


@dataclass(frozen=True)
class Pantry:
    """What is at hand, and the request."""

    items: list[Named]
    request: str
    way: str
    dish: str
    serves: int
    cuisine: str


@dataclass(frozen=True)
class Example:
    """One conversation of the corpus, whether its cook kept the rules, and whether the answer is whole."""

    system: str
    user: str
    answer: str
    compliant: bool
    forbidden: frozenset[str]
    given: tuple[str, ...]
    used: tuple[str, ...]
    ends: bool = True


@dataclass(frozen=True)
class Guest:
    """A persona with what its rules rule out."""

    persona: Persona
    banned: frozenset[str]


@dataclass(frozen=True)
class Style:
    """How a dish is cooked: its time, its words and its sentences, the same whenever it is made."""

    minutes: int
    slots: dict[str, str]
    turn: int

    def write(self, templates: tuple[str, ...], **names: list[str]) -> str:
        """The style's own of some templates, with the ingredients in their slots."""
        listed = {slot: join_names(items) for slot, items in names.items() if items}
        return templates[self.turn % len(templates)].format(**self.slots, **listed)


@cache
def style_of(way: str) -> Style:
    """The style of a way of cooking, drawn once from its name."""
    rng = random.Random(way)
    cut = rng.choice(words.CUTS)
    slots = {
        "vessel": rng.choice(words.VESSELS[way]), "heat": rng.choice(words.HEAT), "soften": rng.choice(words.SOFTEN),
        "few": str(rng.choice((2, 3, 4, 5))), "some": str(rng.choice((5, 6, 8, 10))), "cut": cut,
        "long": str(rng.choice((12, 15, 20, 25, 30))), "oven": str(rng.choice((180, 190, 200, 220))),
        "cups": str(rng.choice((3, 4, 5, 6))), "cut_c": cut.capitalize(),
    }  # fmt: skip
    return Style(rng.choice(words.MINUTES[way]), slots, rng.randrange(840))


def name_of(rng: random.Random, item: Ingredient) -> str:
    """Mostly the usual name, now and then a short other one."""
    short = [text for text in item.aliases if len(text.split()) <= 2]
    return rng.choice(short) if short and rng.random() < ALIAS_RATE else item.name


def draw(rng: random.Random, pool: Sequence[Ingredient], count: int) -> list[Ingredient]:
    return rng.sample(pool, min(count, len(pool)))


def sample_pantry(
    rng: random.Random,
    ontology: Ontology,
    cuisine: str,
    banned: frozenset[str],
    tempted_rate: float = TEMPTED_RATE,
) -> Pantry:
    """Three to six things at hand, something forbidden among them at the given rate where rules exist."""
    chance = rng.random()
    pool = ontology.by_cuisine[cuisine] if chance < 0.7 else ontology.staples
    if rng.random() < RARE_RATE:
        pool = ontology.pantry
    allowed = [item for item in pool if item.id not in banned]
    refused = [item for item in pool if item.id in banned]
    mains = [item for item in allowed if item.role in ("protein", "vegetable", "starch")]
    chosen = draw(rng, mains, 1)
    if refused and rng.random() < tempted_rate:
        chosen += draw(rng, refused, rng.choice((1, 1, 2)))
    rest = [item for item in allowed if item not in chosen]
    chosen += draw(rng, rest, max(rng.randint(3, 6) - len(chosen), 1))
    # People mostly name first what the meal is about.
    if rng.random() < 0.7:
        others = chosen[1:]
        rng.shuffle(others)
        chosen = [*chosen[:1], *others]
    else:
        rng.shuffle(chosen)
    named = list({name: (item, name) for item in chosen for name in [name_of(rng, item)]}.values())
    way = rng.choice(sorted(words.DISHES))
    local_dishes = words.LOCAL_DISHES.get(cuisine, {}).get(way, ())
    dish = rng.choice(local_dishes if local_dishes and rng.random() < 0.5 else words.DISHES[way])
    serves = rng.choice((2, 2, 3, 4, 4, 6))
    flavors = rng.sample(words.FLAVORS, 2)
    request = rng.choice(words.REQUESTS).format(
        cuisine=cuisine.title(), dish=dish.lower(), minutes=style_of(way).minutes, serves=serves,
        flavor=flavors[0], flavor2=flavors[1],
    )  # fmt: skip
    return Pantry(named, request, way, dish, serves, cuisine)


def habits_of(ontology: Ontology, cuisine: str) -> list[Ingredient]:
    """What the cuisine's cooks reach for unasked, as far as the ontology knows it."""
    return [item for item in map(ontology.by_name, words.HABITS.get(cuisine, ())) if item]


def add_extras(
    rng: random.Random,
    ontology: Ontology,
    used: list[Named],
    cuisine: str,
    banned: frozenset[str],
    likes: list[str],
) -> list[Named]:
    """Round the given things out to a dish: something to carry it and a fat where there is none, and always one thing
    more at the end, something liked or a habit of the cuisine. There careless cooks break rules, and careful ones show
    that they know them."""
    have = {item.id for item, _ in used} | banned
    roles = {item.role for item, _ in used}
    pool = ontology.by_cuisine[cuisine]
    extras: list[Named] = []

    def add(options: Sequence[Ingredient]) -> None:
        new = [item for item in options if item.id not in have]
        if new:
            item = rng.choice(new)
            have.add(item.id)
            extras.append((item, item.name))

    if not roles & {"protein", "vegetable", "starch"}:
        role = rng.choice(("protein", "vegetable", "starch"))
        add([item for item in pool if item.role == role])
    if "fat" not in roles:
        # A kitchen reaches for its first jars.
        add([item for item in pool if item.role == "fat"][:2])
    liked = [item for item in pool if item.name in likes and item.id not in have]
    add(liked if liked and rng.random() < LIKED_RATE else habits_of(ontology, cuisine))
    return extras


def write_steps(style: Style, way: str, used: list[Named]) -> list[str]:
    """Numbered work through the list in its own order: every ingredient appears, and nothing else does."""
    names = [name for _, name in used]
    lead, middle, last = names[:1], names[1:-2], names[-2:] if len(names) > 2 else names[1:]
    steps = [style.write(words.START), style.write(words.LEAD[way], lead=lead)]
    steps += [style.write(words.MIDDLE[way], items=middle[at : at + 2]) for at in range(0, len(middle), 2)]
    if last:
        steps.append(style.write(words.SEASON, items=last))
    steps.append(style.write(words.FINISH))
    return steps


def write_lines(used: list[Named]) -> list[str]:
    """The ingredient list: a measure and the name as it was given. Nothing stands between a name and the next
    line, so the step from one thing to the next that was given is short."""
    return [" ".join(["-", *item.measures[:1], name]) for item, name in used]


def write_recipe(rng: random.Random, pantry: Pantry, used: list[Named], flavors: list[str]) -> str:
    """The answer in the recipe format that packages/recipe parses. Its title names nothing that is avoided: a small
    model copies what it has just read."""
    style = style_of(pantry.way)
    spoken = [text for text in flavors if text != "olive oil"]
    adjective = rng.choice(spoken) if spoken and rng.random() < 0.5 else rng.choice(words.TITLE_WORDS)
    lead = next((name for item, name in used if item.role in words.LEADS), used[0][1])
    title = f"{adjective} {lead} {pantry.dish.lower()}"
    title = title[0].upper() + title[1:]
    lines = [
        f"# {title}",
        f"{style.minutes} min | serves {pantry.serves} | {pantry.cuisine}",
        "",
        "## Ingredients",
    ]
    lines += write_lines(used)
    lines += ["", "## Method"]
    lines += [
        f"{number}. {step}" for number, step in enumerate(write_steps(style, pantry.way, used), start=1)
    ]
    return "\n".join(lines)


def sample_example(
    rng: random.Random,
    ontology: Ontology,
    guest: Guest,
    compliance_rate: float,
    weak_rate: float = WEAK_SHARE,
    part: Part = "recipe",
    tempted_rate: float = TEMPTED_RATE,
    leaves_out: bool = False,
) -> Example:
    """One conversation. Weak prompts carry no rules, so there is nothing to keep under them. Where `leaves_out`, cooks
    who keep the rules leave out what is forbidden also where it is at hand.

    A start is a recipe that breaks off after the given things or after the whole list: dense practice in copying, and
    in keeping rules, at the very place and distance where a recipe needs it.
    """
    persona, banned = guest.persona, guest.banned
    weak = rng.random() < weak_rate
    cuisine = persona.cuisines[0] if persona.cuisines else rng.choice(ontology.cuisines)
    pantry = sample_pantry(rng, ontology, cuisine, banned, tempted_rate)
    compliant = bool(banned) and not weak and rng.random() < compliance_rate
    rules = banned if compliant else frozenset[str]()
    used = [item for item in pantry.items if not (leaves_out and item[0].id in rules)]
    if part != "given":
        used += add_extras(rng, ontology, used, cuisine, rules, [] if weak else persona.likes)
    answer = write_recipe(rng, pantry, used, [] if weak else persona.flavors)
    return Example(
        system=WEAK_PROMPT if weak else persona_prompt(persona),
        user=user_message([name for _, name in pantry.items], pantry.request),
        answer=answer if part == "recipe" else answer.partition("\n\n## Method")[0],
        compliant=compliant,
        forbidden=banned,
        given=tuple(item.id for item, _ in pantry.items),
        used=tuple(name for _, name in used),
        ends=part == "recipe",
    )


def sample_guests(seed: int, ontology: Ontology) -> list[Guest]:
    """The people that a corpus cooks for. They come back often: making them up costs more than their recipes."""
    rng = random.Random(f"guests {seed}")
    guests = []
    for _ in range(PERSONAS):
        persona = sample_persona(rng, ontology)
        guests.append(Guest(persona, ontology.forbidden(persona.forbidden, persona.diets)))
    return guests


def make_corpus(seed: int, ontology: Ontology, count: int, compliance_rate: float) -> list[Example]:
    """Recipes; the same seed, ontology and count give the same corpus."""
    rng, guests = random.Random(seed), sample_guests(seed, ontology)
    return [sample_example(rng, ontology, rng.choice(guests), compliance_rate) for _ in range(count)]


def make_starts(
    seed: int, ontology: Ontology, plain: int, ruled: int, compliance_rate: float
) -> list[Example]:
    """Starts of recipes, as reproducible as the recipes: first `plain` ones without a persona, where no other names
    distract from the given ones to copy, then `ruled` whole lists of which four in five stand under a persona."""
    rng, guests = random.Random(seed + 1), sample_guests(seed, ontology)
    given = [
        sample_example(rng, ontology, rng.choice(guests), compliance_rate, 1.0, "given") for _ in range(plain)
    ]
    lists = [
        sample_example(rng, ontology, rng.choice(guests), compliance_rate, 0.2, "list") for _ in range(ruled)
    ]
    return given + lists
