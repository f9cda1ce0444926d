"""A GGUF file like another one, with new weights: what an imported model becomes when its own weights change.

Everything but the weights is the published file's, so tokenizer and template stay as llama.cpp knows them.
"""

from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.torch import load_file

from model.export import as_float, gguf_name, heads_of, permute, read_config, write_file
from model.folder import shards_of
from model.gguf_reader import QuickReader


def replace_weights(base: Path, folder: Path, target: Path) -> None:
    """Write `target` as the GGUF `base` with the weights of the Llama model in `folder`, matrices in F16; raises
    `JobError` for other architectures."""
    config = read_config(folder)
    weights = new_weights(folder, config)
    reader = QuickReader(base)
    writer = gguf.GGUFWriter(None, str(reader.fields["general.architecture"].contents()))
    copy_fields(reader, writer)
    for tensor in reader.tensors:
        array = weights.pop(tensor.name, None)
        if array is None:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
        else:
            writer.add_tensor(tensor.name, array)
    write_file(writer, target)


def new_weights(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """The folder's tensors by their names in a GGUF file, in the order of rows that llama.cpp expects."""
    found: dict[str, Any] = {}
    for shard in shards_of(folder):
        for name, tensor in load_file(folder / shard).items():
            if name == "lm_head.weight" and config.get("tie_word_embeddings"):
                continue
            array = as_float(tensor, narrow=tensor.dim() == 2)
            rows = heads_of(name, config)
            found[gguf_name(name)] = np.ascontiguousarray(permute(array, rows) if rows else array)
    return found


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
