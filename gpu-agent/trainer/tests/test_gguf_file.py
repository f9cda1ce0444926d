"""A GGUF file read back: its tokenizer, its metadata, and the same file with other weights."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from job.job import JobError
from model.export import export_model
from model.gguf_file import build_tokenizer, read_gguf
from model.gguf_reader import QuickReader, quick_reading
from model.gguf_weights import replace_weights
from model.parity import Gate, expected_prompt
from model.parity_answer import judge_answer
from model.parity_talk import make_conversations
from model.tokenizer import load_tokenizer
from process.stop import StopFlag

TEXTS = ["it's we'll 1234 x\n\n  two", "Crème brûlée 🍮", "<|im_start|>user\nI have rice.<|im_end|>\n"]


@pytest.fixture
def file(model: Path, tmp_path: Path) -> Path:
    target = tmp_path / "model.gguf"
    export_model(model, target)
    return target


def contents(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = gguf.GGUFReader(path)
    fields = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    return fields, {tensor.name: (tensor.tensor_type, np.array(tensor.data)) for tensor in reader.tensors}


def test_the_quick_reader_reads_what_the_package_reads(file: Path) -> None:
    usual, quick = gguf.GGUFReader(file), QuickReader(file)
    assert {name: one.contents() for name, one in quick.fields.items()} == {
        name: one.contents() for name, one in usual.fields.items()
    }
    for one, other in zip(quick.tensors, usual.tensors, strict=True):
        assert (one.name, one.tensor_type, one.data.shape) == (
            other.name,
            other.tensor_type,
            other.data.shape,
        )
        assert np.array_equal(one.data, other.data)
        assert not isinstance(one.data, np.memmap)  # slices of it cost four times as much


def test_transformers_reads_with_it_and_only_where_it_is_asked_to() -> None:
    before = (gguf.GGUFReader, gguf.get_tensor_name_map)
    with quick_reading():
        assert gguf.GGUFReader is QuickReader
        arch = gguf.MODEL_ARCH.LLAMA
        assert gguf.get_tensor_name_map(arch, 2) is gguf.get_tensor_name_map(arch, 2)
    assert (gguf.GGUFReader, gguf.get_tensor_name_map) == before


def test_a_tokenizer_comes_back_as_it_was(model: Path, file: Path) -> None:
    ours, theirs = build_tokenizer(read_gguf(file)), load_tokenizer(model)
    for text in TEXTS:
        assert ours(text)["input_ids"] == theirs(text)["input_ids"]
        assert ours.decode(ours(text)["input_ids"]) == text
    assert (ours.eos_token, ours.pad_token) == (theirs.eos_token, theirs.pad_token)
    messages = make_conversations()[-1]
    assert expected_prompt(ours, messages) == expected_prompt(theirs, messages)


def test_other_weights_make_the_file_that_an_export_would_make(
    model: Path, file: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(model, changed)
    weights = {name: (0.5 * weight).half() for name, weight in load_file(model / "model.safetensors").items()}
    save_file(weights, changed / "model.safetensors", metadata={"format": "pt"})
    replace_weights(file, changed, tmp_path / "replaced.gguf", StopFlag())
    export_model(changed, tmp_path / "exported.gguf")
    (fields, tensors), (wanted_fields, wanted) = (
        contents(tmp_path / name) for name in ("replaced.gguf", "exported.gguf")
    )
    assert fields == wanted_fields
    assert list(tensors) == list(wanted)
    for name, (kind, data) in tensors.items():
        assert kind == wanted[name][0]
        assert np.array_equal(data, wanted[name][1])


def test_what_is_no_gguf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"<html>404</html>" * 100)
    with pytest.raises(JobError, match="no GGUF file") as caught:
        read_gguf(path)
    assert caught.value.code == "unsupported_model"


class Fixed:
    """A model that scores the three tokens of its vocabulary the same way at each position."""

    device = torch.device("cpu")

    def __init__(self, scores: list[list[float]]) -> None:
        self.scores = torch.tensor([scores])

    def __call__(self, input_ids: torch.Tensor, logits_to_keep: int) -> Any:
        return SimpleNamespace(logits=self.scores[:, -logits_to_keep:])


@pytest.mark.parametrize(
    "second, ends, found",
    [
        ([0.0, 5.0, 0.0], [], []),
        ([0.0, 5.0, 4.97], [], [True]),
        ([0.0, 5.0, 0.0], [0], [False]),
        ([5.0, 0.0, 0.0], [0], []),
    ],
)
def test_an_answer_agrees_ties_or_differs(
    model: Path, second: list[float], ends: list[int], found: list[bool]
) -> None:
    """The server wrote token 1, and then token 2 or the end of the answer."""
    answer = [1] if ends else [1, 2]
    if not ends and found == []:
        answer = [1, 1]
    scores = [[0.0, 5.0, 0.0], second, second]
    judged = judge_answer(
        Fixed(scores[: len(answer) + 1]),
        load_tokenizer(model),
        1,
        [0],
        answer,
        ends,
    )
    assert [difference["tie"] for difference in judged] == found


def test_a_gate_says_what_keeps_a_model_from_being_served() -> None:
    assert Gate(20, 20, 19, 1).not_servable() is None
    assert "3 of 20 conversations have other token ids" in str(Gate(20, 17, 17, 0).not_servable())
    assert "2 of 20 greedy answers differ" in str(Gate(20, 20, 17, 1).not_servable())
