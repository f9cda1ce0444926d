"""Whole models out of an imported base: with an adapter merged into it, or with all its weights trained."""

import shutil
from pathlib import Path

import torch
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from job.job import Job
from model.export import announce, round_to_half, write_model
from model.gguf_weights import replace_weights
from model.load import load_model
from process.stop import StopFlag

# Written again for other weights; everything else of a folder stays as it was published.
WEIGHTS = ("*.safetensors", "model.safetensors.index.json", "config.json")


def merge_adapter(base: Path, adapter: Path, hf: Path) -> None:
    """A folder for transformers with the base in full precision and the adapter in it, rounded to F16."""
    whole = PeftModel.from_pretrained(load_model(base), adapter).merge_and_unload()
    save_folder(whole, base, hf)


def save_folder(model: PreTrainedModel, base: Path, hf: Path) -> None:
    """The model's weights in F16, with the tokenizer and template of the base file by file."""
    model.to("cpu").eval()
    round_to_half(model.parameters())
    for weight in model.parameters():
        weight.data = weight.data.half()
    model.config.dtype = torch.float16
    model.save_pretrained(hf)
    for file in base.iterdir():
        if file.is_file() and not any(file.match(pattern) for pattern in WEIGHTS):
            shutil.copyfile(file, hf / file.name)


def write_whole(job: Job, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, stop: StopFlag) -> None:
    """A trained whole model, every file announced. On an imported base, whose GGUF is among the inputs, the new one
    has that file's tokenizer and template."""
    if "base" not in job.inputs:
        write_model(job, model, tokenizer)
        return
    hf = job.output("output/hf/config.json").parent
    save_folder(model, job.inputs["model"], hf)
    served = job.output("output/model-f16.gguf")
    replace_weights(job.inputs["base"], hf, served, stop)
    announce(job, "hf", hf)
    announce(job, "gguf", served)
