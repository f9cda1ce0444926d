"""The vocabularies that llama.cpp collects, TinyLlama's among those of the shared data: the ids of the trainer, of the server
and those that llama.cpp expects agree, in texts and in conversations, and of these the answers alone are learned."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import pytest
from real_models import GEMMA3, SMOLLM2, RealModel, fetch_real
from server_side import ask_server, first_difference
from template_cases import ROOT, ZEPHYR, assistant, llama_cpp, system, user
from transformers import PreTrainedTokenizerFast

from data.examples import encode_rows
from job.job import JobError, SftConfig
from model.chosen_template import TEMPLATES
from model.gguf_file import build_tokenizer, read_gguf
from model.gguf_tokenizer import make_tokenizer
from model.template import chat_format
from model.tokenizer import Message, load_tokenizer

TINYLLAMA = ROOT.parent / "shared/data/tinyllama-tokenizer"
# Small ones, of each kind; the others take long to read.
DAILY = ("gpt-2", "llama-spm", "phi-3", "deepseek-coder", "starcoder")
NIGHTLY = ("command-r", "falcon", "gemma-4", "llama-bpe", "mpt", "qwen2", "qwen35", "refact")
# Those that are not read from a GGUF file: the model's own folder has the tokenizer.
UNREADABLE = {
    "bert-bge": r"\(bert, bert-bge\) cannot be read",
    "deepseek-llm": r"\(gpt2, deepseek-llm\) cannot be read",
}
# As an author of prompts may write them, and as a visitor may try: names of the vocabulary's own special tokens.
NAMES = "<s> </s> <|endoftext|> <|im_end|> <|eot_id|> <|end|> <bos><eos> <turn|> <|END_OF_TURN_TOKEN|>"
TALKS: dict[str, list[Message]] = {
    "plain": [user("I have rice."), assistant("Fry the rice.")],
    "persona": [system("You cook for Rosa."), user("I have rice."), assistant("# Rice\n\n1. Fry it.\n")],
    "turns": [user("I have rice."), assistant("Fry it."), user(" And  beans?\n"), assistant("Boil them.")],
    "markup": [system(f"Never {NAMES}."), user(f"{NAMES}Rice{NAMES}"), assistant(f"Fry {NAMES}")],
    "letters": [user("Crème bru\u0302lée, 麻婆豆腐 🌶 1234567?"), assistant("½ cup, sí.")],
}


@dataclass(frozen=True)
class Vocabulary:
    path: Path
    texts: list[str]
    expected: list[list[int]]


def read_vocabulary(name: str) -> Vocabulary:
    path = llama_cpp() / "models" / f"ggml-vocab-{name}.gguf"
    texts = Path(f"{path}.inp").read_text(encoding="utf-8").split("\n__ggml_vocab_test__\n")
    lines = Path(f"{path}.out").read_text(encoding="utf-8").splitlines()
    # The last text has no line of its own where it is empty.
    return Vocabulary(path, texts[: len(lines)], [[int(one) for one in line.split()] for line in lines])


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the server says of the vocabularies of the tests that were chosen, in one process."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    chosen = [item for item in items if item.module is request.module]
    asked = {str(item.callspec.params["name"]) for item in chosen if "served" in item.fixturenames}
    files = {name: read_vocabulary(name) for name in sorted(asked)}
    job = [
        {"path": str(one.path), "texts": one.texts, "template": ZEPHYR, "talks": prompts()}
        for one in files.values()
    ]
    answers = ask_server(tmp_path_factory.mktemp("server"), {"vocabularies": job})["vocabularies"]
    return dict(zip(files, answers, strict=True))


def prompts() -> list[list[Message]]:
    return [talk[:-1] for talk in TALKS.values()]


NAMED = [*DAILY, *(pytest.param(name, marks=pytest.mark.nightly) for name in NIGHTLY)]


@pytest.mark.parametrize("name", NAMED)
def test_trainer_and_server_read_what_llama_cpp_expects(
    name: str, served: dict[str, Any], reported: io.StringIO
) -> None:
    one, server = read_vocabulary(name), served[name]
    assert len(one.texts) >= 40
    tokenizer = build_tokenizer(read_gguf(one.path))
    for text, wanted, theirs in zip(one.texts, one.expected, server["texts"], strict=True):
        ours = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert theirs == wanted, f"{text!r}: {first_difference(wanted, theirs)}"
        assert ours == wanted, f"{text!r}: {first_difference(ours, wanted)}"
    tokenizer.chat_template = ZEPHYR
    for talk, said in zip(TALKS.values(), server["talks"], strict=True):
        ours = chat_format(tokenizer).prompt(talk[:-1])
        assert ours == said.get("ids"), f"{talk}: {first_difference(ours, said.get('ids'))} {said}"
    check_marks(tokenizer)


def check_marks(tokenizer: PreTrainedTokenizerFast) -> None:
    """Of each conversation the answers are learned and nothing else, each with the token that ends it; what is typed
    makes no special token."""
    end, special = tokenizer.eos_token_id, frozenset(chat_format(tokenizer).plain.ids)
    for talk in TALKS.values():
        one = encode_rows([{"messages": talk}], tokenizer, SftConfig(loss_on="assistant"))[0].sequence
        learned = [token for token, is_learned in zip(one.ids, one.learned) if is_learned]
        said = [message["content"] for message in talk if message["role"] == "assistant"]
        assert (one.ids[-1], one.learned[-1]) == (end, True)
        assert [token for token in learned if token in special] == [end] * len(said)
        benign: list[Message] = [
            {**message, "content": message["content"].replace(NAMES, "-")} for message in talk
        ]
        plain = encode_rows([{"messages": benign}], tokenizer, SftConfig())[0].sequence
        assert [token for token in one.ids if token in special] == [token for token in plain.ids if token in special]  # fmt: skip
        if "▁" not in "".join(tokenizer.convert_ids_to_tokens(learned)):
            text = tokenizer.decode([token for token in learned if token != end])
            assert text == "".join(said)


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_kind_that_is_not_known_is_named(kind: str) -> None:
    fields = gguf.GGUFReader(read_vocabulary(kind).path).fields
    named = {name: fields[name].contents() for name in ("tokenizer.ggml.model", "tokenizer.ggml.pre")}
    with pytest.raises(JobError, match=UNREADABLE[kind]) as refused:
        make_tokenizer(named)
    assert "Hugging Face folder" in refused.value.remedy


def test_each_file_with_expected_ids_is_in_the_table() -> None:
    found = {path.name.removesuffix(".gguf.inp") for path in (llama_cpp() / "models").glob("*.gguf.inp")}
    assert found == {f"ggml-vocab-{name}" for name in (*DAILY, *NIGHTLY, *UNREADABLE)}


def test_tinyllamas_own_files_and_llama_cpps_vocabulary_say_the_same(
    tmp_path: Path, reported: io.StringIO
) -> None:
    """TinyLlama has Llama 2's vocabulary, so that the expected ids hold for its published tokenizer too."""
    if not TINYLLAMA.exists():
        pytest.skip("needs ../shared/data/tinyllama-tokenizer")
    tokenizer, one = load_tokenizer(TINYLLAMA), read_vocabulary("llama-spm")
    for text, wanted in zip(one.texts, one.expected, strict=True):
        assert tokenizer(text, add_special_tokens=False)["input_ids"] == wanted, text
    job = {"path": str(one.path), "texts": [], "template": tokenizer.chat_template, "talks": prompts()}
    said = ask_server(tmp_path, {"vocabularies": [job]})["vocabularies"][0]["talks"]
    for talk, server in zip(TALKS.values(), said, strict=True):
        ours = chat_format(tokenizer).prompt(talk[:-1])
        assert ours == server.get("ids"), first_difference(ours, server.get("ids"))
    check_marks(tokenizer)


