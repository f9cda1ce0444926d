"""The typed job: what the agent asks of a trainer, parsed strictly from one JSON file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job.model_source import ModelSource
from job.settings import CONFIGS as CONFIGS
from job.settings import Config, parse_config
from job.settings import DpoConfig as DpoConfig
from job.settings import KtoConfig as KtoConfig
from job.settings import LoraSettings as LoraSettings
from job.settings import PretrainConfig as PretrainConfig
from job.settings import ProbeConfig as ProbeConfig
from job.settings import SftConfig as SftConfig
from job.values import JobError as JobError
from job.values import camel as camel
from job.values import refuse

PROTOCOL = 1


INPUTS: dict[str, tuple[set[str], set[str]]] = {
    "pretrain": ({"ontology"}, set()),
    "sft": ({"model", "examples"}, {"adapter"}),
    "dpo": ({"model", "pairs"}, {"adapter"}),
    "kto": ({"model", "thumbs"}, {"adapter"}),
    "probe": (set(), set()),
}
KEYS = {
    "protocol",
    "runId",
    "attemptId",
    "epoch",
    "kind",
    "workDir",
    "seed",
    "resumeFrom",
    "inputs",
    "config",
}


@dataclass(frozen=True)
class Job:
    """One attempt at one run. Every path is resolved and lies inside `work_dir`."""

    run_id: str
    attempt_id: str
    epoch: int
    kind: str
    work_dir: Path
    seed: int
    resume_from: Path | None
    inputs: dict[str, Path]
    config: Config

    @property
    def source(self) -> ModelSource | None:
        """The external model that it begins with; `models.with_model` then puts it among the inputs."""
        return self.config.base if isinstance(self.config, LoraSettings) else None

    def output(self, relative: str) -> Path:
        """A path for writing inside the work folder, its parent made."""
        path = inside(self.work_dir, relative, "output")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def inside(work_dir: Path, relative: Any, name: str) -> Path:
    """Resolve a job's relative path, links included; refuse one that leaves the work folder."""
    if not isinstance(relative, str) or not relative:
        raise refuse(f"{name} must be a path relative to workDir.", "Send the path as text.")
    path = (work_dir / relative).resolve()
    if Path(relative).is_absolute() or not path.is_relative_to(work_dir):
        raise refuse(
            f"{name} points outside the work folder ({relative}).",
            "Use a path relative to workDir, inside it.",
        )
    return path


def parse_job(raw: Any) -> Job:
    """Check a job as it came from JSON; raises `JobError` with code `bad_job`."""
    if not isinstance(raw, dict):
        raise refuse("The job must be a JSON object.", "Send an object with protocol, runId and the rest.")
    unknown, absent = set(raw) - KEYS, KEYS - set(raw) - {"resumeFrom", "config"}
    if unknown:
        raise refuse(f"The job has an unknown key: {', '.join(sorted(unknown))}.", "Remove it.")
    if absent:
        raise refuse(f"The job lacks {', '.join(sorted(absent))}.", "Add it.")
    if raw["protocol"] != PROTOCOL:
        raise refuse(
            f"This trainer speaks protocol {PROTOCOL}, the job {raw['protocol']}.", "Update the agent."
        )
    kind = raw["kind"]
    if kind not in CONFIGS:
        raise refuse(f"There is no run of kind {kind!r}.", f"Use one of {', '.join(CONFIGS)}.")
    for name in ("epoch", "seed"):
        if isinstance(raw[name], bool) or not isinstance(raw[name], int) or raw[name] < 0:
            raise refuse(f"{name} must be a whole number from 0.", "Send for example 1.")
    for name in ("runId", "attemptId"):
        if not isinstance(raw[name], str) or not raw[name]:
            raise refuse(f"{name} must be text.", "Send the id of the row.")
    work_dir = Path(str(raw["workDir"]))
    if not work_dir.is_absolute() or not work_dir.is_dir():
        raise refuse(
            f"The work folder {work_dir} does not exist.", "Make it first and send its absolute path."
        )
    work_dir = work_dir.resolve()
    config = parse_config(kind, raw.get("config", {}))
    elsewhere = isinstance(config, LoraSettings) and config.base is not None
    return Job(
        run_id=raw["runId"],
        attempt_id=raw["attemptId"],
        epoch=raw["epoch"],
        kind=kind,
        work_dir=work_dir,
        seed=raw["seed"],
        resume_from=parse_resume(work_dir, raw.get("resumeFrom")),
        inputs=parse_inputs(work_dir, kind, raw["inputs"], elsewhere),
        config=config,
    )


def parse_resume(work_dir: Path, relative: Any) -> Path | None:
    if relative is None:
        return None
    path = inside(work_dir, relative, "resumeFrom")
    if not path.is_dir():
        raise refuse(f"The checkpoint {relative} does not exist.", "Start the run without resumeFrom.")
    return path


def parse_inputs(work_dir: Path, kind: str, raw: Any, elsewhere: bool) -> dict[str, Path]:
    """`elsewhere`: the model is none of the inputs, and no adapter of ours is on it."""
    needed, optional = INPUTS[kind]
    if elsewhere:
        needed, optional = needed - {"model"}, set()
    if not isinstance(raw, dict):
        raise refuse("inputs must be an object.", f"Send {', '.join(sorted(needed))}.")
    given = {name: value for name, value in raw.items() if value is not None}
    for name in sorted(set(given) - needed - optional):
        raise refuse(
            f"inputs.{name} is not an input of {kind} runs.", f"Use {', '.join(sorted(needed | optional))}."
        )
    for name in sorted(needed - set(given)):
        raise refuse(f"inputs.{name} is missing.", f"A {kind} run needs {', '.join(sorted(needed))}.")
    paths = {name: inside(work_dir, value, f"inputs.{name}") for name, value in given.items()}
    for name, path in paths.items():
        if not path.exists():
            raise refuse(
                f"inputs.{name} does not exist ({given[name]}).", "Put the input into the work folder first."
            )
    return paths


def read_job(path: Path) -> Job:
    """Read and parse the job file; raises `JobError`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise refuse(f"The job file {path} cannot be read ({error}).", "Write it again as JSON.") from error
    return parse_job(raw)
