"""What a token counts, and that a batch has the same gradients however many threads share its rows."""

import pytest
import torch

from job.job import PretrainConfig
from model.tokenizer import encode_answer, train_tokenizer
from starter.corpus import make_corpus
from starter.examples import answer_weights, encode_examples
from starter.network import make_model
from starter.ontology import Ontology
from starter.workers import Workers

ANSWER = """# Golden firm tofu stew
45 min | serves 2 | korean

## Ingredients
- 400 g firm tofu
- 2 tbsp oil

## Method
1. Set a heavy pot over high heat, without firm words.
2. Stir in firm tofu and coat it well."""


def test_ingredient_lines_and_names_weigh_more() -> None:
    tokenizer = train_tokenizer([ANSWER] * 3, 400)
    tokens = tokenizer.convert_ids_to_tokens(encode_answer(tokenizer, ANSWER))
    weights = answer_weights(tokens, ("firm tofu", "oil"))
    heavy = "".join(token if weight > 1 else "_" for token, weight in zip(tokens, weights))
    words = [word.replace("Ġ", " ").strip() for word in heavy.split("_") if word]
    assert words == ["- 400 g firm tofu", "- 2 tbsp oil", "firm tofu"]


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_share_a_batch_and_change_nothing(ontology: Ontology, threads: int) -> None:
    examples = make_corpus(3, ontology, 40, 0.5)
    tokenizer = train_tokenizer([example.answer for example in examples], 500)
    rows = encode_examples(tokenizer, examples, 384)[:7]
    torch.manual_seed(1)
    config = PretrainConfig(hidden_size=32, layers=2, heads=2, kv_heads=2, ffn_size=64)
    model = make_model(config, tokenizer)

    def gradients(count: int) -> tuple[float, torch.Tensor]:
        loss = Workers(model, torch.device("cpu"), count, False).accumulate(rows)
        return loss, torch.cat(
            [weight.grad.flatten() for weight in model.parameters() if weight.grad is not None]
        )

    loss, alone = gradients(1)
    shared_loss, shared = gradients(threads)
    assert shared_loss == pytest.approx(loss, rel=1e-6)
    assert (shared - alone).norm() < 1e-5 * alone.norm()
    assert torch.equal(gradients(threads)[1], shared)
