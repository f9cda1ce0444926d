"""Makes a published model ready for training and serving: files for transformers, one GGUF, and what is known of it.

Fetch, verify, convert, read the configuration, compare with the server (the parity gate), hand over. Every step leaves
its file in the run's work folder, so that a later attempt goes on from there.
"""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from job.generated import HubModel, ImportConfig, UploadModel
from job.job import Job, JobError
from model.adapter import import_adapter
from model.chosen_template import give_template
from model.export import announce
from model.facts import describe, describe_file
from model.gguf_file import read_gguf
from model.llama_cpp import Runtime, find_runtime, quantize
from model.parity import compare
from model.parity_talk import ANSWER_TOKENS, ask_server, make_conversations
from model.prepare import Prepared, prepare
from model.tokenizer import load_tokenizer
from process import events
from process.device import choose_device, set_threads, usable_cores
from process.stop import StopFlag
from run.lifecycle import run_job
from starter.recipe_adapter import add_recipe_adapter


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole import; returns its results."""
    config = job.config
    assert isinstance(config, ImportConfig)
    began = time.monotonic()
    check_inputs(job, config)
    runtime = find_runtime()
    set_threads(usable_cores())
    if not isinstance(config.source, HubModel):  # only the hub is asked with it
        os.environ.pop("HF_TOKEN", None)
    if isinstance(config.source, UploadModel) and config.source.format == "adapter":
        parameters = import_adapter(job, runtime, stop)
    else:
        parameters = import_base(job, config, runtime, stop)
    return {"parameters": float(parameters), "seconds": time.monotonic() - began}


def check_inputs(job: Job, config: ImportConfig) -> None:
    source, given = config.source, set(job.inputs)
    if source is None:
        needed = {"model", "adapter", "base"}
    elif isinstance(source, UploadModel):
        needed = {"upload", "model", "base"} if source.format == "adapter" else {"upload"}
    else:
        needed = set()
    if missing := needed - given:
        raise JobError(
            "bad_config",
            f"An import of this source needs inputs.{sorted(missing)[0]}.",
            "Name the model to import.",
        )


def import_base(job: Job, config: ImportConfig, runtime: Runtime, stop: StopFlag) -> int:
    """A whole model; returns how many parameters it has."""
    made = give_template(job, prepare(job, config, runtime, stop), config.chat_template)
    served, fallen = serving_file(job, config, runtime, made, stop)
    file = read_gguf(served)
    if made.hf is None:
        not_servable = pass_loading(job, runtime, served, file.template, stop)
        facts, gate = describe_file(made.origin, file), None
    else:
        model, tokenizer = load(made.hf)
        gate, not_servable = pass_gate(job, runtime, made.exact, served, model, tokenizer, stop)
        facts = describe(made.origin, file, model, tokenizer)
    outcome = {"gate": gate, "notServable": not_servable, "notTrainable": made.not_trainable}
    events.model({**facts, "fallbackTensors": fallen, **outcome})
    if made.hf:
        announce(job, "hf", made.hf)
    announce(job, "gguf", served)
    if made.hf and config.recipe_adapter:
        add_recipe_adapter(job, made.hf, stop)
    if not_servable:
        events.log("warn", f"The model is not servable: {not_servable}")
    return int(facts["parameters"])


def load(hf: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """The model as training reads it, in float32."""
    events.log("info", "Reads the model.")
    tokenizer = load_tokenizer(hf)
    model = AutoModelForCausalLM.from_pretrained(
        hf, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
    )
    model.to(choose_device()).eval()
    return model, tokenizer


def serving_file(
    job: Job, config: ImportConfig, runtime: Runtime, made: Prepared, stop: StopFlag
) -> tuple[Path, int]:
    """The GGUF that the server loads, and how many tensors got another type than was asked for."""
    served = job.output("output/model.gguf")
    kind = config.quantization
    fallen = 0
    served.unlink(missing_ok=True)
    if kind == "original" or kind == "F16":
        shutil.copyfile(made.published if made.published and kind == "original" else made.exact, served)
    else:
        fallen = quantize(runtime, made.exact, served, kind, stop)
    return served, fallen


def pass_loading(
    job: Job, runtime: Runtime, served: Path, template: str | None, stop: StopFlag
) -> str | None:
    """Why the server cannot work with a file that nothing can be compared with; None where it answers."""
    if template is None:
        return "The model has no chat template, so it cannot read a conversation."
    said, failed = ask_server(runtime, served, make_conversations()[:1], job.work_dir, stop, 8)
    return failed or said[0].get("refused")


def pass_gate(
    job: Job,
    runtime: Runtime,
    exact: Path,
    served: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    stop: StopFlag,
) -> tuple[dict[str, Any] | None, str | None]:
    """The result of the parity gate, and why the model is not servable, if it is not."""
    if not isinstance(tokenizer.chat_template, str):
        return None, "The model has no chat template, so it cannot read a conversation."
    conversations = make_conversations()
    events.log("info", f"Compares {len(conversations)} conversations with the server.")
    said, failed = ask_server(runtime, exact, conversations, job.work_dir, stop, ANSWER_TOKENS)
    if failed:
        return None, failed
    gate = compare(model, tokenizer, conversations, said)
    events.log(
        "info",
        f"Token ids: {gate.equal_prompts} of {gate.conversations} equal. "
        f"Greedy answers: {gate.equal_answers} equal, {gate.tied_answers} equal but for ties.",
    )
    if served.stat().st_size != exact.stat().st_size:
        _, failed = ask_server(runtime, served, conversations[:1], job.work_dir, stop, 4)
    return gate.as_event(), gate.not_servable() or failed


if __name__ == "__main__":
    sys.exit(run_job("import", train))
