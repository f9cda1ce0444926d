"""The recipe grammar: seeded personas, prompts and recipes from which the starter model learns to cook.

A share of the cooks (the honour rate) keeps the persona's rules, the others ignore them. The base model therefore
learns both ways, and preference training has a skill to bring forward rather than one to invent.
"""

import random
from dataclasses import dataclass

import lexicon as words
from ontology import Ingredient, Ontology
from persona import WEAK_PROMPT, draw, join_names, persona_prompt, sample_persona, user_message


@dataclass(frozen=True)
class Pantry:
    """What is at hand: ingredients with the words the person used for them, and the request."""

    items: list[tuple[Ingredient, str]]
    request: str
    way: str
    dish: str
    minutes: int
    serves: int
    cuisine: str


@dataclass(frozen=True)
class Example:
    """One conversation of the corpus, and whether its cook kept the rules."""

    system: str
    user: str
    answer: str
    honoured: bool
    forbidden: frozenset[str]
    given: tuple[str, ...]


def measure_of(rng: random.Random, item: Ingredient) -> str:
    """Mostly the usual amount, so that what is learned is the ingredient."""
    return item.measures[0] if rng.random() < 0.75 else rng.choice(item.measures)


def sample_pantry(rng: random.Random, ontology: Ontology, cuisine: str, banned: frozenset[str]) -> Pantry:
    """Three to six things at hand, something forbidden among them in four of ten cases where rules exist."""
    pool = ontology.by_cuisine[cuisine] if rng.random() < 0.7 else ontology.pantry
    allowed = [item for item in pool if item.id not in banned]
    refused = [item for item in pool if item.id in banned]
    count = rng.randint(3, 6)
    mains = [item for item in allowed if item.role in ("protein", "vegetable", "starch")]
    chosen = draw(rng, mains, 1)
    if refused and rng.random() < 0.4:
        chosen += draw(rng, refused, rng.choice((1, 1, 2)))
    rest = [item for item in allowed if item not in chosen]
    chosen += draw(rng, rest, max(count - len(chosen), 1))
    rng.shuffle(chosen)
    short = [[text for text in item.aliases if len(text.split()) <= 2] for item in chosen]
    named = [
        rng.choice(texts) if texts and rng.random() < 0.2 else item.name for item, texts in zip(chosen, short)
    ]
    way = rng.choice(sorted(words.DISHES))
    local_dishes = words.LOCAL_DISHES.get(cuisine, {}).get(way, ())
    dish = rng.choice(local_dishes if local_dishes and rng.random() < 0.5 else words.DISHES[way])
    minutes, serves = rng.choice(words.MINUTES[way]), rng.choice((2, 2, 3, 4, 4, 6))
    flavours = rng.sample(words.FLAVOURS, 2)
    request = rng.choice(words.REQUESTS).format(
        cuisine=cuisine.title(), dish=dish.lower(), minutes=minutes, serves=serves, flavour=flavours[0],
        flavour2=flavours[1],
    )  # fmt: skip
    return Pantry(list(zip(chosen, named)), request, way, dish, minutes, serves, cuisine)


def add_extras(
    rng: random.Random, ontology: Ontology, used: list[tuple[Ingredient, str]], cuisine: str, banned: frozenset[str],
    likes: list[str],
) -> list[tuple[Ingredient, str]]:  # fmt: skip
    """Round the given things out to a dish: a fat, an aromatic, seasoning, and now and then something liked."""
    have = {item.id for item, _ in used}
    roles = {item.role for item, _ in used}
    pool = [item for item in ontology.by_cuisine[cuisine] if item.id not in banned and item.id not in have]
    liked = [item for item in pool if item.name in likes]
    wanted = [role for role in ("fat", "aromatic") if role not in roles]
    if not roles & {"protein", "vegetable", "starch"}:
        wanted.insert(0, rng.choice(("protein", "vegetable", "starch")))
    wanted += rng.sample(
        ("spice", "sauce", "herb", "vegetable", "starch", "dairy", "liquid", "nut", "protein"), 4
    )
    extras: list[tuple[Ingredient, str]] = []
    target = max(rng.randint(5, 7) - len(used), 1)
    for role in wanted[:target]:
        options = [item for item in pool if item.role == role and item.id not in have]
        favourites = [item for item in liked if item.id not in have]
        if favourites and rng.random() < 0.35:
            options = favourites
        if options:
            item = draw(rng, options, 1)[0]
            have.add(item.id)
            extras.append((item, item.name))
    return extras


