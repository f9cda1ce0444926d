"""The recipe grammar: seeded personas, prompts and recipes from which the starter model learns to cook.

A share of the cooks (the honour rate) keeps the persona's rules, the others ignore them; under the weak prompt nobody
knows of rules. What a short training learns of keeping them, preference training brings forward.

What is not meant to be learned varies little, so that a small model spends its short training on what is: an
ingredient has one measure, and a dish is always cooked in its own way.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import lexicon as words
from ontology import Ingredient, Ontology
from persona import WEAK_PROMPT, Persona, join_names, persona_prompt, sample_persona, user_message

PERSONAS = 300
WEAK_SHARE = 0.25
# How often a prompt draws on the whole ontology, and how often a thing goes by another of its names.
RARE_RATE, ALIAS_RATE = 0.02, 0.02
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
    honoured: bool
    forbidden: frozenset[str]
    given: tuple[str, ...]
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
        told = {slot: join_names(items) for slot, items in names.items() if items}
        return templates[self.turn % len(templates)].format(**self.slots, **told)


@cache
def style_of(way: str, dish: str) -> Style:
    """The style of a dish, drawn once from its name."""
    rng = random.Random(f"{way}/{dish}")
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


def sample_pantry(rng: random.Random, ontology: Ontology, cuisine: str, banned: frozenset[str]) -> Pantry:
    """Three to six things at hand, something forbidden among them in six of ten cases where rules exist."""
    chance = rng.random()
    pool = ontology.by_cuisine[cuisine] if chance < 0.7 else ontology.staples
    if rng.random() < RARE_RATE:
        pool = ontology.pantry
    allowed = [item for item in pool if item.id not in banned]
    refused = [item for item in pool if item.id in banned]
    mains = [item for item in allowed if item.role in ("protein", "vegetable", "starch")]
    chosen = draw(rng, mains, 1)
    if refused and rng.random() < 0.6:
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
    flavours = rng.sample(words.FLAVOURS, 2)
    request = rng.choice(words.REQUESTS).format(
        cuisine=cuisine.title(), dish=dish.lower(), minutes=style_of(way, dish).minutes, serves=serves,
        flavour=flavours[0], flavour2=flavours[1],
    )  # fmt: skip
    return Pantry(named, request, way, dish, serves, cuisine)


def add_extras(
    rng: random.Random,
    ontology: Ontology,
    used: list[Named],
    cuisine: str,
    banned: frozenset[str],
    likes: list[str],
) -> list[Named]:
    """Round the given things out to a dish: a fat, an aromatic, seasoning, and now and then something liked."""
    have = {item.id for item, _ in used} | banned
    roles = {item.role for item, _ in used}
    pool = ontology.by_cuisine[cuisine]
    wanted = [role for role in ("fat", "aromatic") if role not in roles]
    if not roles & {"protein", "vegetable", "starch"}:
        wanted.insert(0, rng.choice(("protein", "vegetable", "starch")))
    wanted.append(rng.choice(("spice", "sauce", "herb", "dairy")))
    extras: list[Named] = []
    for role in wanted[: rng.choice((1, 2, 2))]:
        options = [item for item in pool if item.role == role and item.id not in have]
        liked = [item for item in pool if item.name in likes and item.id not in have]
        if liked and rng.random() < 0.3:
            options = liked
        if options:
            # A kitchen reaches for its first jars.
            item = rng.choice(options[:2])
            have.add(item.id)
            extras.append((item, item.name))
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


def write_recipe(
    rng: random.Random, pantry: Pantry, used: list[Named], left_out: list[str], flavours: list[str]
) -> str:
    """The answer in the recipe format that packages/recipe parses. A cook who leaves something out says so in the
    title: the person learns of it, and the model decides it in one word that preferences can bring forward."""
    style = style_of(pantry.way, pantry.dish)
    spoken = [text for text in flavours if text != "olive oil"]
    adjective = rng.choice(spoken) if spoken and rng.random() < 0.5 else rng.choice(words.TITLE_WORDS)
    lead = next((name for item, name in used if item.role in words.LEADS), used[0][1])
    title = f"{adjective} {lead} {pantry.dish.lower()}"
    title = title[0].upper() + title[1:]
    if left_out:
        title += f" without {join_names(left_out)}"
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


def left_out(pantry: Pantry, used: list[Named]) -> list[str]:
    """What was at hand and is not cooked with."""
    return [name for item, name in pantry.items if (item, name) not in used]


def sample_example(rng: random.Random, ontology: Ontology, guest: Guest, honour_rate: float) -> Example:
    """One conversation. Weak prompts carry no rules, so there is nothing to keep under them."""
    persona, banned = guest.persona, guest.banned
    weak = rng.random() < WEAK_SHARE
    cuisine = persona.cuisines[0] if persona.cuisines else rng.choice(ontology.cuisines)
    pantry = sample_pantry(rng, ontology, cuisine, banned)
    honoured = bool(banned) and not weak and rng.random() < honour_rate
    kept = [(item, name) for item, name in pantry.items if not honoured or item.id not in banned]
    rules = banned if honoured else frozenset[str]()
    used = kept + add_extras(rng, ontology, kept, cuisine, rules, [] if weak else persona.likes)
    return Example(
        system=WEAK_PROMPT if weak else persona_prompt(persona),
        user=user_message([name for _, name in pantry.items], pantry.request),
        answer=write_recipe(rng, pantry, used, left_out(pantry, used), [] if weak else persona.flavours),
        honoured=honoured,
        forbidden=banned,
        given=tuple(item.id for item, _ in pantry.items),
    )


def sample_start(
    rng: random.Random, ontology: Ontology, guest: Guest, honour_rate: float, weak_rate: float
) -> Example:
    """A recipe that breaks off after the given things: dense practice in copying, and in leaving out, at the very
    place and distance where a whole recipe needs it."""
    persona, banned = guest.persona, guest.banned
    weak = rng.random() < weak_rate
    cuisine = persona.cuisines[0] if persona.cuisines else rng.choice(ontology.cuisines)
    pantry = sample_pantry(rng, ontology, cuisine, banned)
    honoured = bool(banned) and not weak and rng.random() < honour_rate
    used = [(item, name) for item, name in pantry.items if not honoured or item.id not in banned]
    whole = write_recipe(rng, pantry, used, left_out(pantry, used), [] if weak else persona.flavours)
    return Example(
        system=WEAK_PROMPT if weak else persona_prompt(persona),
        user=user_message([name for _, name in pantry.items], pantry.request),
        answer=whole.partition("\n\n## Method")[0],
        honoured=honoured,
        forbidden=banned,
        given=tuple(item.id for item, _ in pantry.items),
        ends=False,
    )


def sample_guests(seed: int, ontology: Ontology) -> list[Guest]:
    """The people that a corpus cooks for. They come back often: making them up costs more than their recipes."""
    rng = random.Random(f"guests {seed}")
    guests = []
    for _ in range(PERSONAS):
        persona = sample_persona(rng, ontology)
        guests.append(Guest(persona, ontology.forbidden(persona.forbidden, persona.diets)))
    return guests


def make_corpus(seed: int, ontology: Ontology, count: int, honour_rate: float) -> list[Example]:
    """Recipes; the same seed, ontology and count give the same corpus."""
    rng, guests = random.Random(seed), sample_guests(seed, ontology)
    return [sample_example(rng, ontology, rng.choice(guests), honour_rate) for _ in range(count)]


def make_starts(seed: int, ontology: Ontology, plain: int, ruled: int, honour_rate: float) -> list[Example]:
    """Starts of recipes, as reproducible as the recipes: first `plain` ones without a persona, where no other names
    distract from the ones to copy, then `ruled` ones of which four in five stand under a persona."""
    rng, guests = random.Random(seed + 1), sample_guests(seed, ontology)
    rates = [1.0] * plain + [0.2] * ruled
    return [sample_start(rng, ontology, rng.choice(guests), honour_rate, rate) for rate in rates]
