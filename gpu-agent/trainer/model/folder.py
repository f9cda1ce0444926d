"""Folders with a model as it is published: which ones may be read, what they must hold, and a copy of only that."""

import json
import os
import shutil
import struct
from pathlib import Path
from typing import Any

from transformers import CONFIG_MAPPING

from job.generated import FolderModel
from job.job import JobError
from model.published import is_published

PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")
INDEX = "model.safetensors.index.json"


def opened_folders() -> list[Path]:
    """The folders that the owner of this machine opened, links resolved."""
    named = os.environ.get("PALATE_MODEL_FOLDERS", "").split(os.pathsep)
    return [Path(path).resolve() for path in named if Path(path).is_absolute()]


def open_folder(source: FolderModel) -> Path:
    """The folder, links resolved, if it lies in one that the owner opened; the error does not say whether another exists."""
    allowed = opened_folders()
    real = Path(source.path).resolve()
    if not any(real.is_relative_to(folder) for folder in allowed):
        raise JobError(
            "folder_closed",
            f"This agent does not allow runs to read {source.path}.",
            "Ask the owner of the agent to add the folder, or one above it, to PALATE_MODEL_FOLDERS, or choose another agent.",
        )
    if not real.is_dir():
        raise JobError(
            "no_model",
            f"There is no folder {source.path} on this agent.",
            "Correct the path, or choose another agent.",
        )
    refuse_ways_out(real, allowed)
    return real


def refuse_ways_out(folder: Path, allowed: list[Path]) -> None:
    """A link among the model's files may lead to another opened folder, as those of the hub's cache do, but not out."""
    for file in folder.iterdir():
        inside = any(file.resolve().is_relative_to(one) for one in allowed)
        if is_published(file.name) and not inside:
            raise JobError(
                "folder_closed",
                f"{file.name} in {folder} is a link to a place that this agent does not allow runs to read.",
                "Ask the owner of the agent to copy the file into the folder, or to open the place it leads to.",
            )


def check_folder(folder: Path, name: str) -> None:
    """Weights, configuration and tokenizer are there, whole, and need no code of their own; raises `JobError`."""
    title = sentence(name)
    config = read_object(folder / "config.json")
    if config is None:
        raise JobError(
            "no_model",
            f"{title} has no config.json that can be read.",
            "Choose the folder of a whole model.",
        )
    check_architecture(config, title)
    check_weights(folder, title)
    if not any((folder / file).is_file() for file in ("tokenizer.json", "tokenizer.model")):
        raise JobError("no_model", f"{title} has no tokenizer.", "Put its tokenizer.json beside the weights.")


def read_object(path: Path) -> dict[str, Any] | None:
    """A JSON object from a file; None where there is none that can be read."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def check_architecture(config: dict[str, Any], title: str) -> None:
    kind = config.get("model_type")
    if kind in CONFIG_MAPPING:
        return
    if "auto_map" in config:
        raise JobError(
            "unsupported_model",
            f"{title} needs code of its own, which is never run.",
            "Choose a model that transformers knows by itself.",
        )
    raise JobError(
        "unsupported_model",
        f"{title} is a {kind!r} model, which this agent's transformers does not know."
        if isinstance(kind, str)
        else f"The config.json of {title.removeprefix('The model ')} names no model_type.",
        "Choose a model of another architecture, or update the agent.",
    )


def check_weights(folder: Path, title: str) -> None:
    """All shards are there, each as long as it says, with the tensors that the index expects in it."""
    expected = tensors_by_shard(folder, title)
    missing = [shard for shard in expected if not (folder / shard).is_file()]
    if missing:
        pickled = [file.name for pattern in PICKLED for file in folder.glob(pattern)]
        raise JobError(
            "no_model",
            f"{title} lacks {missing[0]}{f' and {len(missing) - 1} more files' if missing[1:] else ''}.",
            f"It has pickled weights ({pickled[0]}), which can run code and are never opened: convert them to safetensors first."
            if pickled
            else "Weights are read as safetensors only: convert older ones, and let an interrupted download end.",
        )
    for shard, tensors in expected.items():
        absent = sorted(tensors - check_shard(folder / shard, title))
        if absent:
            raise JobError(
                "no_model",
                f"{title} has an index that expects {absent[0]} in {shard}, which does not have it.",
                "Download the model again: its files are of different versions.",
            )


def tensors_by_shard(folder: Path, title: str) -> dict[str, set[str]]:
    """The files that the weights are in, with the tensors that the index names in each; all of one file where there is no
    index."""
    if not (folder / INDEX).exists():
        return {"model.safetensors": set()}
    weight_map = (read_object(folder / INDEX) or {}).get("weight_map")
    found: dict[str, set[str]] = {}
    if isinstance(weight_map, dict):
        for tensor, shard in sorted(weight_map.items()):
            found.setdefault(str(shard), set()).add(tensor)
    # A name with a folder in it could lead to any file of the machine.
    if not found or any(not is_published(shard) for shard in found):
        raise JobError(
            "no_model",
            f"{title} has no {INDEX} that can be read.",
            "Download the model again.",
        )
    return found


def shards_of(folder: Path) -> list[str]:
    """The files that the weights are in."""
    return sorted(tensors_by_shard(folder, sentence(f"the folder {folder}")))


def check_shard(path: Path, title: str) -> set[str]:
    """The names of the tensors in a safetensors file whose size is what its header says; raises `JobError`."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header: Any = json.loads(file.read(length)) if length <= min(size, 100_000_000) else None
        tensors = {name: tensor for name, tensor in header.items() if name != "__metadata__"}
        whole = 8 + length + max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
    except (struct.error, ValueError, AttributeError, KeyError, IndexError, TypeError, RecursionError):
        raise JobError(
            "no_model",
            f"{title} has a {path.name} that is not a whole safetensors file.",
            "Download the file again.",
        ) from None
    if size != whole:
        raise JobError(
            "no_model",
            f"{title} has a {path.name} of {size:,} bytes; its header says {whole:,}.",
            "Download the file again: it is not whole.",
        )
    return set(tensors)


def copy_published(folder: Path, target: Path) -> None:
    """Only a model's own files, as they were published: nothing that reads them can meet code beside them. Weights on the
    same disk are linked and take no room; what may be edited in the copy is the copy's own."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in sorted(folder.iterdir()):
        if not is_published(file.name) or not file.is_file():
            continue
        if file.suffix != ".safetensors" or not linked(file, target / file.name):
            shutil.copyfile(file, target / file.name)


def linked(file: Path, target: Path) -> bool:
    """Whether both are one file now; not across disks, and not always for a file of somebody else."""
    try:
        os.link(file.resolve(), target)
    except OSError:
        return False
    return True


def sentence(name: str) -> str:
    return name[0].upper() + name[1:] if name.startswith("the ") else f"The model {name}"
