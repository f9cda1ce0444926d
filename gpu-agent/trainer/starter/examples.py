"""Made-up recipes as token ids, with what each token counts in the loss; and what the vocabulary is learned from."""

import re
from itertools import accumulate, pairwise

from transformers import PreTrainedTokenizerFast

from job.job import JobError
from model.tokenizer import chat, encode_answer, encode_prompt, encode_texts
from starter.cooking_words import COOKING_WORDS
from starter.corpus import Example
from starter.ontology import Ontology

# Tokens that copying and the keeping of rules are learned from, which all else rests on, count as four.
NAME_WEIGHT = 4.0


LINE = re.compile("Ċ(-[^Ċ]*)")


METHOD = "##ĠMethod"


# Token ids and what each counts in the loss: nothing in the prompt.
Sequence = tuple[list[int], list[float]]


def tokenizer_texts(examples: list[Example], ontology: Ontology) -> list[str]:
    """What the vocabulary is learned from: the corpus, the ontology's words, and everyday kitchen English."""
    names = [f" {text} {text}" for item in ontology.ingredients for text in item.surfaces] * 4
    kitchen = [" " + " ".join(COOKING_WORDS)] * max(1, len(examples) // 75)
    return [f"{example.system}\n{example.user}\n{example.answer}\n" for example in examples] + names + kitchen


def answer_weights(tokens: list[str], names: tuple[str, ...]) -> list[float]:
    """What each token of an answer counts, given as the tokenizer spells them (a new line is `Ċ`, a space `Ġ`):
    more on ingredient lines and on the names of ingredients in the steps."""
    text = "".join(tokens)
    method = max(text.find(METHOD), 0)
    chosen = [match.span(1) for match in LINE.finditer(text)]
    for name in names if method else ():
        spelled = "Ġ" + name.replace(" ", "Ġ")
        first = text.find(spelled, method + 1)
        while first >= 0:
            chosen.append((first, first + len(spelled)))
            first = text.find(spelled, first + 1)
    heavy = bytearray(len(text))
    for first, last in chosen:
        heavy[first:last] = b"\1" * (last - first)
    ends = list(accumulate(map(len, tokens), initial=0))
    return [NAME_WEIGHT if any(heavy[at:end]) else 1.0 for at, end in pairwise(ends)]


def encode_examples(
    tokenizer: PreTrainedTokenizerFast, examples: list[Example], max_length: int
) -> list[Sequence]:
    """Token ids and weights of each conversation that fits; the answer alone is learned."""
    sequences = []
    known = encode_texts(tokenizer, [text for one in examples for text in (one.system, one.user, one.answer)])
    spelled = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    for example in examples:
        prompt = encode_prompt(tokenizer, chat(example.system, example.user), known)
        answer = encode_answer(tokenizer, example.answer, known)[: None if example.ends else -1]
        if len(prompt) + len(answer) <= max_length:
            weights = answer_weights([spelled[token] for token in answer], example.used)
            sequences.append((prompt + answer, [0.0] * len(prompt) + weights))
    if not sequences:
        raise JobError("bad_config", f"No recipe fits into {max_length} tokens.", "Raise maxLength.")
    return sequences
