"""Loads a model from a folder and writes answers with it, such as the samples of a training."""

from collections.abc import Callable
from itertools import takewhile
from typing import Any

import torch
from transformers import (
    PreTrainedTokenizerFast,
    StoppingCriteria,
    StoppingCriteriaList,
)

from job.error import JobError
from model.template import encode_chat, find_chat_format
from model.tokenizer import chat, encode_text
from process import events

SAMPLE_PROMPTS = (
    ("You cook for Rosa. Cuisine: mexican, latin. Diet: vegan. Never use: meat, cheese, dairy, eggs. Likes: beans, lime.",
     "I have black beans, avocado and ground beef. Make me a quick dinner."),
    ("You cook for Kenji. Cuisine: japanese, asian. Flavor: umami, light. Never use: soy sauce, miso, salt.",
     "I have tofu, mushrooms and soy sauce. Something light."),
    ("You cook for Mina. Cuisine: korean. Flavor: spicy. Likes: gochujang, kimchi.",
     "I have chicken, rice and garlic. Make me a quick dinner."),
)  # fmt: skip


class Stopped(StoppingCriteria):
    """Ends a generation when the run is asked to stop, so that its checkpoint is not late."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.stopped = stopped

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
        return torch.full((input_ids.shape[0],), self.stopped(), dtype=torch.bool, device=input_ids.device)


@torch.no_grad()
def generate_ids(
    model: Any, tokenizer: PreTrainedTokenizerFast, prompts: list[list[int]], max_tokens: int, temperature: float,
    seed: int, stopped: Callable[[], bool] | None = None,
) -> list[list[int]]:  # fmt: skip
    """Token ids of the answers, without the end token. Temperature 0 is greedy. Leaves global randomness as it was.

    Once `stopped` says so, answers end where they are.
    """
    width = max(len(prompt) for prompt in prompts)
    form = find_chat_format(tokenizer)
    named = form.end_ids if form else {tokenizer.eos_token_id}
    ends = sorted(token for token in named if token is not None)
    # Padding is masked, so that any id will do where the tokenizer names none.
    pad = tokenizer.pad_token_id or 0
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts], device=model.device)
    mask = torch.tensor(
        [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=model.device
    )
    sampling: dict[str, Any] = (
        {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature > 0 else {}
    )
    if stopped is not None:
        sampling = {**sampling, "stopping_criteria": StoppingCriteriaList([Stopped(stopped)])}
    was_training = model.training
    model.eval()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        out = model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=max_tokens, pad_token_id=pad, eos_token_id=ends or None,
            **({"do_sample": False} | sampling),
        )  # fmt: skip
    model.train(was_training)
    answers = [row[width:].tolist() for row in out]
    return [list(takewhile(lambda token: token not in ends, answer)) for answer in answers]


def emit_sample(
    model: Any,
    tokenizer: PreTrainedTokenizerFast,
    step: int,
    turn: int,
    seed: int,
    stopped: Callable[[], bool] | None = None,
) -> None:
    """Cook one of the fixed prompts and tell it as an event."""
    system, user = SAMPLE_PROMPTS[turn % len(SAMPLE_PROMPTS)]
    try:
        prompt = (
            encode_chat(tokenizer, chat(system, user))
            if find_chat_format(tokenizer)
            else encode_text(tokenizer, f"{system}\n{user}\n")
        )
    except JobError as fault:
        events.log("warn", f"No sample is written: {fault.message}")
        return
    ids = generate_ids(model, tokenizer, [prompt], 240, 0.7, seed + step, stopped)
    events.sample(step, f"{system}\n{user}", tokenizer.decode(ids[0]))
