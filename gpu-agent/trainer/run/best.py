"""The weights with the lowest held-out loss, kept on disk until the run ends.

transformers stops early and keeps its count in the checkpoints, but its `load_best_model_at_end` wants the best step
among the checkpoints that it may remove itself; ours move out of its folder, and only the latest two stay.
"""

import contextlib
import json
import shutil
from dataclasses import asdict, dataclass
from typing import Any

from peft import PeftModel
from safetensors.torch import load_file

from job.job import Job
from process import ranks

FOLDER, RECORD = "checkpoints/best", "best.json"


@dataclass
class Best:
    """The lowest held-out loss so far, and its step."""

    step: int
    loss: float


class BestKeeper:
    """Sees every evaluation. A resumed run continues with the best weights as they were at its checkpoint."""

    def __init__(self, job: Job) -> None:
        self.folder = job.output(f"{FOLDER}/{RECORD}").parent
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

    def see(self, step: int, loss: float, model: Any) -> None:
        """Keep the weights of an evaluation that is better than all before it."""
        if self.best and loss >= self.best.loss:
            return
        self.best = Best(step, loss)
        if ranks.is_main():
            model.save_pretrained(self.folder)
            (self.folder / RECORD).write_text(json.dumps(asdict(self.best)), encoding="utf-8")

    def restore(self, model: Any) -> None:
        """Put the best weights back into the model."""
        if isinstance(model, PeftModel):
            model.load_adapter(self.folder, "default", is_trainable=True)
        else:  # a starter model, small enough for one file
            model.load_state_dict(load_file(self.folder / "model.safetensors"), strict=False)
