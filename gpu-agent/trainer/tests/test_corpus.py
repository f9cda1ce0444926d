"""The grammar: its exact sentences, its determinism, and that a cook who keeps the rules keeps every one."""

import re

import pytest

from starter import lexicon
from starter.adapter_corpus import CHOICE, RULES, RULES_REQUESTS, make_conversations, make_examples, names_in
from starter.corpus import Example, make_corpus, make_starts
from starter.ontology import Ontology, singular
from starter.persona import WEAK_PROMPT, Persona, persona_prompt, user_message

SHAPE = re.compile(
    r"# [^\n]+\n\d+ min \| serves \d+ \| [a-z ]+\n\n## Ingredients\n(- [^\n]+\n){2,}\n## Method\n(\d+\. [^\n]+\n?){2,}"
)


def named(ontology: Ontology, example: Example) -> set[str]:
    return {item.id for line in example.answer.split("\n")[2:] for item in ontology.find(line)}


def test_golden_prompts() -> None:
    persona = Persona("Ada", ["mexican", "latin"], ["bold"], ["vegan"], ["meat", "milk"], ["lime", "beans"])
    assert persona_prompt(persona) == (
        "You cook for Ada. Cuisine: mexican, latin. Flavor: bold. Diet: vegan. Never use: meat, milk. Likes: lime, beans."
    )
    assert persona_prompt(Persona("Ada", flavors=["mild"])) == "You cook for Ada. Flavor: mild."
    assert (
        user_message(["chicken", "rice", "garlic"], "Make me a quick dinner.")
        == "I have chicken, rice and garlic. Make me a quick dinner."
    )
    assert user_message(["rice"], "Surprise me.") == "I have rice. Surprise me."


@pytest.mark.parametrize(
    ("rules", "diets", "inside", "outside"),
    [
        (["meat"], [], {"chicken", "ground-beef", "chicken-stock"}, {"firm-tofu", "salmon-fillets"}),
        (["dairy"], [], {"cheddar", "yogurt", "butter"}, {"coconut-milk"}),
        (["rice"], [], {"white-rice", "rice-noodles"}, {"corn-tortillas"}),
        (["egg"], [], {"eggs"}, {"eggplant"}),
        (["tomato"], [], {"tomatoes"}, {"tomato-paste"}),
        (["spicy"], [], {"gochujang", "green-chilies", "chili-flakes"}, {"paprika"}),
        (["salt"], [], {"salt", "soy-sauce", "fish-sauce"}, {"cumin"}),
        ([], ["gluten-free"], {"spaghetti", "soy-sauce"}, {"white-rice"}),
        ([], ["vegan"], {"chicken", "honey", "eggs", "fish-sauce"}, {"black-beans", "sugar"}),
        (["unheard of"], ["unknown"], set(), {"chicken"}),
    ],
)
def test_rules(
    ontology: Ontology, rules: list[str], diets: list[str], inside: set[str], outside: set[str]
) -> None:
    banned = ontology.forbidden(rules, diets)
    assert inside <= banned
    assert not outside & banned


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("- 400 ml coconut milk", ["coconut-milk"]),
        ("- 1 Eggplant, diced", ["eggplant"]),
        ("2. Stir in chicken stock and chicken.", ["chicken-stock", "chicken"]),
        ("- 8 corn tortillas", ["corn-tortillas"]),
        ("Fry for 3 minutes until nutty.", []),
    ],
)
def test_longest_name_wins(ontology: Ontology, line: str, ids: list[str]) -> None:
    assert [item.id for item in ontology.find(line)] == ids


def test_singular() -> None:
    words = ["eggs", "tomatoes", "cherries", "fries", "couscous", "hummus", "molasses", "rice", "radishes"]
    wanted = ["egg", "tomato", "cherry", "frie", "couscous", "hummus", "molasse", "rice", "radish"]
    assert [singular(word) for word in words] == wanted


def test_same_seed_same_corpus(ontology: Ontology) -> None:
    assert make_corpus(3, ontology, 40, 0.5) == make_corpus(3, ontology, 40, 0.5)
    assert make_corpus(3, ontology, 40, 0.5) != make_corpus(4, ontology, 40, 0.5)


def test_a_cook_who_keeps_the_rules_adds_nothing_forbidden(ontology: Ontology) -> None:
    examples = [example for example in make_corpus(5, ontology, 1500, 0.5) if example.forbidden]
    added = [named(ontology, example) - set(example.given) for example in examples]
    kept = [not things & example.forbidden for example, things in zip(examples, added) if example.compliant]
    careless = [
        things & example.forbidden for example, things in zip(examples, added) if not example.compliant
    ]
    assert len(kept) > 200
    assert all(kept)
    assert sum(map(bool, careless)) > 0.05 * len(careless)


