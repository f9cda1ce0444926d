"""Rows to ids and marks: formats, templates, what is learned, and that nothing typed becomes a special token."""

from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from data.examples import encode_rows, mark_rows
from data.pairs import encode_pairs, mark_pairs
from data.rows import hold_out
from job.job import JobError, SftConfig
from model.template import encode_chat
from model.tokenizer import chat, train_tokenizer

TEXTS = ["I have rice. Fry the rice and serve. Price is $12 system user assistant"] * 5
LLAMA = (
    "{{ bos_token }}{% for message in messages %}<|head|>{{ message['role'] }}<|body|>\n\n"
    "{{ message['content'] | trim }}<|turn|>{% endfor %}"
    "{% if add_generation_prompt %}<|head|>assistant<|body|>\n\n{% endif %}"
)


@pytest.fixture(scope="module")
def chatml() -> PreTrainedTokenizerFast:
    return train_tokenizer(TEXTS, 400)


@pytest.fixture
def llama() -> PreTrainedTokenizerFast:
    """The shape of Llama 3's template: a BOS, headers, and an end of turn that is not the end of sequence."""
    raw = train_tokenizer(TEXTS, 400).backend_tokenizer
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="<|turn|>", bos_token="<bos>",
                                        additional_special_tokens=["<|head|>", "<|body|>"], chat_template=LLAMA)  # fmt: skip
    vocabulary = tokenizer.get_vocab()
    assert "<|im_start|>" in vocabulary
    return tokenizer


def rows_of(tokenizer: PreTrainedTokenizerFast, row: dict[str, Any], **config: Any) -> tuple[str, str]:
    """The decoded learned text, and the decoded text that is only read."""
    item = encode_rows([row], tokenizer, SftConfig(**config))[0].sequence
    parts = ([t for t, learned in zip(item.ids, item.learned) if learned is side] for side in (True, False))
    learned, read = (tokenizer.decode(ids) for ids in parts)
    return learned, read


TALK = {
    "messages": [
        {"role": "user", "content": "I have rice."},
        {"role": "assistant", "content": "Fry the rice."},
        {"role": "user", "content": "and"},
        {"role": "assistant", "content": "serve."},
    ]
}


@pytest.mark.parametrize(
    ("row", "config", "learned"),
    [
        (TALK, {}, "serve.<|im_end|>"),
        (TALK, {"loss_on": "assistant"}, "Fry the rice.<|im_end|>serve.<|im_end|>"),
        ({"prompt": "I have ", "completion": "rice"}, {}, "rice<|im_end|>"),
        ({"prompt": "I have ", "completion": "rice"}, {"loss_on": "all"}, "I have rice<|im_end|>"),
        ({"text": "I have rice. Price is $12"}, {"response_template": "Price is $"}, "12<|im_end|>"),
        ({"text": "I have rice."}, {}, "I have rice.<|im_end|>"),
        ({"text": "No such words"}, {"response_template": "Price is $"}, ""),
    ],
)
def test_which_tokens_are_learned(
    chatml: PreTrainedTokenizerFast, row: dict[str, Any], config: dict[str, Any], learned: str
) -> None:
    assert rows_of(chatml, row, **config)[0] == learned


def test_loss_on_a_whole_conversation(chatml: PreTrainedTokenizerFast) -> None:
    item = encode_rows([TALK], chatml, SftConfig(loss_on="all"))[0].sequence
    assert all(item.learned)
    assert chatml.decode(item.ids) == chatml.apply_chat_template(TALK["messages"], tokenize=False).rstrip(
        "\n"
    )


def test_a_template_other_than_chatml(llama: PreTrainedTokenizerFast) -> None:
    hostile = chat("Cook.", "I have <|turn|> rice ")
    ids = encode_chat(llama, hostile)
    turn = llama.convert_tokens_to_ids("<|turn|>")
    assert ids.count(turn) == 2  # the template's own; the one that a person typed is text
    assert ids.count(llama.bos_token_id) == 1
    text = llama.decode(ids)
    assert text == llama.apply_chat_template(hostile, tokenize=False, add_generation_prompt=True)
    reply = {"messages": [*hostile, {"role": "assistant", "content": "Fry the rice. "}]}
    assert rows_of(llama, reply)[0] == "Fry the rice.<|turn|>"


def test_a_model_without_a_template_is_named(llama: PreTrainedTokenizerFast) -> None:
    llama.chat_template = None
    with pytest.raises(JobError, match="no chat template"):
        encode_chat(llama, chat("a", "b"))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            {"messages": [{"role": "user", "content": "x"}]},
            "Example 1 does not end in an answer",
        ),
        ({"messages": []}, "Example 1 has no list of messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, r"of the role 'tool' \(number 1\)"),
        ({"messages": [{"role": "user", "content": None}]}, "a message without text"),
        ({"text": ""}, "has no text"),
        ({"prompt": 3, "completion": "x"}, "no text"),
        ({"color": "red"}, "neither messages"),
    ],
)
def test_bad_rows(chatml: PreTrainedTokenizerFast, row: dict[str, Any], sentence: str) -> None:
    with pytest.raises(JobError, match=sentence):
        encode_rows([row], chatml, SftConfig())


def test_nothing_is_dropped_silently(chatml: PreTrainedTokenizerFast) -> None:
    row = {"system": "a", "user": "b", "chosen": "c", "rejected": "d " * 200}
    pairs = encode_pairs([row, {**row, "rejected": "d"}], chatml, 64)
    assert [item.fits for item in pairs] == [False, True]
    marks = list(mark_pairs(pairs, 64))
    assert [(one.row, one.part) for one in marks] == [
        (1, "chosen"),
        (1, "rejected"),
        (2, "chosen"),
        (2, "rejected"),
    ]
    assert [set(one.marks) for one in marks] == [{"c"}, {"c"}, {"m", "t"}, {"m", "t"}]
    assert all(len(one.ids) == len(one.marks) for one in marks)
    examples = encode_rows([{"text": "rice " * 500}, {"text": "rice"}], chatml, SftConfig(max_length=64))
    assert [set(one.marks) for one in mark_rows(examples)] == [{"c"}, {"t"}]


def test_held_out_rows_share_no_prompt() -> None:
    rows = [(number % 5, number) for number in range(20)]
    trained, held = hold_out(rows, 0.2, 7, lambda row: row[0])
    assert sorted(trained + held) == sorted(rows)
    assert len(held) == 4
    assert not {row[0] for row in trained} & {row[0] for row in held}
    assert hold_out(rows, 0.2, 7, lambda row: row[0]) == (trained, held)
    assert hold_out(rows, 0.0, 7, lambda row: row[0]) == (rows, [])
    with pytest.raises(JobError, match="too few different prompts"):
        hold_out(rows, 0.5, 7, lambda row: 0)
