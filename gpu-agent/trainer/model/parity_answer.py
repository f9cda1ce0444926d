"""Whether transformers would have written the server's greedy answer, token by token.

Transformers reads the answer in one pass: where its best token is the server's at every position, its own greedy answer
is the same one. Where two tokens are closer than the arithmetic is exact, either may be chosen: a tie.
"""

from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

# llama.cpp rounds activations and the cache of keys and values to F16; over 30 layers that moves a score by some
# hundredths of a nat.
TIE_NATS = 0.1


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


def shown(tokenizer: PreTrainedTokenizerFast, index: int) -> str:
    return str(tokenizer.convert_ids_to_tokens(index))[:200]