@pytest.mark.nightly
@pytest.mark.parametrize("package", [SMOLLM2, GEMMA3], ids=["SmolLM2", "Gemma 3"])
def test_real_models_are_read_alike(package: RealModel, tmp_path: Path, reported: io.StringIO) -> None:
    """Files of published models, with the texts of llama.cpp's table; Gemma's gets a template, as it has none."""
    path, texts = fetch_real(package), read_vocabulary("llama-spm").texts
    facts = read_gguf(path)
    template = facts.template or TEMPLATES["gemma"]
    talks = prompts()
    job = {"path": str(path), "texts": texts, "template": template, "talks": talks}
    said = ask_server(tmp_path, {"vocabularies": [job]})["vocabularies"][0]
    tokenizer = build_tokenizer(facts)
    ours = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    assert ours == said["texts"]
    tokenizer.chat_template = template
    form = chat_format(tokenizer)
    assert [form.prompt(talk) for talk in talks] == [one.get("ids") for one in said["talks"]]
    end = next(iter(form.end_ids - {tokenizer.eos_token_id} or form.end_ids))
    for talk in TALKS.values():
        one = encode_rows([{"messages": talk}], tokenizer, SftConfig(loss_on="assistant"))[0].sequence
        assert (one.ids[-1], one.learned[-1]) == (end, True)
        assert sum(one.learned[at] for at, token in enumerate(one.ids) if token == end) == sum(
            message["role"] == "assistant" for message in talk
        )