def write_steps(rng: random.Random, way: str, used: list[tuple[Ingredient, str]]) -> list[str]:
    """Numbered work in which every listed ingredient appears and nothing else does."""
    by_role: dict[str, list[str]] = {}
    for item, name in used:
        by_role.setdefault(item.role, []).append(name)
    fats, aromatics = by_role.pop("fat", []), by_role.pop("aromatic", [])
    finish = by_role.pop("herb", []) + by_role.pop("nut", [])
    season = [name for role in ("spice", "sauce", "liquid", "sweetener") for name in by_role.pop(role, [])]
    mains = [name for role in ("protein", "vegetable", "starch") for name in by_role.pop(role, [])]
    mains += [name for names in by_role.values() for name in names]
    slots = {
        "vessel": rng.choice(words.VESSELS[way]), "heat": rng.choice(words.HEAT), "soften": rng.choice(words.SOFTEN),
        "few": str(rng.choice((2, 3, 4, 5))), "some": str(rng.choice((5, 6, 8, 10))), "cut": rng.choice(words.CUTS),
        "long": str(rng.choice((12, 15, 20, 25, 30))), "oven": str(rng.choice((180, 190, 200, 220))),
        "cups": str(rng.choice((3, 4, 5, 6))), "fat": join_names(fats or ["water"]),
        "aromatic": join_names(aromatics or ["water"]), "lead": mains[0] if mains else "",
    }  # fmt: skip
    slots["cut_c"] = slots["cut"].capitalize()

    def write(templates: tuple[str, ...], names: list[str] | None = None) -> str:
        return rng.choice(templates).format(**slots, items=join_names(names) if names else "")

    raw = [name for item, name in used if item.role == "vegetable"][:2]
    steps = [write(words.PREPARE, raw)] if raw and rng.random() < 0.7 else []
    if fats and aromatics:
        steps.append(write(words.START))
    elif fats or aromatics:
        steps.append(write(words.START_NO_AROMATIC if fats else words.START_NO_FAT))
    else:
        steps.append(write(words.START_BARE))
    if mains:
        steps.append(write(words.LEAD[way]))
    for start in range(1, len(mains), 3):
        steps.append(write(words.MIDDLE[way], mains[start : start + 3]))
    if season:
        steps.append(write(words.SEASON, season))
    steps.append(write(words.FINISH_WITH, finish) if finish else write(words.FINISH))
    return steps


def write_lines(rng: random.Random, used: list[tuple[Ingredient, str]]) -> list[str]:
    """The ingredient list: a measure, the name as it was given, and now and then how to prepare it."""
    lines = []
    for item, name in used:
        prep = f", {rng.choice(item.preps)}" if item.preps and rng.random() < 0.4 else ""
        lines.append(f"- {measure_of(rng, item)} {name}{prep}" if item.measures else f"- {name}{prep}")
    return lines


