"""The training itself, and what it leaves: an adapter or a model, every file announced."""

import contextlib
import shutil
from typing import Any

from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerFast, PrinterCallback, TrainerState

from job.generated import HubModel
from job.job import Job
from model.export import announce, export_adapter, round_to_half
from model.load import load_model
from model.merge import write_whole
from process import events, ranks
from process.stop import AlreadyThere, Canceled, StopFlag
from run.arguments import STAGING
from run.check_export import check_export, is_whole
from run.reporter import Reporter


def train_and_finish(
    job: Job, trainer: Any, tokenizer: PreTrainedTokenizerFast, reporter: Reporter, reference: str | None
) -> dict[str, float]:
    """Train to the end, to an early end or to SIGTERM, then write the adapter or the model; returns the run's results."""
    trainer.remove_callback(PrinterCallback)
    if ranks.is_main() and not job.resume_from:
        check_export(job, trainer.model, reporter.stop)
    reporter.follow(trainer, reference)
    with contextlib.suppress(AlreadyThere):
        trainer.run(resume_path(job))
    state: TrainerState = trainer.state
    results = reporter.results(state)
    if reporter.stop.is_set and state.global_step < state.max_steps:
        raise Canceled(results)
    if state.global_step < state.max_steps and not reporter.stop.stopped:
        reporter.stop.end_early(state.global_step, state.max_steps, "no-improvement")
    if not ranks.is_main():
        return results
    events.progress(state.global_step, state.max_steps, "export")
    events.log("info", "Writes the model's files.")
    if reporter.keeper and reporter.keeper.best:
        reporter.keeper.restore(trainer.model)
    round_to_half(weight for weight in trainer.model.parameters() if weight.requires_grad)
    if not isinstance(trainer.model, PeftModel):
        write_whole(job, trainer.model, tokenizer, reporter.stop)
    elif is_whole(job, trainer.model):
        write_whole(job, merged(job, trainer.model), tokenizer, reporter.stop)
    else:
        write_adapter(job, trainer.model, reporter.stop)
    shutil.rmtree(job.work_dir / STAGING, ignore_errors=True)
    return results


def write_adapter(job: Job, model: PeftModel, stop: StopFlag) -> None:
    """The adapter as PEFT safetensors and as GGUF, every file announced. An adapter on an external model
    names that model and has no GGUF, because its base has none here."""
    folder = job.output("output/adapter/adapter_config.json").parent
    if isinstance(job.source, HubModel):
        model.peft_config["default"].base_model_name_or_path = job.source.id
        model.peft_config["default"].revision = job.source.revision
    model.save_pretrained(folder, selected_adapters=["default"], save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    announce(job, "adapter", folder)
    if job.source is None:
        gguf = job.output("output/adapter.gguf")
        export_adapter(job.inputs["model"], folder, gguf, stop)
        announce(job, "adapter-gguf", gguf)


def merged(job: Job, model: PeftModel) -> PreTrainedModel:
    """The base in full precision with the adapter in it: GGUF has no form for DoRA."""
    folder = job.output("checkpoints/merging/adapter_config.json").parent
    model.save_pretrained(folder, selected_adapters=["default"], save_embedding_layers=False)
    whole = PeftModel.from_pretrained(load_model(job.inputs["model"]), folder).merge_and_unload()
    shutil.rmtree(folder)
    return whole


def resume_path(job: Job) -> str | None:
    """The checkpoint to resume from. Its files can be trusted: only the agent writes into the work folder."""
    return str(job.resume_from) if job.resume_from else None
