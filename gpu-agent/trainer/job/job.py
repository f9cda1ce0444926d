"""The typed job: what the agent asks of a trainer, parsed strictly from one JSON file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic.alias_generators import to_camel

from job.error import JobError as JobError
from job.error import refuse
from job.generated import CONFIGS as CONFIGS
from job.generated import Config, Kind
from job.generated import DpoConfig as DpoConfig
from job.generated import KtoConfig as KtoConfig
from job.generated import LoraSettings as LoraSettings
from job.generated import PretrainConfig as PretrainConfig
from job.generated import ProbeConfig as ProbeConfig
from job.generated import SftConfig as SftConfig
from job.model_source import ModelSource
from job.rule import show
from job.setting import Int, Settings
from job.settings import parse_config

PROTOCOL = 1
camel = to_camel
INPUTS: dict[Kind, tuple[set[str], set[str]]] = {
    "pretrain": ({"ontology"}, set()),
    "sft": ({"model", "examples"}, {"adapter", "base"}),
    "dpo": ({"model", "pairs"}, {"adapter", "base"}),
    "kto": ({"model", "thumbs"}, {"adapter", "base"}),
    "import": (set(), {"model", "adapter", "base", "upload"}),
    "probe": (set(), set()),
}
Name = Annotated[str, Field(min_length=1, description="Use the id of the row.")]
Count = Annotated[Int, Field(ge=0, description="Use a whole number of at least 0.")]


class JobFile(Settings):
    """The job file as it stands, but for its config."""

    protocol: Annotated[Int, Field(description=f"Use {PROTOCOL}: this trainer speaks no other protocol.")]
    run_id: Name
    attempt_id: Name
    epoch: Count
    kind: Annotated[Kind, Field(description=f"Use one of {', '.join(INPUTS)}.")]
    work_dir: Annotated[str, Field(description="Use the absolute path of a folder.")]
    seed: Count
    resume_from: Annotated[str | None, Field(description="Use a path relative to workDir, or null.")] = None
    stop_file: Annotated[str | None, Field(description="Use a path relative to workDir, or null.")] = None
    inputs: Annotated[dict[str, str | None], Field(description="Use an object of paths relative to workDir.")]
    config: Any = Field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One attempt at one run. Every path is resolved and lies inside `work_dir`. The agent writes `stop_file` when the
    run should end early and keep its model."""

    run_id: str
    attempt_id: str
    epoch: int
    kind: Kind
    work_dir: Path
    seed: int
    resume_from: Path | None
    stop_file: Path | None
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


def inside(work_dir: Path, relative: str, name: str) -> Path:
    """Resolve a job's relative path, links included; refuse one that leaves the work folder."""
    if not relative:
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
    file = parse_file(raw)
    if file.protocol != PROTOCOL:
        raise refuse(
            f"This trainer speaks protocol {PROTOCOL}, the job {file.protocol}.", "Update the agent."
        )
    work_dir = Path(file.work_dir)
    if not work_dir.is_absolute() or not work_dir.is_dir():
        raise refuse(
            f"The work folder {work_dir} does not exist.", "Make it first and send its absolute path."
        )
    work_dir = work_dir.resolve()
    config = parse_config(file.kind, file.config)
    is_external = isinstance(config, LoraSettings) and config.base is not None
    return Job(
        run_id=file.run_id,
        attempt_id=file.attempt_id,
        epoch=file.epoch,
        kind=file.kind,
        work_dir=work_dir,
        seed=file.seed,
        resume_from=parse_resume(work_dir, file.resume_from),
        stop_file=inside(work_dir, file.stop_file, "stopFile") if file.stop_file else None,
        inputs=parse_inputs(work_dir, file.kind, file.inputs, is_external),
        config=config,
    )


def parse_file(raw: Any) -> JobFile:
    """The job's own fields; raises `JobError` that names the first wrong one."""
    if not isinstance(raw, dict):
        raise refuse("The job must be a JSON object.", "Send an object with protocol, runId and the rest.")
    try:
        return JobFile.model_validate(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors()[0]
    name = str(first["loc"][0])
    allowed = {field.alias: field.description for field in JobFile.model_fields.values()}.get(name)
    if first["type"] == "extra_forbidden":
        raise refuse(f"The job has an unknown key: {name}.", "Remove it.")
    if first["type"] == "missing":
        raise refuse(f"The job lacks {name}.", allowed or "Add it.")
    raise refuse(f"{name} is {show(raw[name])}.", allowed or "Correct it.")


def parse_resume(work_dir: Path, relative: str | None) -> Path | None:
    if relative is None:
        return None
    path = inside(work_dir, relative, "resumeFrom")
    if not path.is_dir():
        raise refuse(f"The checkpoint {relative} does not exist.", "Start the run without resumeFrom.")
    return path


def parse_inputs(
    work_dir: Path, kind: Kind, raw: dict[str, str | None], is_external: bool
) -> dict[str, Path]:
    """`is_external`: the model is none of the inputs, and no adapter of ours is on it."""
    needed, optional = INPUTS[kind]
    if is_external:
        needed, optional = needed - {"model"}, set()
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
