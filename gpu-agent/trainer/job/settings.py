"""The settings of each kind of run, with their defaults, parsed strictly."""

from dataclasses import dataclass, field, fields
from typing import Any

from job.model_source import ModelSource, parse_source
from job.values import camel, check_value, refuse


@dataclass(frozen=True)
class PretrainConfig:
    """Defaults measured on two cores without a GPU; see docs/starter-model.md."""

    recipes: int = 10000
    steps: int = 1100
    batch_size: int = 12
    learning_rate: float = 1.2e-2
    hidden_size: int = 128
    layers: int = 6
    heads: int = 2
    kv_heads: int = 2
    ffn_size: int = 352
    vocab_size: int = 3000
    max_length: int = 384
    sample_every: int = 100
    checkpoint_every: int = 100
    threads: int = 2
    compliance_rate: float = 0.5


@dataclass(frozen=True)
class LoraSettings:
    """What both LoRA trainers share."""

    # An external model to begin with; without it, the one that is among the job's inputs.
    base: ModelSource | None = None
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
    # Faults of the preflight that an engineer has allowed for this run; see preflight.py.
    override_preflight: list[str] = field(default_factory=list)
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

    # The chosen answers are learned as well as preferred: without that, a small model that is pushed away from the
    # others forgets how a recipe goes (docs/starter-model.md).
    loss_types: list[str] = field(default_factory=lambda: ["sigmoid", "sft"])
    # One for each loss; where losses are named without weights, each counts once.
    loss_weights: list[float] = field(default_factory=lambda: [1.0, 1.0])
    # An answer of 320 tokens, the most that variants are written with, and a persona's prompt.
    max_length: int = 512
    epochs: int = 5
    beta: float = 0.1
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
    values: dict[str, Any] = {
        known[key]: parse_source(value)
        if key == "base"
        else check_value(key, value, getattr(defaults, known[key]))
        for key, value in raw.items()
    }
    for name in ("steps", "batch_size", "threads", "epochs", "lora_rank", "vocab_size", "max_length"):
        if values.get(name, 1) == 0:
            raise refuse(f"config.{camel(name)} must be at least 1.", "Raise it.")
    if "loss_types" in values:
        values.setdefault("loss_weights", [1.0] * len(values["loss_types"]))
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
    if isinstance(config, SftConfig) and config.full_weights and config.base:
        raise refuse("Of an external model only an adapter is trained.", "Leave config.fullWeights off.")
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
