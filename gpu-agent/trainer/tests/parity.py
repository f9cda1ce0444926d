"""The stock trainers and ours on the same tiny model, the same ragged rows and the same seed."""

import copy
import random
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, models
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    PrinterCallback,
    TrainerCallback,
)
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

from engine.counters import EngineOptions
from engine.dpo_trainer import PalateDpoTrainer
from engine.kto_trainer import PalateKtoTrainer, Thumb
from engine.packing import Pair, Sequence
from engine.sft_trainer import PalateSftTrainer

VOCABULARY = 200
LORA = LoraConfig(
    r=4,
    lora_alpha=8,
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "up_proj"],
    task_type="CAUSAL_LM",
)


def tokenizer() -> PreTrainedTokenizerFast:
    words = {"<pad>": 0, "<end>": 1, **{f"w{i}": i for i in range(2, VOCABULARY)}}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="<pad>")),
        pad_token="<pad>",
        eos_token="<end>",
    )


def tiny_llama() -> LlamaForCausalLM:
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.2,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    return LlamaForCausalLM(config).float()


def tuned(model: LlamaForCausalLM) -> PeftModel:
    """An adapter with weights other than 0, as after SFT."""
    wrapped = get_peft_model(model, LORA)
    torch.manual_seed(5)
    for name, weight in wrapped.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    return wrapped


def ragged_pairs(count: int) -> list[Pair]:
    rng = random.Random(11)

    def ids(low: int, high: int) -> list[int]:
        return [rng.randrange(2, VOCABULARY) for _ in range(rng.randint(low, high))]

    return [Pair(ids(2, 20), [*ids(1, 25), 1], [*ids(1, 25), 1]) for _ in range(count)]


def long_pairs() -> list[Pair]:
    """Two sides of about 150 tokens each: no memory plan splits a pair."""
    return [
        Pair(list(range(2, 40)), list(range(40 + i, 150 + i)), list(range(30, 140 - i))) for i in range(8)
    ]


def arguments(folder: Path, steps: int, batch: int) -> dict[str, Any]:
    return {
        "output_dir": str(folder),
        "per_device_train_batch_size": batch,
        "max_steps": steps,
        "learning_rate": 2e-3,
        "lr_scheduler_type": "linear",
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "seed": 17,
        "data_seed": 17,
    }


class Curve(TrainerCallback):
    """Losses, and the gradients just before the first optimizer step."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.gradients: dict[str, torch.Tensor] = {}

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
        if "loss" in logs:
            self.losses.append(float(logs["loss"]))

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any, **_: Any) -> None:
        if not self.gradients:
            self.gradients = {
                name: weight.grad.clone()
                for name, weight in model.named_parameters()
                if weight.grad is not None
            }


class StockDpo(DPOTrainer):
    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset


def follow(trainer: Any) -> Curve:
    curve = Curve()
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(curve)
    trainer.train()
    return curve


def stock_dpo(model: Any, pairs: list[Pair], folder: Path, steps: int, batch: int, **loss: Any) -> Any:
    torch.manual_seed(9)  # a fresh adapter is drawn inside the trainer
    rows = [{"prompt_ids": p.prompt, "chosen_ids": p.chosen, "rejected_ids": p.rejected} for p in pairs]
    return StockDpo(
        model=copy.deepcopy(model),
        args=DPOConfig(**arguments(folder, steps, batch), max_length=None, **loss),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer(),
        peft_config=None if isinstance(model, PeftModel) else LORA,
    )


def our_dpo(
    model: Any, pairs: list[Pair], folder: Path, steps: int, batch: int, options: EngineOptions, **loss: Any
) -> PalateDpoTrainer:
    torch.manual_seed(9)
    return PalateDpoTrainer(
        model=copy.deepcopy(model),
        args=DPOConfig(**arguments(folder, steps, batch), max_length=None, **loss),
        pairs=pairs,
        options=options,
        cache=folder / "cache",
        processing_class=tokenizer(),
        peft_config=None if isinstance(model, PeftModel) else LORA,
    )


def stock_sft(model: Any, examples: list[Sequence], folder: Path, steps: int, batch: int, **loss: Any) -> Any:
    torch.manual_seed(9)
    rows = [
        {
            "input_ids": example.ids,
            "labels": [token if learned else -100 for token, learned in zip(example.ids, example.learned)],
        }
        for example in examples
    ]
    return SFTTrainer(
        model=copy.deepcopy(model),
        args=SFTConfig(
            **arguments(folder, steps, batch),
            max_length=None,
            dataset_kwargs={"skip_prepare_dataset": True},
            **loss,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer(),
        peft_config=LORA,
    )


def our_sft(
    model: Any, examples: list[Sequence], folder: Path, steps: int, batch: int, options: EngineOptions
) -> Any:
    torch.manual_seed(9)
    return PalateSftTrainer(
        model=copy.deepcopy(model),
        args=SFTConfig(**arguments(folder, steps, batch), max_length=None),
        examples=examples,
        options=options,
        processing_class=tokenizer(),
        peft_config=LORA,
    )


class StockKto(KTOTrainer):
    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset


def stock_kto(model: Any, thumbs: list[Thumb], folder: Path, steps: int, batch: int, **loss: Any) -> Any:
    torch.manual_seed(9)
    rows = []
    for at in range(0, len(thumbs), batch):
        part = thumbs[at : at + batch]
        rows += [
            {
                "prompt_ids": thumb.prompt,
                "completion_ids": thumb.completion,
                "KL_completion_ids": part[index - 1].completion,
                "label": thumb.good,
            }
            for index, thumb in enumerate(part)
        ]
    return StockKto(
        model=copy.deepcopy(model),
        args=KTOConfig(**arguments(folder, steps, batch), max_length=None, **loss),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer(),
        peft_config=LORA,
    )


def our_kto(
    model: Any, thumbs: list[Thumb], folder: Path, steps: int, batch: int, options: EngineOptions, **loss: Any
) -> Any:
    torch.manual_seed(9)
    return PalateKtoTrainer(
        model=copy.deepcopy(model),
        args=KTOConfig(**arguments(folder, steps, batch), max_length=None, **loss),
        thumbs=thumbs,
        options=options,
        cache=folder / "cache",
        processing_class=tokenizer(),
        peft_config=LORA,
    )


def relative_error(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> float:
    """Largest |ours - theirs| over all gradients together, by norm."""
    assert set(ours) == set(theirs) and ours
    gap = torch.cat([(ours[name] - theirs[name]).double().flatten() for name in ours])
    size = torch.cat([theirs[name].double().flatten() for name in ours])
    return float(gap.norm() / size.norm())
