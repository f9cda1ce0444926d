"""A GGUF file like another one, with new weights: what an imported model becomes when its own weights change.

Everything but the weights is the published file's, so tokenizer and template stay as llama.cpp knows them.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gguf
import numpy as np
from safetensors import safe_open
from safetensors.torch import load_file

from job.job import JobError
from model.export import as_float, gguf_name, heads_of, is_llama, permute, read_config, write_file
from model.folder import shards_of
from model.gguf_reader import QuickReader
from model.llama_cpp import convert_weights, find_runtime
from process.stop import StopFlag

# An array and its type in the file; None where the array's own says it.
Weights = dict[str, tuple[Any, Any]]
# By its name in a GGUF file, the outermost dimension first.
Shapes = dict[str, tuple[int, ...]]
HEAD = "output.weight"
# Made of the configuration, whatever the weights are.
CONSTANTS = {"rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"}


def replace_weights(base: Path, folder: Path, target: Path, stop: StopFlag) -> None:
    """Write `target` as the GGUF `base` with the weights of the model in `folder`, matrices in F16: a Llama's are put in
    order here, any other's by llama.cpp's converter. Raises `JobError` where it does not know them, or `base` has other
    ones."""
    # What was converted stays mapped until the file is written; not every system then lets go of it at once.
    with TemporaryDirectory(dir=target.parent, ignore_cleanup_errors=True) as beside:
        weights = llama_weights(folder) if is_llama(folder) else other_weights(folder, Path(beside), stop)
        reader = QuickReader(base)
        check_places(reader, {name: shape_of(array, kind) for name, (array, kind) in weights.items()})
        writer = gguf.GGUFWriter(None, str(reader.fields["general.architecture"].contents()))
        copy_fields(reader, writer)
        for tensor in reader.tensors:
            if tensor.name == HEAD and HEAD not in weights:
                continue
            array, kind = weights.pop(tensor.name, (tensor.data, tensor.tensor_type))
            writer.add_tensor(tensor.name, array, raw_dtype=kind)
        write_file(writer, target)


def check_replacing(base: Path, folder: Path, stop: StopFlag) -> None:
    """Raises what `replace_weights` would raise for other weights of the model in `folder`; reads none of them."""
    check_places(QuickReader(base), llama_shapes(folder) if is_llama(folder) else other_shapes(folder, stop))


def check_places(reader: gguf.GGUFReader, shapes: Shapes) -> None:
    """Raises `JobError` unless a file has exactly these weights. A head of its own may be there although the model has
    none: it is the embedding once more, which llama.cpp takes where there is no head."""
    there = {one.name: tuple(int(size) for size in reversed(one.shape)) for one in reader.tensors}
    if HEAD not in shapes:
        there.pop(HEAD, None)
    refuse(differing(shapes, there), "has no place for", "of the trained weights")
    refuse(there.keys() - shapes.keys() - CONSTANTS, "has", "weights that the model to train does not have")


def differing(shapes: Shapes, there: Mapping[str, tuple[int, ...]]) -> set[str]:
    return {name for name, shape in shapes.items() if name not in CONSTANTS and there.get(name) != shape}


def refuse(names: Collection[str], has: str, what: str) -> None:
    if names:
        first = sorted(names)[0]
        raise JobError(
            "unsupported_model",
            f"The GGUF file that this model was published in {has} {len(names)} {what} ({first}), so no whole model can be "
            "made of it.",
            "Train an adapter without DoRA, which is served on top of that file, or add the model to the registry from its "
            "Hugging Face files.",
        )


def shape_of(array: Any, kind: Any) -> tuple[int, ...]:
    """In numbers, also where the array holds the bytes of a type that numpy does not have."""
    known: tuple[int, ...] = tuple(array.shape)
    if kind is not None and array.dtype == np.uint8:
        known = gguf.quant_shape_from_byte_shape(known, kind)
    return known


def other_weights(folder: Path, beside: Path, stop: StopFlag) -> Weights:
    """The folder's tensors by their names in a GGUF file, each with its type, by way of a file in `beside`."""
    converted = beside / "weights.gguf"
    convert_weights(find_runtime(), folder, converted, stop)
    return {one.name: (one.data, one.tensor_type) for one in QuickReader(converted).tensors}


def other_shapes(folder: Path, stop: StopFlag) -> Shapes:
    with TemporaryDirectory() as beside:
        listed = Path(beside) / "shapes.json"
        convert_weights(find_runtime(), folder, listed, stop, "shapes")
        return {name: tuple(shape) for name, shape in json.loads(listed.read_text(encoding="utf-8")).items()}


def llama_weights(folder: Path) -> Weights:
    """The same of a Llama, with the rows in the order that llama.cpp expects."""
    config = read_config(folder)
    found: Weights = {}
    for shard in shards_of(folder):
        for name, tensor in load_file(folder / shard).items():
            if is_second_head(name, config):
                continue
            array = as_float(tensor, narrow=tensor.dim() == 2)
            rows = heads_of(name, config)
            found[gguf_name(name)] = (np.ascontiguousarray(permute(array, rows) if rows else array), None)
    return found


def llama_shapes(folder: Path) -> Shapes:
    config = read_config(folder)
    found: Shapes = {}
    for shard in shards_of(folder):
        with safe_open(folder / shard, "pt") as file:
            for name in file.keys():  # noqa: SIM118  (it is no mapping)
                if not is_second_head(name, config):
                    found[gguf_name(name)] = tuple(file.get_slice(name).get_shape())
    return found


def is_second_head(name: str, config: dict[str, Any]) -> bool:
    """Whether a weight is the embedding once more."""
    return name == "lm_head.weight" and bool(config.get("tie_word_embeddings"))


def copy_fields(reader: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    """All metadata but what the writer writes itself. The type of the file is that of its new matrices."""
    own = ("GGUF.version", "GGUF.tensor_count", "GGUF.kv_count", "general.architecture", "general.file_type")
    for field in reader.fields.values():
        if field.name in own:
            continue
        kind = field.types[0]
        items = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=items)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
