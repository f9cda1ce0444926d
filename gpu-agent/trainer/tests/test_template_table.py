"""All chat templates that llama.cpp collects: each writes a conversation so that it can be trained on, or says why not."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from server_side import ask_server, first_difference
from template_cases import MARKUP, assistant, llama_cpp, make_tokenizer, real_template, system, user
from transformers import AutoModelForCausalLM

from model.chat_template import TemplateFault
from model.parity import compare
from model.parity_talk import make_conversations
from model.template import ChatFormat
from model.tokenizer import Message, load_tokenizer

PERSONA = system("You cook for Rosa.")
MARKED = "<|im_end|> </s> [INST] <end_of_turn> <|eot_id|> {{ x }} {% if %} <eos><bos>"
TALKS: dict[str, list[Message]] = {
    "system": [PERSONA, user("I have rice."), assistant("Fry the rice.")],
    "none": [user("I have rice."), assistant("Fry the rice.")],
    "multi-turn": [
        user("I have rice."),
        assistant("Fry it."),
        user("And beans?"),
        assistant("Boil the beans."),
    ],
    "multi-turn with system": [
        PERSONA,
        user("I have rice."),
        assistant("Fry it."),
        user("Beans?"),
        assistant("Boil."),
    ],
    "assistant first": [assistant("Welcome."), user("I have rice."), assistant("Fry the rice.")],
    "system, then assistant": [
        PERSONA,
        assistant("Welcome."),
        user("I have rice."),
        assistant("Fry the rice."),
    ],
    "markup": [PERSONA, user(f"I have {MARKED} rice."), assistant(f"Fry {MARKED} it.")],
    "white space": [user("  I have rice.\n"), assistant("\n\nFry the rice. ")],
    "thought": [user("I have rice."), assistant("<think>\nRice.\n</think>\n\nFry the rice.")],
    "two requests": [user("I have rice."), user("And beans."), assistant("Fry the rice.")],
}
# Those made for calls of tools alone have another template beside them for plain conversations.
TOOLS_ONLY = {
    "CohereForAI-c4ai-command-r-plus-tool_use",
    "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use",
    "NousResearch-Hermes-3-Llama-3.1-8B-tool_use",
    "fireworks-ai-llama-3-firefunction-v2",
}
ALTERNATING = {
    "google-gemma-2-2b-it",
    "Mistral-Small-3.2-24B-Instruct-2506",
    "mistralai-Ministral-3-14B-Reasoning-2512",
    "mistralai-Mistral-Nemo-Instruct-2407",
}
REFUSED = {name: set(TALKS) for name in TOOLS_ONLY} | {
    name: {"assistant first", "system, then assistant", "two requests"} for name in ALTERNATING
}
# They are asked without a thought, so that a row with one is none of theirs.
REFUSED |= {name: {"thought"} for name in ("poolside-Laguna-XS.2", "poolside-Laguna-XS-2.1")}
# The server's Jinja has no mappings from numbers, which this one's begins with. It says so, and refuses all.
UNKNOWN_TO_SERVER = {"ByteDance-Seed-OSS": "Object keys must be strings: got IntegerValue"}
# The next speaker's name ends an earlier answer there.
NO_END_TOKEN = "llama-cpp-rwkv-world"


@pytest.mark.parametrize("talk", TALKS)
def test_each_template_writes_a_conversation_or_says_why_not(talk: str, reported: io.StringIO) -> None:
    messages = TALKS[talk]
    refused = {}
    for name in template_names():
        form = form_of(name)
        try:
            encoded = form.encode(messages)
        except TemplateFault as fault:
            assert fault.reason.strip() and fault.remedy.endswith("."), name
            refused[name] = fault.reason
            continue
        check(name, form, messages, encoded.ids, encoded.answers)
    assert set(refused) == {name for name, talks in REFUSED.items() if talk in talks}, refused


def test_the_server_renders_each_template_as_the_trainer_does_or_both_refuse(tmp_path: Path) -> None:
    """Each conversation up to its last answer, and with a request after that: what a server is asked."""
    asked = [part for talk in TALKS.values() for part in (talk[:-1], [*talk, user(f"Thanks {MARKED}. And?")])]
    forms = {name: form_of(name) for name in template_names()}
    job = [
        {"source": form.template.source, "bos": "<bos>", "eos": "<eos>", "talks": asked}
        for form in forms.values()
    ]
    answers = ask_server(tmp_path, {"templates": job})["templates"]
    refused: dict[str, set[str]] = {}
    for (name, form), said in zip(forms.items(), answers, strict=True):
        for messages, server in zip(asked, said, strict=True):
            ours, why = render(form, messages)
            if name in UNKNOWN_TO_SERVER and ours is not None:
                assert UNKNOWN_TO_SERVER[name] in server["refused"]
                refused.setdefault(name, set()).add(server["refused"])
                continue
            assert ours == server.get("text"), f"{name}: {first_difference(ours, server.get('text'))}"
            if ours is None:
                assert len(why) > 20 and server["refused"].endswith("."), name
                assert server["refused"].startswith("The chat template of this model refuses"), name
    assert set(refused) == set(UNKNOWN_TO_SERVER)


def test_a_model_whose_template_is_refused_is_not_servable_with_the_servers_reason(
    model: Path, tmp_path: Path
) -> None:
    """By the server alone, or by both: then no conversation is left to serve."""
    loaded, conversations = AutoModelForCausalLM.from_pretrained(model), make_conversations()
    for name, why in (*UNKNOWN_TO_SERVER.items(), (sorted(TOOLS_ONLY)[0], "refuses the conversation")):
        source = real_template(name)
        job = {"source": source, "bos": "", "eos": "<|im_end|>", "talks": conversations}
        said = ask_server(tmp_path, {"templates": [job]})["templates"][0]
        tokenizer = load_tokenizer(model)
        tokenizer.chat_template = source
        gate = compare(loaded, tokenizer, conversations, said)
        reason = gate.not_servable() or ""
        assert reason.startswith("The server refuses every conversation. The chat template of this model"), (
            name
        )
        assert why in reason and reason.endswith(".")


def render(form: ChatFormat, messages: Sequence[Message]) -> tuple[str | None, str]:
    """The text with the opening of the next answer, or None and why it is refused."""
    try:
        prepared = form.prepare(messages)
        form.template.fill(prepared, True)
        return form.template.render(prepared, True), ""
    except TemplateFault as fault:
        return None, fault.reason


FORMS: dict[str, ChatFormat] = {}


def template_names() -> list[str]:
    names = sorted(path.stem for path in (llama_cpp() / "models" / "templates").glob("*.jinja"))
    assert len(names) >= 65
    return names


def form_of(name: str) -> ChatFormat:
    return FORMS.get(name) or FORMS.setdefault(name, make_format(real_template(name)))


def make_format(source: str) -> ChatFormat:
    """The markup that a template puts together from parts is found in what it writes."""
    form = ChatFormat(make_tokenizer("byte-level", source, "<bos>", "<eos>"), source)
    try:
        written = form.template.render(TALKS["multi-turn"], False)
    except TemplateFault:
        return form
    return ChatFormat(make_tokenizer("byte-level", source, "<bos>", "<eos>", written=written), source)


def check(
    name: str, form: ChatFormat, messages: list[Message], ids: list[int], answers: list[tuple[int, int]]
) -> None:
    """Every text is there, the answers are what is learned, each ends with a token for it, and what is typed is text."""
    text = form.tokenizer.decode(ids)
    wanted = [message["content"].split("</think>")[-1].strip() for message in messages]
    assert all(words in text for words in wanted), name
    said = [words for words, message in zip(wanted, messages) if message["role"] == "assistant"]
    asked = [words for words, message in zip(wanted, messages) if message["role"] != "assistant"]
    assert len(answers) == len(said), name
    for words, (start, end) in zip(said, answers):
        learned = form.tokenizer.decode(ids[start:end])
        assert words in learned, name
        assert not any(words in learned for words in asked), name
        assert ids[end - 1] in form.end_ids or (words != said[-1] and name == NO_END_TOKEN), name
        inside = learned[learned.index(words) : learned.index(words) + len(words)]
        assert inside == words
    benign = [{**message, "content": message["content"].replace(MARKED, "plain")} for message in messages]
    markup = [token for token in ids if token in form.plain.ids]
    assert markup == [token for token in form.encode(benign).ids if token in form.plain.ids], name  # type: ignore[arg-type]
    assert MARKUP.search(MARKED)
