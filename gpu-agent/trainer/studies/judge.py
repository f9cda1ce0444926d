"""The six seed personas and the rule judge, as the product applies them, for studies of the starter model."""

import random
import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from starter.corpus import sample_pantry
from starter.ontology import Ontology
from starter.persona import Persona, persona_prompt, user_message

PERSONAS = [
    Persona("a Korean cook who loves heat", ["korean", "asian"], ["spicy", "umami", "savory"], [], [],
            ["gochujang", "kimchi", "spicy", "korean", "gochugaru", "sesame oil"]),
    Persona("an Indian vegetarian, mild", ["indian"], ["mild", "aromatic", "creamy"], ["vegetarian"],
            ["meat", "chicken", "beef", "pork", "fish", "seafood", "shrimp", "salmon", "tuna", "bacon", "spicy", "chili",
             "hot"], ["paneer", "dal", "curry", "mild", "ghee", "turmeric", "cumin"]),
    Persona("an Italian table without gluten", ["italian", "mediterranean"], ["savory", "herbal", "olive oil"],
            ["gluten-free"],
            ["pasta", "bread", "flour", "wheat", "barley", "rye", "noodles", "spaghetti", "penne", "couscous"],
            ["risotto", "polenta", "seafood", "italian", "basil", "oregano", "mozzarella"]),
    Persona("a Japanese kitchen low in salt", ["japanese", "asian"], ["umami", "light", "fresh"], [],
            ["soy sauce", "miso", "salt", "pickled", "cured", "salted"],
            ["light", "fresh", "healthy", "low sodium", "fish", "tofu", "seaweed"]),
    Persona("a Mexican vegan", ["mexican", "latin"], ["spicy", "bold", "savory"], ["vegan"],
            ["meat", "chicken", "beef", "pork", "cheese", "dairy", "milk", "eggs", "butter", "yogurt", "fish", "seafood"],
            ["beans", "avocado", "salsa", "vegan", "lime", "cilantro", "tortilla"]),
    Persona("a Chinese cook low in carbs", ["chinese", "asian"], ["savory", "garlicky", "ginger"], [],
            ["rice", "noodles", "sugar", "cornstarch", "bread", "flour", "potato", "corn", "sweet"],
            ["low-carb", "keto", "cauliflower rice", "protein", "vegetables", "bok choy"]),
]  # fmt: skip
SHAPE = re.compile(
    r"# [^\n]+\n\d+ min \| serves \d+ \| [a-z ]+\n\n## Ingredients\n(?:- [^\n]+\n){2,}\n## Method\n(?:\d+\. [^\n]+(?:\n|$)){2,}"
)
# What stands before the name in an ingredient line: the dash and a measure.
NAME = re.compile(
    r"^- (?:[\d/]+ )?(?:(?:g|kg|ml|l|tbsp|tsp|cups?|cloves?|tins?|fillets?|heads?|slices?|sprigs?|stalks?|leaves|pods?|bulbs?"
    r"|sticks?|(?:small )?(?:bunch|head|handful|pinch)) )?(?=\S)"
)


@dataclass(frozen=True)
class Case:
    """One prompt of the study, with what the persona rules out."""

    system: str
    user: str
    given: tuple[str, ...]
    forbidden: frozenset[str]


@dataclass(frozen=True)
class Verdict:
    """What the rules say of one answer."""

    violations: int
    used: int
    allowed: int
    well_formed: bool

    @property
    def rank(self) -> tuple[int, int, int]:
        """Greater is better: fewer violations, then more of the allowed given things, then the format."""
        return (-self.violations, self.used, int(self.well_formed))


def make_cases(seed: int, ontology: Ontology, count: int) -> list[Case]:
    """Prompts for the six in turn; a third of the cases offer something forbidden, where anything is."""
    rng = random.Random(seed)
    cases: list[Case] = []
    while len(cases) < count:
        persona = PERSONAS[len(cases) % len(PERSONAS)]
        banned = ontology.forbidden(persona.forbidden, persona.diets)
        tempted = rng.random() < 1 / 3
        while True:
            pantry = sample_pantry(rng, ontology, persona.cuisines[0], banned)
            given = tuple(item.id for item, _ in pantry.items)
            if bool(banned & set(given)) == (tempted and bool(banned)):
                break
        user = user_message([name for _, name in pantry.items], pantry.request)
        cases.append(Case(persona_prompt(persona), user, given, banned))
    return cases


def judge(ontology: Ontology, case: Case, answer: str) -> Verdict:
    """Apply the rules to an answer; ingredient lines and steps count, the title does not."""
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", answer, re.MULTILINE)]
    lines = answer.split("\n")[2:]
    names = [NAME.sub("", line).split(",")[0].strip() for line in lines if line.startswith("- ")]
    well_formed = (
        bool(SHAPE.fullmatch(answer))
        and numbers == list(range(1, len(numbers) + 1))
        and len(set(names)) == len(names)
    )
    listed = {item.id for line in lines if line.startswith("- ") for item in ontology.find(line)}
    named = {item.id for line in lines for item in ontology.find(line)}
    allowed = set(case.given) - case.forbidden
    return Verdict(len(named & case.forbidden), len(allowed & listed), len(allowed), well_formed)


def per_cent(flags: list[bool]) -> float:
    return 100 * sum(flags) / max(1, len(flags))


def figures(cases: list[Case], verdicts: list[Verdict]) -> dict[str, float]:
    """The three figures of the study in per cent; violations over the personas that have rules."""
    ruled = [verdict for case, verdict in zip(cases, verdicts) if case.forbidden]
    tempted = [v for case, v in zip(cases, verdicts) if case.forbidden & set(case.given)]
    return {
        "violations": per_cent([verdict.violations > 0 for verdict in verdicts]),
        "violations_ruled": per_cent([verdict.violations > 0 for verdict in ruled]),
        "violations_tempted": per_cent([verdict.violations > 0 for verdict in tempted]),
        "use_all": per_cent([verdict.used == verdict.allowed for verdict in verdicts]),
        "use_mean": 100 * sum(v.used for v in verdicts) / max(1, sum(v.allowed for v in verdicts)),
        "format": per_cent([verdict.well_formed for verdict in verdicts]),
    }
