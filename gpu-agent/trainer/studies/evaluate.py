"""Measure a model (and an adapter) on held-out prompts: `python studies/evaluate.py <hf> <ontology> [adapter]`."""

import json
import sys
from pathlib import Path
from typing import Any

from judge import Case, Verdict, figures, judge, make_cases

from model.generate import generate_ids
from model.load import load_model
from model.tokenizer import chat, encode_prompt, load_tokenizer
from process.device import set_threads
from starter.ontology import Ontology, load_ontology
from starter.persona import WEAK_PROMPT


def answer_all(
    model: Any, tokenizer: Any, cases: list[Case], weak: bool, temperature: float, seed: int
) -> list[str]:
    """One answer a case, sampled in batches of cases of like length."""
    prompts = [encode_prompt(tokenizer, chat(WEAK_PROMPT if weak else c.system, c.user)) for c in cases]
    answers: dict[int, str] = {}
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    for start in range(0, len(order), 64):
        batch = order[start : start + 64]
        ids = generate_ids(
            model, tokenizer, [prompts[index] for index in batch], 240, temperature, seed + start
        )
        answers |= {index: tokenizer.decode(row) for index, row in zip(batch, ids)}
    return [answers[index] for index in range(len(cases))]


def measure(
    model: Any,
    tokenizer: Any,
    ontology: Ontology,
    cases: list[Case],
    weak: bool = False,
    temperature: float = 0.7,
) -> dict[str, float]:
    answers = answer_all(model, tokenizer, cases, weak, temperature, 11)
    verdicts: list[Verdict] = [judge(ontology, case, text) for case, text in zip(cases, answers)]
    return {name: round(value, 1) for name, value in figures(cases, verdicts).items()}


def main() -> None:
    set_threads(int(sys.argv[4]) if len(sys.argv) > 4 else 2)
    ontology = load_ontology(Path(sys.argv[2]))
    folder = Path(sys.argv[1])
    tokenizer = load_tokenizer(folder)
    model = load_model(folder, Path(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] != "-" else None)
    cases = make_cases(9001, ontology, 120)
    print(json.dumps({"full": measure(model, tokenizer, ontology, cases)}))
    print(json.dumps({"weak": measure(model, tokenizer, ontology, cases, weak=True)}))
    for text in answer_all(model, tokenizer, cases[4:6], False, 0.7, 3):
        print(text, "\n")


if __name__ == "__main__":
    main()