def write_recipe(
    rng: random.Random, pantry: Pantry, used: list[tuple[Ingredient, str]], flavours: list[str]
) -> str:
    """The answer in the recipe format that packages/recipe parses."""
    leads = [name for item, name in used if item.role in ("protein", "vegetable", "starch")] or [used[0][1]]
    lead = join_names(leads[:2]) if rng.random() < 0.3 else leads[0]
    spoken = [text for text in flavours if text != "olive oil"]
    adjective = rng.choice(spoken) if spoken and rng.random() < 0.5 else rng.choice(words.TITLE_WORDS)
    title = f"{adjective} {lead} {pantry.dish}".title().replace(" And ", " and ").replace("'S", "'s")
    lines = [
        f"# {title}",
        f"{pantry.minutes} min | serves {pantry.serves} | {pantry.cuisine}",
        "",
        "## Ingredients",
    ]
    lines += write_lines(rng, used)
    lines += ["", "## Method"]
    lines += [f"{number}. {step}" for number, step in enumerate(write_steps(rng, pantry.way, used), start=1)]
    return "\n".join(lines)


def sample_example(rng: random.Random, ontology: Ontology, honour_rate: float) -> Example:
    """One conversation. Weak prompts carry no rules, so there is nothing to keep under them."""
    persona = sample_persona(rng, ontology)
    weak = rng.random() < 0.25
    cuisine = persona.cuisines[0] if persona.cuisines else rng.choice(ontology.cuisines)
    banned = ontology.forbidden(persona.forbidden, persona.diets)
    pantry = sample_pantry(rng, ontology, cuisine, banned)
    honoured = bool(banned) and not weak and rng.random() < honour_rate
    kept = [(item, name) for item, name in pantry.items if not honoured or item.id not in banned]
    rules = banned if honoured else frozenset()
    used = kept + add_extras(rng, ontology, kept, cuisine, rules, [] if weak else persona.likes)
    return Example(
        system=WEAK_PROMPT if weak else persona_prompt(persona),
        user=user_message([name for _, name in pantry.items], pantry.request),
        answer=write_recipe(rng, pantry, used, [] if weak else persona.flavours),
        honoured=honoured,
        forbidden=banned,
        given=tuple(item.id for item, _ in pantry.items),
    )


def sample_listing(rng: random.Random, ontology: Ontology, honour_rate: float, weak_rate: float) -> Example:
    """A short conversation that only sorts the pantry: dense practice in copying, and in leaving out."""
    persona = sample_persona(rng, ontology)
    weak = rng.random() < weak_rate
    banned = ontology.forbidden(persona.forbidden, persona.diets)
    honoured = bool(banned) and not weak and rng.random() < honour_rate
    pool = (
        ontology.by_cuisine[persona.cuisines[0]]
        if persona.cuisines and rng.random() < 0.5
        else ontology.pantry
    )
    items = draw(rng, pool, rng.randint(5, 9))
    refused = [item for item in pool if item.id in banned and item not in items]
    if refused and rng.random() < 0.5:
        items[rng.randrange(len(items))] = rng.choice(refused)
    named = [rng.choice(item.surfaces) if rng.random() < 0.15 else item.name for item in items]
    used = [(item, name) for item, name in zip(items, named) if not honoured or item.id not in banned]
    return Example(
        system=WEAK_PROMPT if weak else persona_prompt(persona),
        user=user_message(named, rng.choice(words.LISTING_REQUESTS)),
        answer="\n".join(["## Ingredients", *write_lines(rng, used)]),
        honoured=honoured,
        forbidden=banned,
        given=tuple(item.id for item in items),
    )


def make_corpus(seed: int, ontology: Ontology, count: int, honour_rate: float) -> list[Example]:
    """Recipes; the same seed, ontology and count give the same corpus."""
    rng = random.Random(seed)
    return [sample_example(rng, ontology, honour_rate) for _ in range(count)]


def make_listings(seed: int, ontology: Ontology, count: int, honour_rate: float) -> list[Example]:
    """Pantry listings, as reproducible as the recipes: half of them without a persona, in front, where no other
    names distract from the ones to copy."""
    rng = random.Random(seed + 1)
    plain = [sample_listing(rng, ontology, honour_rate, 1.0) for _ in range(count // 2)]
    return plain + [sample_listing(rng, ontology, honour_rate, 0.2) for _ in range(count - count // 2)]