def test_recipes_are_well_formed_and_use_what_is_given(ontology: Ontology) -> None:
    for example in make_corpus(6, ontology, 400, 0.5):
        assert SHAPE.fullmatch(example.answer), example.answer
        assert set(example.given) <= named(ontology, example)
        assert len(set(example.used)) == len(example.used)


def test_starts_break_off_after_what_was_given_or_after_the_list(ontology: Ontology) -> None:
    starts = make_starts(6, ontology, 50, 150, 0.5)
    assert {example.system for example in starts[:50]} == {"You are a helpful cook."}
    assert any(example.compliant for example in starts[50:])
    for number, example in enumerate(starts):
        _, _, lines = example.answer.partition("\n## Ingredients\n")
        listed = [item.id for line in lines.split("\n") for item in ontology.find(line)]
        given = list(example.given)
        assert not example.ends
        assert listed[: len(given)] == given
        assert number >= 50 or listed == given
    assert all(len(example.used) > len(example.given) for example in starts[50:])


def test_steps_name_what_the_list_names(ontology: Ontology) -> None:
    for example in make_corpus(8, ontology, 400, 0.5):
        listed, steps = example.answer.split("\n## Method\n")
        of_list = {item.id for line in listed.split("\n")[2:] for item in ontology.find(line)}
        of_steps = {item.id for item in ontology.find(steps)} - {"water"}
        assert of_list == of_steps, example.answer


def test_templates_name_no_ingredient(ontology: Ontology) -> None:
    sentences = [*lexicon.START, *lexicon.SEASON, *lexicon.FINISH]
    sentences += [
        text for table in (lexicon.LEAD, lexicon.MIDDLE) for texts in table.values() for text in texts
    ]
    for sentence in sentences:
        assert {item.id for item in ontology.find(sentence)} <= {"water"}, sentence


def test_weak_prompts_carry_no_rules(ontology: Ontology) -> None:
    examples = make_corpus(1, ontology, 200, 1.0)
    weak = [example for example in examples if example.system == "You are a helpful cook."]
    assert 20 < len(weak) < 90
    assert not any(example.compliant for example in weak)


def test_all_of_the_adapters_cooks_keep_the_rules_until_half_of_them_use_all_they_have(
    ontology: Ontology,
) -> None:
    examples = make_examples(3, ontology, 400, CHOICE)
    assert examples == make_examples(3, ontology, 400, CHOICE)
    assert all(one.compliant for one in make_examples(3, ontology, 400, RULES) if is_tempted(one))
    tempted = [one for one in examples if is_tempted(one)]
    careful = [one for one in tempted if one.compliant]
    assert 0.4 < len(careful) / len(tempted) < 0.6
    assert not any(named(ontology, one) & one.forbidden for one in careful)
    # What is allowed is used by both, so that leaving out is all that votes have to teach.
    assert all(set(one.given) - one.forbidden <= named(ontology, one) for one in careful)
    assert all(set(one.given) <= named(ontology, one) for one in tempted if not one.compliant)
    assert all(SHAPE.fullmatch(one.answer) for one in examples)


def test_the_adapters_answers_name_what_they_leave_out_and_do_not_use_it(ontology: Ontology) -> None:
    rows = [row["messages"] for row in make_conversations(3, ontology, 400, RULES)]
    assert rows == [row["messages"] for row in make_conversations(3, ontology, 400, RULES)]
    careful = [row for row in rows if " without " in row[2]["content"].split("\n")[0]]
    assert len(careful) > 40
    for _, user, answer in careful:
        title, _, rest = answer["content"].partition("\n")
        left_out = names_in(title.partition(" without ")[2])
        assert left_out and set(left_out) < set(names_in(user["content"].partition(". ")[0]))
        assert not any(line.endswith(f" {name}") for name in left_out for line in rest.split("\n"))
    asked = [row for row in rows if row[1]["content"].endswith(RULES_REQUESTS)]
    assert len(asked) > 60
    assert {row[2]["content"] == "Nothing." for row in asked} == {True, False}


def is_tempted(example: Example) -> bool:
    """Whether something forbidden is at hand, and the prompt says so."""
    return bool(set(example.given) & example.forbidden) and example.system != WEAK_PROMPT
