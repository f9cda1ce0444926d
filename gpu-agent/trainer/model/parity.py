"""The parity gate: whether transformers and the server's llama.cpp read and write the same tokens for 20 conversations.

The server answers greedily on F16 weights. Transformers then reads each answer in one pass: where its best token is the
server's at every position, its own greedy answer is the same one. Where two tokens are closer than the arithmetic is
exact, either may be chosen: a tie.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from model.chat_template import TemplateFault
from model.llama_cpp import Runtime, check_file
from model.template import chat_format
from model.tokenizer import Message
from process import events
from process.stop import StopFlag

# llama.cpp rounds activations and the cache of keys and values to F16; over 30 layers that moves a score by some
# hundredths of a nat.
TIE_NATS = 0.1
ANSWER_TOKENS = 24
SHOWN_DIFFERENCES = 100

SYSTEMS = [
    "You are a helpful cook. Write one recipe with the ingredients that you are given.",
    "You cook for Mina. Cuisine: Thai. Never use: peanuts.",
]
REQUESTS = [
    "I have rice, tofu and two eggs. Dinner for four, please.",
    "What can I cook with 250 g of lentils, 1 onion and half a lemon?",
    "  Two leading spaces, a tab\there, and a line break at the end.\n",
    "Crème brûlée, ½ “cup” of cream, 🍮 or jalapeños?",
    "Rewrite this as a list:\n\n1. Chop 3 carrots.\n2. Boil them for 12 minutes at 100 °C.",
    "Was kann ich aus 500 g Kartoffeln und 2 Eiern kochen?",
    "一碗米饭和两个鸡蛋可以做什么",
    "it's we'll I'D don't 1234567 3.14159 x=y+z; {\"a\": [1, 2]}",
]
REPLY = "# Fried Rice\n\n## Ingredients\n- 2 eggs\n\n## Method\n1. Fry the rice."


@dataclass
class Gate:
    """What was measured, in the shape of the protocol's ParityGate."""

    conversations: int
    equal_prompts: int = 0
    equal_answers: int = 0
    tied_answers: int = 0
    answer_tokens: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)

    def as_event(self) -> dict[str, Any]:
        return {
            "conversations": self.conversations,
            "equalPrompts": self.equal_prompts,
            "equalAnswers": self.equal_answers,
            "tiedAnswers": self.tied_answers,
            "answerTokens": self.answer_tokens,
            "differences": self.differences[:SHOWN_DIFFERENCES],
        }

    def not_servable(self) -> str | None:
        """Why a model with this result is not served."""
        unequal = self.conversations - self.equal_prompts
        if unequal:
            return f"{unequal} of {self.conversations} conversations have other token ids on the server than in training."
        wrong = self.conversations - self.equal_answers - self.tied_answers
        if wrong:
            return (
                f"{wrong} of {self.conversations} greedy answers differ between transformers and llama.cpp."
            )
        return None


def make_conversations() -> list[list[Message]]:
    """20 of them: with and without a system message, and with earlier turns."""
    alone: list[list[Message]] = [[{"role": "user", "content": text}] for text in REQUESTS]
    led: list[list[Message]] = [
        [{"role": "system", "content": SYSTEMS[at % 2]}, {"role": "user", "content": text}]
        for at, text in enumerate(REQUESTS)
    ]
    longer: list[list[Message]] = [
        [
            {"role": "user", "content": REQUESTS[at]},
            {"role": "assistant", "content": REPLY},
            {"role": "user", "content": REQUESTS[at + 1]},
        ]
        for at in range(4)
    ]
    return [*alone, *led, *longer]


def expected_prompt(tokenizer: PreTrainedTokenizerFast, messages: list[Message]) -> list[int] | None:
    """The ids that training reads, those of `apply_chat_template`; None where the template refuses the conversation."""
    try:
        return chat_format(tokenizer).prompt(messages)
    except TemplateFault:
        return None


