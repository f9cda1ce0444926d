"""The ingredient ontology, read from the file that a job brings: names, aliases, tags and what they imply."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from job.job import JobError


@dataclass(frozen=True, eq=False)
class Ingredient:
    """One ingredient; `tags` is already closed over the ontology's implications."""

    id: str
    name: str
    aliases: tuple[str, ...]
    tags: frozenset[str]
    role: str
    cuisines: tuple[str, ...]
    measures: tuple[str, ...]
    preps: tuple[str, ...]
    common: bool

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Every way in which the ingredient is written."""
        return (self.name, *self.aliases)

    @property
    def keys(self) -> frozenset[str]:
        """All that a persona's word may equal to rule this ingredient out."""
        return frozenset(normal(text) for text in (*self.surfaces, *self.tags))


def singular(word: str) -> str:
    """A crude English singular, enough to let `eggs` meet `egg` and `tomatoes` meet `tomato`."""
    if len(word) > 5 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("oes", "shes", "ches")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "as")):
        return word[:-1]
    return word


def normal(text: str) -> str:
    """Lower case, single spaces, hyphens kept, each word in the singular."""
    return " ".join(singular(word) for word in text.lower().replace("_", " ").split())


def close(tags: list[str], implies: dict[str, list[str]]) -> frozenset[str]:
    """The tags together with everything that they imply, transitively."""
    closed: set[str] = set()
    pending = list(tags)
    while pending:
        tag = pending.pop()
        if tag not in closed:
            closed.add(tag)
            pending.extend(implies.get(tag, []))
    return frozenset(closed)


@dataclass(frozen=True)
class Ontology:
    """All ingredients with the diets that forbid some of them."""

    cuisines: tuple[str, ...]
    ingredients: tuple[Ingredient, ...]
    diets: dict[str, tuple[str, ...]]
    terms: dict[str, str]

    @cached_property
    def by_id(self) -> dict[str, Ingredient]:
        return {item.id: item for item in self.ingredients}

    @cached_property
    def by_surface(self) -> dict[str, Ingredient]:
        table: dict[str, Ingredient] = {}
        for item in self.ingredients:
            table.setdefault(normal(item.name), item)
        for item in self.ingredients:
            for alias in item.aliases:
                table.setdefault(normal(alias), item)
        return table

    @cached_property
    def by_key(self) -> dict[str, frozenset[str]]:
        table: dict[str, set[str]] = {}
        for item in self.ingredients:
            for key in item.keys:
                table.setdefault(key, set()).add(item.id)
        return {key: frozenset(ids) for key, ids in table.items()}

    @cached_property
    def pantry(self) -> tuple[Ingredient, ...]:
        """What people have at hand; water is left to the method's sentences."""
        return tuple(item for item in self.ingredients if item.id != "water")

    @cached_property
    def staples(self) -> tuple[Ingredient, ...]:
        """What most kitchens hold; all of the pantry where the ontology marks nothing as common."""
        return tuple(item for item in self.pantry if item.common) or self.pantry

    @cached_property
    def by_cuisine(self) -> dict[str, tuple[Ingredient, ...]]:
        """The staples that a cuisine cooks with."""
        return {name: tuple(item for item in self.staples if name in item.cuisines) for name in self.cuisines}

    @cached_property
    def by_tag(self) -> dict[str, tuple[Ingredient, ...]]:
        tags = sorted({tag for item in self.ingredients for tag in item.tags})
        return {tag: tuple(item for item in self.ingredients if tag in item.tags) for tag in tags}

    @cached_property
    def common_tags(self) -> frozenset[str]:
        """Tags that several staples carry, so that forbidding one is felt in the kitchen."""
        tags = [tag for item in self.staples for tag in item.tags]
        return frozenset(tag for tag in tags if tags.count(tag) >= 3)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        surfaces = sorted(self.by_surface, key=lambda text: (-len(text), text))
        return re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(text) for text in surfaces) + r")(?![\w-])")

    def by_name(self, name: str) -> Ingredient | None:
        """The ingredient that goes by a name, if any does."""
        return self.by_surface.get(normal(name))

    def find(self, text: str) -> list[Ingredient]:
        """Ingredients named in a text, longest name first at each place, in order of appearance."""
        words = normal(re.sub(r"[^\w\s-]", " , ", text))
        return [self.by_surface[match.group()] for match in self._pattern.finditer(words)]

    def forbidden(self, entries: list[str], diets: list[str]) -> frozenset[str]:
        """Ids of the ingredients that a persona's words, tags and diets rule out."""
        rules = [*entries, *(entry for diet in diets for entry in self.diets.get(diet, ()))]
        words = [normal(rule) for rule in rules]
        keys = [*words, *(self.terms[word] for word in words if word in self.terms)]
        return frozenset[str]().union(*(self.by_key.get(key, frozenset()) for key in keys))


def load_ontology(path: Path) -> Ontology:
    """Read and check the ontology; raises `JobError` where the file is not one."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        implies = raw["implies"]
        ingredients = tuple(
            Ingredient(
                id=row["id"],
                name=row["name"],
                aliases=tuple(row["aliases"]),
                tags=close(row["tags"], implies),
                role=row["role"],
                cuisines=tuple(row["cuisines"]),
                measures=tuple(row["measures"]),
                preps=tuple(row["preps"]),
                common=bool(row.get("common", False)),
            )
            for row in raw["ingredients"]
        )
        diets = {name: tuple(entries) for name, entries in raw["diets"].items()}
        terms = {normal(word): normal(tag) for word, tag in raw.get("terms", {}).items()}
        ontology = Ontology(tuple(raw["cuisines"]), ingredients, diets, terms)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JobError(
            "bad_ontology",
            f"The ingredient list {path.name} cannot be read ({error}).",
            "Send an ontology of version 1, with cuisines, ingredients, implies and diets.",
        ) from error
    if len(ontology.ingredients) < 20:
        raise JobError(
            "bad_ontology",
            f"The ingredient list holds {len(ontology.ingredients)} ingredients, too few to cook with.",
            "Send an ontology of at least 20 ingredients.",
        )
    return ontology
