"""The conversations of the parity gate, and what the server makes of them."""

import json
from pathlib import Path
from typing import Any

from model.llama_cpp import Runtime, check_file
from model.tokenizer import Message
from process import events
from process.stop import StopFlag

ANSWER_TOKENS = 24

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


def ask_server(
    runtime: Runtime,
    file: Path,
    conversations: list[list[Message]],
    work_dir: Path,
    stop: StopFlag,
    tokens: int,
    adapter: Path | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """What the server makes of each conversation, and the reason where it could not work with the file."""
    request = work_dir / "parity.json"
    body: dict[str, Any] = {"path": str(file), "conversations": conversations, "maxTokens": tokens}
    if adapter:
        body["adapterPath"] = str(adapter)
    request.write_text(json.dumps(body), encoding="utf-8")
    said: list[dict[str, Any]] = [{} for _ in conversations]

    def take(line: dict[str, Any]) -> None:
        said[line["index"]].update(line)
        done = sum("answer" in one or "refused" in one for one in said)
        events.progress(done, len(conversations), "parity")

    failed = check_file(runtime, request, stop, take)
    return said, failed