def ask_server(
    runtime: Runtime,
    file: Path,
    conversations: list[list[Message]],
    work_dir: Path,
    stop: StopFlag,
    tokens: int,
) -> tuple[list[dict[str, Any]], str | None]:
    """What the server makes of each conversation, and the reason where it could not work with the file."""
    request = work_dir / "parity.json"
    body = {"path": str(file), "conversations": conversations, "maxTokens": tokens}
    request.write_text(json.dumps(body), encoding="utf-8")
    said: list[dict[str, Any]] = [{} for _ in conversations]

    def take(line: dict[str, Any]) -> None:
        said[line["index"]].update(line)
        done = sum("answer" in one or "refused" in one for one in said)
        events.progress(done, len(conversations), "parity")

    failed = check_file(runtime, request, stop, take)
    return said, failed


def compare(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    conversations: list[list[Message]],
    said: list[dict[str, Any]],
) -> Gate:
    """Judge what the server said. A conversation that both refuse is equal in both respects."""
    gate = Gate(len(conversations))
    ends = end_tokens(model, tokenizer)
    for number, (messages, server) in enumerate(zip(conversations, said), start=1):
        expected = expected_prompt(tokenizer, messages)
        found: list[int] | None = server.get("prompt")
        if expected != found:
            gate.differences.append(prompt_difference(tokenizer, number, expected, found))
            continue
        gate.equal_prompts += 1
        if found is None:
            gate.equal_answers += 1
            continue
        gate.answer_tokens += len(server["answer"])
        differences = judge_answer(
            model, tokenizer, number, found, server["answer"], ends if server["ended"] else []
        )
        gate.differences += differences
        if not differences:
            gate.equal_answers += 1
        elif all(difference["tie"] for difference in differences):
            gate.tied_answers += 1
    return gate


def end_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """The tokens that end an answer, by any of the places that say so."""
    named = getattr(model.generation_config, "eos_token_id", None)
    ids = {tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])}
    names = ("<|im_end|>", "<|eot_id|>", "<|end|>", "<|endoftext|>", "<end_of_turn>", "</s>", "<|eom_id|>")
    known = tokenizer.get_vocab()
    return [*(index for index in ids if index is not None), *(known[name] for name in names if name in known)]


def judge_answer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    number: int,
    prompt: list[int],
    answer: list[int],
    ends: list[int],
) -> list[dict[str, Any]]:
    """Where transformers would have written another token. After a real difference the rest says nothing more."""
    with torch.no_grad():
        ids = torch.tensor([prompt + answer], device=model.device)
        kept = model(input_ids=ids, logits_to_keep=len(answer) + 1).logits[0]
        scores = kept.float().log_softmax(-1).cpu()
    differences: list[dict[str, Any]] = []
    for position, row in enumerate(scores):
        if position == len(answer) and not ends:
            break
        allowed = [answer[position]] if position < len(answer) else ends
        best, chosen = int(row.argmax()), max(allowed, key=lambda index: float(row[index]))
        if best in allowed:
            continue
        nats = float(row[best] - row[chosen])
        differences.append(
            {
                **{"conversation": number, "of": "answer", "tie": nats < TIE_NATS, "position": position},
                **{
                    "trainer": shown(tokenizer, best),
                    "server": shown(tokenizer, chosen),
                    "nats": round(nats, 4),
                },
            }
        )
        if nats >= TIE_NATS:
            break
    return differences


def prompt_difference(
    tokenizer: PreTrainedTokenizerFast, number: int, expected: list[int] | None, found: list[int] | None
) -> dict[str, Any]:
    """The first token that differs; a side that refuses the conversation has none."""
    ours, theirs = expected or [], found or []
    same = [one == other for one, other in zip(ours, theirs)]
    position = same.index(False) if False in same else len(same)

    def text(ids: list[int] | None) -> str:
        if ids is None:
            return "the template refuses it"
        return shown(tokenizer, ids[position]) if position < len(ids) else "the prompt ends"

    return {
        **{"conversation": number, "of": "prompt", "tie": False, "position": position, "nats": None},
        **{"trainer": text(expected), "server": text(found)},
    }


def shown(tokenizer: PreTrainedTokenizerFast, index: int) -> str:
    return str(tokenizer.convert_ids_to_tokens(index))[:200]
