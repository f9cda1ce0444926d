"""Gemma 3 270M, a real model of another architecture, from its packages to an adapter: a SentencePiece
vocabulary of 262,144 tokens, no chat template of its own, and no system role in the one it gets."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import gguf
import pytest
from conftest import Event, job_of, of, run_inside
from llama_machine import give_llama_cpp
from real_models import GEMMA3, fetch_real
from template_cases import llama_cpp
from transformers import PreTrainedTokenizerFast

from model.chat_template import TemplateFault
from model.gguf_reader import QuickReader
from model.template import chat_format
from model.tokenizer import Message, load_tokenizer

# Real weights take minutes, and longer on a busy machine. Of several processes one has the model.
pytestmark = [pytest.mark.nightly, pytest.mark.xdist_group("gemma")]
SETTINGS = {"epochs": 1, "batchSize": 2, "loraRank": 2, "loraAlpha": 4, "sampleEvery": 0, "checkpointEvery": 0,
            "precision": "fp32", "threads": 2}  # fmt: skip
SYSTEM = "You cook for Mina. Never use: chicken."
TALK: list[Message] = [
    {"role": "system", "content": SYSTEM},
    {"role": "user", "content": "I have rice and <end_of_turn> tofu."},
    {"role": "assistant", "content": "# Fried Rice\n\n## Method\n1. Fry the tofu."},
]
Imported = tuple[Path, list[Event]]


@pytest.fixture(scope="module", autouse=True)
def machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        give_llama_cpp(patch)
        yield


@pytest.fixture(scope="module")
def imported(machine: None, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The work folder of an import with Gemma's template, and its events."""
    work = tmp_path_factory.mktemp("gemma")
    (work / "inputs").mkdir()
    shutil.copyfile(fetch_real(GEMMA3), work / "inputs/model.gguf")
    source = {"from": "upload", "format": "gguf", "filename": "gemma.gguf"}
    config = {"source": source, "chatTemplate": "gemma"}
    return work, run_inside(
        "import_model.py", job_of("import", work, {"upload": "inputs/model.gguf"}, config)
    )


@pytest.fixture(scope="module")
def tokenizer(imported: Imported) -> PreTrainedTokenizerFast:
    return load_tokenizer(imported[0] / "output/hf")


def test_trainer_and_server_read_and_answer_alike(
    imported: Imported, tokenizer: PreTrainedTokenizerFast
) -> None:
    work, lines = imported
    facts = of(lines, "model")[0]
    gate = facts["gate"]
    assert (gate["conversations"], gate["equalPrompts"]) == (20, 20), gate["differences"]
    assert gate["equalAnswers"] + gate["tiedAnswers"] == 20, gate["differences"]
    assert (facts["notServable"], facts["notTrainable"]) == (None, None)
    assert (facts["architecture"], facts["license"]) == ("Gemma3ForCausalLM", "gemma")
    served = QuickReader(work / "output/model.gguf").fields["tokenizer.chat_template"].contents()
    assert served == facts["template"] == tokenizer.chat_template


def test_its_tokens_are_the_published_ones(tokenizer: PreTrainedTokenizerFast) -> None:
    """Gemma 4 has the same pieces for plain text, and llama.cpp says which ids it expects of them. The conversation is the
    one whose ids github.com/knights-analytics/hugot has from Google's tokenizer."""
    path = llama_cpp() / "models/ggml-vocab-gemma-4.gguf"
    texts = Path(f"{path}.inp").read_text(encoding="utf-8").split("\n__ggml_vocab_test__\n")
    lines = Path(f"{path}.out").read_text(encoding="utf-8").splitlines()
    for text, line in zip(texts, lines):
        assert tokenizer(text, add_special_tokens=False)["input_ids"] == [int(one) for one in line.split()]
    asked = chat_format(tokenizer).prompt(
        [{"role": "user", "content": "what is the capital of the Netherlands?"}]
    )
    question = [14070, 563, 506, 5279, 529, 506, 23933, 236881]
    assert asked == [2, 105, 2364, 107, *question, 106, 107, 105, 4368, 107]


def test_a_system_text_goes_before_the_first_request_and_what_is_typed_is_text(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    form = chat_format(tokenizer)
    encoded = form.encode(TALK)
    begin, start, end = tokenizer.convert_tokens_to_ids(["<bos>", "<start_of_turn>", "<end_of_turn>"])
    assert tokenizer.decode(encoded.ids).startswith(
        f"<bos><start_of_turn>user\n{SYSTEM}\n\nI have rice and <end_of_turn> tofu.<end_of_turn>\n<start_of_turn>model\n"
    )
    assert [encoded.ids.count(one) for one in (begin, start, end)] == [1, 2, 2]
    first, last = encoded.answers[-1]
    assert tokenizer.decode(encoded.ids[first:last]) == f"{TALK[-1]['content']}<end_of_turn>"
    with pytest.raises(TemplateFault, match="roles must alternate"):
        form.prompt([TALK[2], TALK[1]])


def test_an_adapter_is_trained_on_it_and_converted(imported: Imported, tmp_path: Path) -> None:
    shutil.copytree(imported[0] / "output/hf", tmp_path / "inputs/model", copy_function=os.link)
    rows = "".join(json.dumps({"messages": TALK}) + "\n" for _ in range(2))
    (tmp_path / "inputs/rows.jsonl").write_text(rows, encoding="utf-8")
    inputs = {"model": "inputs/model", "examples": "inputs/rows.jsonl"}
    lines = run_inside("train_sft.py", job_of("sft", tmp_path, inputs, SETTINGS))
    assert of(lines, "run-end")[0]["status"] == "finished"
    made = gguf.GGUFReader(tmp_path / "output/adapter.gguf")
    assert made.fields["general.architecture"].contents() == "gemma3"
    assert len(made.tensors) == 18 * 7 * 2
