"""Greedy answers of a Hugging Face model: the reference with which the agent's llama.cpp is compared.

`python generate.py <job.json>` with {"model", "adapter"?, "messages": [[...]], "texts": [...], "maxTokens",
"threads"} prints one JSON object {"greedy": [[ids]], "margins": [[nats]], "prompts": [[ids]], "texts": [[ids]]}.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch

from model.generate import generate_ids
from model.load import load_model
from model.template import encode_chat
from model.tokenizer import encode_text, load_tokenizer
from process import events
from process.device import set_threads
from run.lifecycle import silence_libraries


def margins(model: Any, prompt: list[int], answer: list[int]) -> list[float]:
    """By how many nats the best token led the second at each step of a greedy answer; near 0, rounding decides."""
    if not answer:
        return []
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1].float()
    best = logits.topk(2).values
    return [round(float(first - second), 5) for first, second in best]


def main() -> None:
    events.open_stream()
    silence_libraries()
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    set_threads(job.get("threads", 1))
    folder = Path(job["model"])
    tokenizer = load_tokenizer(folder)
    texts = [encode_text(tokenizer, text) for text in job.get("texts", [])]
    prompts = [encode_chat(tokenizer, messages) for messages in job.get("messages", [])]
    greedy: list[list[int]] = []
    leads: list[list[float]] = []
    if prompts:
        model = load_model(folder, Path(job["adapter"]) if job.get("adapter") else None)
        # One prompt at a time: padding would change the order of the sums, and with it the last bits of a logit.
        greedy = [
            generate_ids(model, tokenizer, [prompt], job.get("maxTokens", 128), 0.0, 0)[0]
            for prompt in prompts
        ]
        leads = [margins(model, prompt, answer) for prompt, answer in zip(prompts, greedy)]
    events.emit({"greedy": greedy, "margins": leads, "prompts": prompts, "texts": texts})


if __name__ == "__main__":
    main()
