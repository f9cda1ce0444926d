"""The parity gate: whether transformers and the server's llama.cpp read and write the same tokens for 20 conversations.

The server answers greedily on F16 weights; `parity_talk` asks it, `parity_answer` judges its answers.
"""

from dataclasses import dataclass, field
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from model.chat_template import TemplateFault
from model.parity_answer import end_tokens, judge_answer, shown
from model.template import chat_format
from model.tokenizer import Message

SHOWN_DIFFERENCES = 100


@dataclass
class Gate:
    """What was measured, in the shape of the protocol's ParityGate."""

    conversations: int
    equal_prompts: int = 0
    equal_answers: int = 0
    tied_answers: int = 0
    answer_tokens: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)
    # Conversations that the server refuses, and its first reason.
    refused: int = 0
    why_refused: str = ""

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
        """Why a model with this result is not served. Some templates refuse what both sides take as no conversation of
        theirs; one that refuses all of them has no use here."""
        if self.refused == self.conversations:
            return f"The server refuses every conversation. {self.why_refused}"
        unequal = self.conversations - self.equal_prompts
        if unequal:
            return f"{unequal} of {self.conversations} conversations have other token ids on the server than in training."
        wrong = self.conversations - self.equal_answers - self.tied_answers
        if wrong:
            return (
                f"{wrong} of {self.conversations} greedy answers differ between transformers and llama.cpp."
            )
        return None


def expected_prompt(tokenizer: PreTrainedTokenizerFast, messages: list[Message]) -> list[int] | None:
    """The ids that training reads, those of `apply_chat_template`; None where the template refuses the conversation."""
    try:
        return chat_format(tokenizer).prompt(messages)
    except TemplateFault:
        return None


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
        if found is None:
            gate.refused += 1
            gate.why_refused = gate.why_refused or str(server.get("refused", ""))
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
