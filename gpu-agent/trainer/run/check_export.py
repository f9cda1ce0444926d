"""Before the first step: whether what a training makes can be written at its end."""

import shutil
from pathlib import Path

from peft import PeftModel, get_peft_model_state_dict
from transformers import PreTrainedModel

from job.job import Job, JobError
from model.export import architectures, export_adapter, is_llama, lora_place, read_config
from model.gguf_weights import check_replacing
from process import events
from process.stop import StopFlag


def is_whole(job: Job, model: PreTrainedModel | PeftModel) -> bool:
    """Whether the training ends in a whole model: of all weights, or of DoRA, for which GGUF has no adapter."""
    if not isinstance(model, PeftModel):
        return True
    return bool(model.peft_config["default"].use_dora) and job.source is None


def check_export(job: Job, model: PreTrainedModel | PeftModel, stop: StopFlag) -> None:
    """Raises `JobError` for what could not be written after all the steps."""
    if job.source is not None:
        return  # its adapter is kept as it is trained
    folder = job.inputs["model"]
    if not is_llama(folder):
        events.log("info", "Checks that the result can be converted to GGUF.")
    if is_whole(job, model):
        check_whole(job, folder, stop)
    elif is_llama(folder):
        config = read_config(folder)
        for name in get_peft_model_state_dict(model, save_embedding_layers=False):
            lora_place(name, config)
    else:
        rehearse(job, folder, model, stop)


def check_whole(job: Job, folder: Path, stop: StopFlag) -> None:
    if "base" in job.inputs:
        check_replacing(job.inputs["base"], folder, stop)
    elif not is_llama(folder):
        raise JobError(
            "bad_job",
            f"A whole model of {', '.join(architectures(folder))} is written into its GGUF file, which is not among the inputs.",
            "Train an adapter without DoRA, or start the run again from a model of the registry.",
        )


def rehearse(job: Job, folder: Path, model: PeftModel, stop: StopFlag) -> None:
    """Convert the adapter as it is before the first step."""
    trial = job.output("checkpoints/.export-check/adapter/adapter_config.json").parent
    try:
        model.save_pretrained(trial, selected_adapters=["default"], save_embedding_layers=False)
        export_adapter(folder, trial, trial.parent / "adapter.gguf", stop)
    finally:
        shutil.rmtree(trial.parent, ignore_errors=True)
