"""Conversations of many model families: ids and marks are those of `apply_chat_template`, and nothing typed is markup."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from template_cases import (
    FAMILIES,
    KINDS,
    ROOT,
    SMOLLM_2,
    ZEPHYR,
    Family,
    assistant,
    make_tokenizer,
    real_template,
    system,
    user,
)
from transformers import PreTrainedTokenizerFast

from data.examples import encode_rows, mark_rows
from data.pairs import encode_pairs
from data.preflight import inspect, name_template
from job.job import JobError, SftConfig
from model.chat_template import FIXED_DATE
from model.special_tokens import PlainEncoder
from model.template import chat_format, encode_chat, find_chat_format
from model.tokenizer import Message, load_tokenizer

TINYLLAMA = ROOT.parent / "shared/data/tinyllama-tokenizer"
PERSONA = system("You cook for Rosa. Never use milk.")
TALKS: dict[str, list[Message]] = {
    "one turn": [user("I have rice."), assistant("Fry the rice.")],
    "persona": [PERSONA, user("I have rice."), assistant("Fry the rice.")],
    "two turns": [
        PERSONA,
        user("I have rice."),
        assistant("Fry it."),
        user("And beans?"),
        assistant("Boil the beans."),
    ],
    "white space": [user(" I have rice.\n"), assistant("1. Fry.\n\n2. Serve.\n")],
    "other letters": [user("Crème brûlée, 麻婆豆腐 🌶?"), assistant("½ cup, sí. ")],
}
FIRST = [assistant("Welcome to the kitchen."), user("I have rice."), assistant("Fry the rice.")]


@pytest.fixture(autouse=True)
def log(reported: io.StringIO) -> io.StringIO:
    return reported


def merged(family: Family, messages: Sequence[Message]) -> list[Message]:
    if family.system or messages[0]["role"] != "system":
        return list(messages)
    return [user(f"{messages[0]['content']}\n\n{messages[1]['content']}"), *messages[2:]]


def expected(
    family: Family, tokenizer: PreTrainedTokenizerFast, messages: list[Message]
) -> tuple[list[int], list[bool]]:
    """The ids of `apply_chat_template`, and which tokens reach into an answer with what the model writes around it, up
    to the last that does: found in the text by the answers' words."""
    source = tokenizer.chat_template
    text = tokenizer.apply_chat_template(messages, tokenize=False, strftime_now=FIXED_DATE.strftime)
    out = tokenizer.apply_chat_template(
        messages, tokenize=True, return_dict=False, chat_template=source, strftime_now=FIXED_DATE.strftime
    )
    offsets = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    learned, at = [False] * len(out), 0
    for number, message in enumerate(messages):
        words = message["content"].strip()
        at = text.index(words, at)
        if message["role"] == "assistant":
            is_last = number + 1 == len(messages)
            # Qwen writes no empty thought before an earlier answer.
            has_lead = text[:at].endswith(family.lead)
            assert has_lead or not is_last
            start, stop = at - len(family.lead) * has_lead, at + len(words)
            # White space at either end is the answer's where the template does not trim it.
            while text[start - 1].isspace() and message["content"].startswith(text[start - 1]):
                start -= 1
            if not family.adds_end or not is_last:
                mark = "<|user|>" if family.adds_end else family.end
                stop = text.index(mark, stop) + len(mark)
            for token, (first, last) in enumerate(offsets):
                special = out[token] in tokenizer.all_special_ids
                learned[token] |= last > start and first < stop and not (special and first < start)
        at += len(words)
    count = max(token for token, is_learned in enumerate(learned) if is_learned) + 1
    ids, learned = list(out[:count]), learned[:count]
    if family.adds_end:
        ids, learned = [*ids, tokenizer.eos_token_id], [*learned, True]
    return ids, learned


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_ids_and_marks_are_those_of_the_models_own_template(family: Family, talk: str) -> None:
    tokenizer = family.tokenizer()
    sequence = encode_rows([{"messages": TALKS[talk]}], tokenizer, SftConfig(loss_on="assistant"))[0].sequence
    ids, learned = expected(family, tokenizer, merged(family, TALKS[talk]))
    assert sequence.ids == ids
    assert sequence.learned == learned
    end = tokenizer.convert_tokens_to_ids(family.end.strip())
    assert (ids[-1], learned[-1]) == (end, True)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_prompt_is_what_the_template_asks_with(family: Family) -> None:
    tokenizer = family.tokenizer()
    for talk in (TALKS["one turn"], TALKS["persona"]):
        asked = tokenizer.apply_chat_template(
            merged(family, talk[:-1]),
            add_generation_prompt=True,
            tokenize=True,
            return_dict=False,
            strftime_now=FIXED_DATE.strftime,
        )
        assert encode_chat(tokenizer, talk[:-1]) == asked
        pair = {"prompt": talk[:-1], "chosen": [talk[-1]], "rejected": "Boil the beans."}
        encoded = encode_pairs([pair], tokenizer, 4096)[0].pair
        assert encoded.prompt == asked[: len(encoded.prompt)]
        assert encoded.prompt + encoded.chosen == chat_format(tokenizer).encode(talk).ids


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_what_is_typed_is_never_markup(family: Family) -> None:
    tokenizer = family.tokenizer()
    special = sorted(set(tokenizer.all_special_tokens) | {"</s>", "<|im_end|>", "[INST]"})
    hostile = f"I have {' '.join(special)}rice{''.join(special)}"
    plain, typed = (
        encode_rows([{"messages": [system(text), user(text), assistant(text)]}], tokenizer, SftConfig())[
            0
        ].sequence
        for text in ("I have rice.", hostile)
    )
    markup = frozenset(tokenizer.all_special_ids)
    assert [token for token in typed.ids if token in markup] == [
        token for token in plain.ids if token in markup
    ]
    answer = tokenizer.decode([token for token, learned in zip(typed.ids, typed.learned) if learned])
    if family.kind == "byte-level":
        assert hostile in answer


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_preflight_accepts_the_models_own_template(family: Family) -> None:
    tokenizer = family.tokenizer()
    rows = encode_rows(
        [{"messages": talk} for talk in TALKS.values()],
        tokenizer,
        SftConfig(loss_on="assistant", max_length=8192),
    )
    report, _ = inspect(mark_rows(rows), tokenizer, "x", 1 << 16)
    assert report.faults == dict.fromkeys(report.faults, 0)
    assert report.end_token == family.end.strip()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_conversation_that_begins_with_the_assistant(family: Family) -> None:
    tokenizer = family.tokenizer()
    if family.first:
        sequence = encode_rows([{"messages": FIRST}], tokenizer, SftConfig(loss_on="assistant"))[0].sequence
        assert "elcome to the kitchen." in tokenizer.decode(sequence.ids)
        return
    with pytest.raises(
        JobError, match=r"^Example 1 is refused by the model's chat template, which says: "
    ) as refused:
        encode_rows([{"messages": FIRST}], tokenizer, SftConfig())
    assert "beginning with a request" in refused.value.remedy
    with pytest.raises(JobError, match="Example 1"):
        encode_rows([{"messages": [PERSONA, *FIRST]}], tokenizer, SftConfig())


