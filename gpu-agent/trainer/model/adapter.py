"""An uploaded PEFT adapter on a base of the registry: checked, tried on the base, and converted for the server."""

import json
import shutil
from pathlib import Path
from typing import Any

from peft import PeftModel
from safetensors import SafetensorError

from job.job import Job, JobError
from model.export import announce, convert_other
from model.folder import PICKLED, check_shard, read_object
from model.llama_cpp import Runtime
from model.load import load_model
from model.parity_talk import ask_server, make_conversations
from model.unpack import unpack_upload
from process import events
from process.stop import StopFlag

FILES = ("adapter_config.json", "adapter_model.safetensors", "README.md")
# What a plain LoRA says of itself. Anything else that is set changes what the matrices mean, and a GGUF adapter cannot
# hold it, or makes PEFT load more than matrices.
PLAIN = {
    *("peft_type", "task_type", "base_model_name_or_path", "revision", "inference_mode", "peft_version"),
    *("r", "lora_alpha", "lora_dropout", "target_modules", "exclude_modules", "use_rslora", "fan_in_fan_out"),
    *("layers_to_transform", "layers_pattern", "init_lora_weights", "auto_mapping"),
}


def import_adapter(job: Job, runtime: Runtime, stop: StopFlag) -> int:
    """Hands over the adapter and its GGUF; returns how many parameters it has."""
    unpacked = unpack_upload(job, stop)
    settings = check_adapter(unpacked)
    folder = job.output("output/adapter/adapter_config.json").parent
    for name in FILES:
        if (unpacked / name).is_file():
            shutil.copyfile(unpacked / name, folder / name)
    kept = {name: value for name, value in settings.items() if name in PLAIN} | {"init_lora_weights": True}
    (folder / FILES[0]).write_text(json.dumps(kept, indent=2), encoding="utf-8")
    parameters = try_on(job.inputs["model"], folder)
    target = job.output("output/adapter.gguf")
    events.log("info", f"Converts the adapter (rank {settings.get('r')}) with llama.cpp's converter.")
    convert_other(job.inputs["model"], folder, target, stop)
    said, failed = ask_server(
        runtime, job.inputs["base"], make_conversations()[:1], job.work_dir, stop, 8, adapter=target
    )
    if failed or "refused" in said[0]:
        raise JobError(
            "unsupported_adapter",
            f"The server cannot work with the adapter on this base: {failed or said[0]['refused']}",
            "Choose the base that the adapter was trained on.",
        )
    announce(job, "adapter", folder)
    announce(job, "adapter-gguf", target)
    return parameters


def check_adapter(folder: Path) -> dict[str, Any]:
    """The settings of a plain LoRA whose weights are whole; raises `JobError`."""
    settings = read_object(folder / "adapter_config.json")
    if settings is None:
        raise JobError(
            "unsupported_adapter",
            "The upload has no adapter_config.json that can be read.",
            "Upload the folder that PEFT's save_pretrained wrote. For a whole model, choose that format.",
        )
    if settings.get("peft_type") != "LORA":
        raise JobError(
            "unsupported_adapter",
            f"The adapter is a {settings.get('peft_type')!r}, and only LoRA can be served.",
            "Upload a LoRA, or merge the adapter into its base and upload the whole model.",
        )
    more = sorted(name for name, value in settings.items() if name not in PLAIN and is_set(name, value))
    if more:
        raise JobError(
            "unsupported_adapter",
            f"The adapter is more than a plain LoRA ({', '.join(more[:5])}), which the server's adapters cannot hold.",
            "Merge the adapter into its base and upload the whole model.",
        )
    if not (folder / FILES[1]).is_file():
        raise JobError(
            "unsupported_adapter",
            f"The upload has no {FILES[1]}.",
            f"Weights in {', '.join(PICKLED)} can run code and are never opened: save the adapter as safetensors.",
        )
    check_shard(folder / FILES[1], "The upload")
    return settings


def is_set(name: str, value: object) -> bool:
    """Whether a setting of PEFT is something else than left alone."""
    unused = {
        "bias": "none",
        "megatron_core": "megatron.core",
        "runtime_config": {"ephemeral_gpu_offload": False},
    }
    return (
        bool(value)
        and value != unused.get(name)
        and name not in ("qalora_group_size", "corda_config", "loftq_config")
    )


def try_on(base: Path, folder: Path) -> int:
    """Puts the adapter on its base as training does; raises `JobError` where its matrices do not fit."""
    events.log("info", "Puts the adapter on its base.")
    try:
        model = PeftModel.from_pretrained(load_model(base), folder)
    except (RuntimeError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise does_not_fit(str(error)) from error
    status = {name for name, _ in model.named_parameters() if ".lora_" in name}
    if not status:
        raise does_not_fit("none of its layers is in the base")
    return sum(weight.numel() for name, weight in model.named_parameters() if name in status)


def does_not_fit(why: str) -> JobError:
    line = next((line.strip() for line in why.splitlines() if "size mismatch" in line), why.strip())
    return JobError(
        "unsupported_adapter",
        f"The adapter does not fit this base: {line[:300]}",
        "Choose the base that the adapter was trained on.",
    )
