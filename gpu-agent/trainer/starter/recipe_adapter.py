"""The recipe adapter that Palate brings along for SmolLM2-135M-Instruct, so that its first answers are worth reading."""

import json
import shutil
from pathlib import Path

from job.job import Job, JobError
from model.export import announce, export_adapter
from process import events
from process.stop import StopFlag

FOLDER = Path(__file__).parent / "adapter"
FILES = ("adapter_config.json", "adapter_model.safetensors")


def add_recipe_adapter(job: Job, base: Path, stop: StopFlag) -> None:
    """Hand over the adapter beside its base, as PEFT files and as GGUF."""
    facts = json.loads((FOLDER / "facts.json").read_text(encoding="utf-8"))
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    shape = {key: config.get(key) for key in facts["base"]["shape"]}
    if shape != facts["base"]["shape"]:
        raise JobError(
            "unsupported_adapter",
            f"The recipe adapter belongs to {facts['base']['name']}, and this is another model.",
            "Import this model without it.",
        )
    events.log("info", "Adds the recipe adapter.")
    folder = job.output("output/adapter/adapter_config.json").parent
    for name in FILES:
        shutil.copyfile(FOLDER / name, folder / name)
    gguf = job.output("output/adapter.gguf")
    export_adapter(base, folder, gguf, stop)
    announce(job, "adapter", folder)
    announce(job, "adapter-gguf", gguf)