def of_kind(kind: str, source: str = ZEPHYR) -> PreTrainedTokenizerFast:
    return make_tokenizer(kind, source, "<s>", "</s>")


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_tokenizer_reads_a_special_token_in_a_text(kind: str) -> None:
    tokenizer = of_kind(kind, real_template("google-gemma-2-2b-it") + "{# <|im_end|> [INST] </s> #}")
    plain = PlainEncoder(tokenizer)
    assert len(plain.special) >= 5
    for text in [*plain.special, "".join(plain.special), "<s><s>rice</s>", "a<s >b"]:
        ids = plain.encode_text(text)
        assert not set(ids) & plain.ids
        if kind != "unigram":
            assert tokenizer.decode(ids).strip() == text


def test_tinyllama() -> None:
    if not TINYLLAMA.exists():
        pytest.skip("needs ../shared/data/tinyllama-tokenizer")
    tokenizer = load_tokenizer(TINYLLAMA)
    family = Family("TinyLlama", "", "<s>", "</s>", "</s>", "SentencePiece")
    for talk in TALKS.values():
        sequence = encode_rows([{"messages": talk}], tokenizer, SftConfig(loss_on="assistant"))[0].sequence
        assert (sequence.ids, sequence.learned) == expected(family, tokenizer, talk)
    row = {"messages": [user("I have </s><s> rice."), assistant("Fry </s> it.")]}
    ids = encode_rows([row], tokenizer, SftConfig())[0].sequence.ids
    assert (ids.count(tokenizer.eos_token_id), ids.count(tokenizer.bos_token_id)) == (2, 0)
    parts = encode_rows([{"prompt": "I have", "completion": " rice"}], tokenizer, SftConfig())[0].sequence
    assert tokenizer.convert_ids_to_tokens(parts.ids) == ["<s>", "▁I", "▁have", "▁rice", "</s>"]
    joined = encode_rows([{"prompt": "I ha", "completion": "ve"}], tokenizer, SftConfig())[0].sequence
    assert tokenizer.decode(joined.ids, skip_special_tokens=True) == "I have"


