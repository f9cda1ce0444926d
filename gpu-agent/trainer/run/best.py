"""The best weights that a held-out share has seen, kept on disk, and when to stop looking for better ones."""

import contextlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from peft import PeftModel
from safetensors.torch import load_file

from job.job import Job
from process import ranks

FOLDER, RECORD = "checkpoints/best", "best.json"


@dataclass
class Best:
    """`loss` is the lowest held-out loss so far, of `step`; `worse` counts the evaluations since."""

    step: int
    loss: float
    worse: int = 0


class BestKeeper:
    """Fed with every evaluation. A resumed run goes on from what stood at its checkpoint."""

    def __init__(self, job: Job, patience: int) -> None:
        self.folder = job.output(f"{FOLDER}/{RECORD}").parent
        self.patience = patience
        self.best: Best | None = None
        resumed = int(job.resume_from.name.split("-")[1]) if job.resume_from else 0
        record = self.folder / RECORD
        with contextlib.suppress(FileNotFoundError):
            best = Best(**json.loads(record.read_text(encoding="utf-8")))
            if best.step <= resumed:
                self.best = best
        if self.best is None and ranks.is_main():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)

    def see(self, step: int, loss: float, model: Any) -> bool:
        """Note an evaluation; whether the patience is at an end."""
        if self.best is None or loss < self.best.loss:
            if ranks.is_main():
                model.save_pretrained(self.folder)
            self.best = Best(step, loss)
        elif step > self.best.step:
            self.best.worse += 1
        if ranks.is_main():
            (self.folder / RECORD).write_text(json.dumps(asdict(self.best)), encoding="utf-8")
        return bool(self.patience) and self.best.worse >= self.patience

    def restore(self, model: Any) -> None:
        """Put the best weights back into the model."""
        if isinstance(model, PeftModel):
            model.load_adapter(self.folder, "default", is_trainable=True)
        else:
            model.load_state_dict(load_file(single_file(self.folder)), strict=False)


def single_file(folder: Path) -> Path:
    """The weights of a model small enough to be saved in one file; full weights are for the starter model."""
    return folder / "model.safetensors"
