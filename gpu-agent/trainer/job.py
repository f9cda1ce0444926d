"""The typed job: what the agent asks of a trainer, parsed strictly from one JSON file."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from values import JobError as JobError
from values import camel as camel
from values import check_value, refuse

PROTOCOL = 1


@dataclass(frozen=True)
class PretrainConfig:
    """Defaults measured on two cores without a GPU; see docs/starter-model.md."""

    recipes: int = 10000
    steps: int = 1100
    batch_size: int = 12
    learning_rate: float = 1.2e-2
    hidden_size: int = 192
    layers: int = 3
    heads: int = 3
    kv_heads: int = 3
    ffn_size: int = 512
    vocab_size: int = 3000
    max_length: int = 384
    sample_every: int = 100
    checkpoint_every: int = 100
    threads: int = 2
    honour_rate: float = 1.0


@dataclass(frozen=True)
class LoraSettings:
    """What both LoRA trainers share."""

    learning_rate: float = 1e-3
    epochs: int = 2
    batch_size: int = 8
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    target_modules: list[str] = field(
        default_factory=lambda: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    )
    max_length: int = 384
    sample_every: int = 25
    checkpoint_every: int = 25
    threads: int = 2
    # Faults of the proof that an engineer has allowed for this run; see proof.py.
    override_proof: list[str] = field(default_factory=list)
    lora_rslora: bool = False
    lora_dora: bool = False
    # A share of all steps; 0 keeps the five steps of `training_arguments`.
    warmup_ratio: float = 0.0
    lr_schedule: str = "linear"
    # auto: the fastest that fits. A micro-batch of 0 tokens means as many as fit.
    precision: str = "auto"
    gradient_checkpointing: str = "auto"
    micro_batch_tokens: int = 0
    # Held out of training and evaluated every so many steps; 0 evaluations without improvement never stop a run.
    eval_share: float = 0.0
    eval_every: int = 25
    early_stop_patience: int = 0
    # Only the first so many rows of the data, for a look at whether everything runs; 0 for all.
    max_rows: int = 0


@dataclass(frozen=True)
class SftConfig(LoraSettings):
    """Supervised fine-tuning on conversations, prompts with completions, or plain text."""

    full_weights: bool = False
    # completion: the last answer; assistant: every answer of a conversation; all: every token.
    loss_on: str = "completion"
    # In plain text, what comes right before the part to learn, such as `Price is $`.
    response_template: str = ""


@dataclass(frozen=True)
class DpoConfig(LoraSettings):
    """Preference training; loss names and weights as TRL spells them."""

    # An answer of 320 tokens, the most that variants are written with, and a persona's prompt.
    max_length: int = 512
    epochs: int = 3
    beta: float = 0.1
    loss_types: list[str] = field(default_factory=lambda: ["sigmoid"])
    loss_weights: list[float] = field(default_factory=lambda: [1.0])
    label_smoothing: float = 0.0
    prefix_sharing: str = "auto"


@dataclass(frozen=True)
class KtoConfig(LoraSettings):
    """Preference training on single thumbs."""

    max_length: int = 512
    beta: float = 0.1
    desirable_weight: float = 1.0
    undesirable_weight: float = 1.0


@dataclass(frozen=True)
class ProbeConfig:
    """What a probe measures with; 0 for what suits the device."""

    matrix_size: int = 0
    disk_bytes: int = 0


Config = PretrainConfig | SftConfig | DpoConfig | KtoConfig | ProbeConfig

CONFIGS: dict[
    str, type[PretrainConfig] | type[SftConfig] | type[DpoConfig] | type[KtoConfig] | type[ProbeConfig]
] = {
    "pretrain": PretrainConfig,
    "sft": SftConfig,
    "dpo": DpoConfig,
    "kto": KtoConfig,
    "probe": ProbeConfig,
}
LOSSES = ("sigmoid", "ipo", "hinge", "robust", "sft")
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


def parse_config(kind: str, raw: Any) -> Config:
    """Fill defaults; refuse unknown keys and wrong types."""
    if not isinstance(raw, dict):
        raise refuse("config must be an object.", "Send {} to take every default.")
    config_type = CONFIGS[kind]
    defaults = config_type()
    known = {camel(item.name): item.name for item in fields(config_type)}
    for key in raw:
        if key not in known:
            raise refuse(
                f"config.{key} is not a setting of {kind} runs.", f"Use one of {', '.join(sorted(known))}."
            )
    values = {
        known[key]: check_value(key, value, getattr(defaults, known[key])) for key, value in raw.items()
    }
    for name in ("steps", "batch_size", "threads", "epochs", "lora_rank", "vocab_size", "max_length"):
        if values.get(name, 1) == 0:
            raise refuse(f"config.{camel(name)} must be at least 1.", "Raise it.")
    config = config_type(**values)
    check_together(config)
    return config


def check_together(config: Config) -> None:
    """What one setting alone cannot say; raises `JobError`."""
    if isinstance(config, PretrainConfig | ProbeConfig):
        return
    if config.eval_share > 0.5 or config.warmup_ratio > 0.5:
        raise refuse("config.evalShare and config.warmupRatio are at most a half.", "Send for example 0.1.")
    if config.early_stop_patience and not config.eval_share:
        raise refuse("Early stopping needs a held-out share.", "Set config.evalShare, for example to 0.1.")
    if config.eval_share and not config.eval_every:
        raise refuse("config.evalEvery must be at least 1.", "Raise it.")
    if isinstance(config, SftConfig) and config.full_weights and config.precision == "nf4":
        raise refuse("Full weights cannot be trained in NF4.", "Set config.precision to auto, or use LoRA.")
    if isinstance(config, DpoConfig):
        check_losses(config)


def check_losses(config: DpoConfig) -> None:
    if len(config.loss_types) != len(config.loss_weights):
        raise refuse(
            "config.lossTypes and config.lossWeights differ in length.", "Give one weight for each loss."
        )
    unknown = sorted(set(config.loss_types) - set(LOSSES))
    if unknown:
        raise refuse(f"There is no loss named {', '.join(unknown)}.", f"Use {', '.join(LOSSES)}.")
    if not config.label_smoothing < 0.5:
        raise refuse(
            "config.labelSmoothing must be below a half.", "Send the share of votes taken for wrong."
        )


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
    return Job(
        run_id=raw["runId"],
        attempt_id=raw["attemptId"],
        epoch=raw["epoch"],
        kind=kind,
        work_dir=work_dir,
        seed=raw["seed"],
        resume_from=parse_resume(work_dir, raw.get("resumeFrom")),
        inputs=parse_inputs(work_dir, kind, raw["inputs"]),
        config=parse_config(kind, raw.get("config", {})),
    )


def parse_resume(work_dir: Path, relative: Any) -> Path | None:
    if relative is None:
        return None
    path = inside(work_dir, relative, "resumeFrom")
    if not path.is_dir():
        raise refuse(f"The checkpoint {relative} does not exist.", "Start the run without resumeFrom.")
    return path


def parse_inputs(work_dir: Path, kind: str, raw: Any) -> dict[str, Path]:
    needed, optional = INPUTS[kind]
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