def test_a_persona_is_put_before_the_request_where_there_is_no_system_role() -> None:
    for family in (one for one in FAMILIES if not one.system):
        tokenizer = family.tokenizer()
        text = tokenizer.decode(encode_chat(tokenizer, TALKS["persona"][:-1]))
        assert "You cook for Rosa. Never use milk.\n\nI have rice." in text, family.name
        assert name_template(find_chat_format(tokenizer)).endswith("system text before the first request")


def test_dates_in_templates_are_fixed() -> None:
    llama = next(
        family for family in FAMILIES if "3.2" in family.name and family.end == "<|eot_id|>"
    ).tokenizer()
    assert "Today Date: 26 Jul 2024" in llama.decode(encode_chat(llama, [user("I have rice.")]))


def test_a_thought_is_learned_where_the_template_has_a_place_for_it() -> None:
    qwen = next(family for family in FAMILIES if family.lead.startswith("<think>")).tokenizer()
    answer = "<think>\nRice is there.\n</think>\n\nFry the rice."
    sequence = encode_rows([{"messages": [user("I have rice."), assistant(answer)]}], qwen, SftConfig())[
        0
    ].sequence
    learned = [token for token, is_learned in zip(sequence.ids, sequence.learned) if is_learned]
    assert qwen.decode(learned) == f"{answer}<|im_end|>"
    assert qwen.convert_tokens_to_ids("</think>") in learned


def test_a_template_that_changes_a_text_is_named() -> None:
    source = "{% for m in messages %}{{ m['role'] + ': ' + m['content'] | upper }}</s>{% endfor %}"
    with pytest.raises(JobError, match="template leaves out: number 1, of the role user") as refused:
        encode_rows([{"messages": TALKS["one turn"]}], of_kind("byte-level", source.replace("m['content'] | upper", "m['role']")), SftConfig())  # fmt: skip
    with pytest.raises(
        JobError, match="whose text the model's chat template changes: number 1, of the role user"
    ):
        encode_rows([{"messages": TALKS["one turn"]}], of_kind("byte-level", source), SftConfig())
    assert refused.value.remedy.endswith(".")


def test_several_templates_by_name() -> None:
    tokenizer = make_tokenizer("byte-level", SMOLLM_2, None, "<|im_end|>")
    talk = TALKS["one turn"]
    ids = chat_format(tokenizer).encode(talk).ids
    tokenizer.chat_template = {"tool_use": "{{ raise_exception('tools') }}", "default": SMOLLM_2}
    assert chat_format(tokenizer).encode(talk).ids == ids
    tokenizer.chat_template = {"only": SMOLLM_2}
    assert chat_format(tokenizer).encode(talk).ids == ids
    tokenizer.chat_template = {"rag": SMOLLM_2, "tool_use": SMOLLM_2}
    with pytest.raises(
        JobError, match=r"several chat templates \(rag, tool_use\), and none is named default"
    ):
        chat_format(tokenizer)


def test_pairs_of_message_lists() -> None:
    tokenizer = of_kind("byte-level")
    persona, request = PERSONA, user("I have rice.")
    texts = {
        "system": persona["content"],
        "user": request["content"],
        "chosen": "Fry it.",
        "rejected": "Boil it.",
    }
    lists = {
        "prompt": [persona, request],
        "chosen": [assistant("Fry it.")],
        "rejected": [assistant("Boil it.")],
    }
    whole = {side: [persona, request, *lists[side]] for side in ("chosen", "rejected")}
    encoded = [one.pair for one in encode_pairs([texts, lists, whole], tokenizer, 4096)]
    assert encoded[0] == encoded[1] == encoded[2]
    other = {"chosen": [request, assistant("a")], "rejected": [user("b"), assistant("c")]}
    with pytest.raises(JobError, match="Example 1 has two conversations that differ before the last answer"):
        encode_pairs([other], tokenizer, 4096)
    with pytest.raises(JobError, match="Example 1 has an answer of several messages"):
        encode_pairs([{**lists, "chosen": [request, assistant("a")]}], tokenizer, 4096)
    with pytest.raises(JobError, match="Example 1 has no request"):
        encode_pairs([{"chosen": "a", "rejected": "b"}], tokenizer, 4096)


def test_a_tokenizer_without_a_pad_token_or_with_the_end_as_one(tmp_path: Path) -> None:
    """Padding is masked by its place, so the end of an answer is learned all the same."""
    of_kind("byte-level").save_pretrained(tmp_path)
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    sequence = encode_rows([{"messages": TALKS["one turn"]}], tokenizer, SftConfig())[0].sequence
    assert (sequence.ids[-1], sequence.learned[-1]) == (tokenizer.eos_token_id, True)
