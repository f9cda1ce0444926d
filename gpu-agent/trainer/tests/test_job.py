"""What a job may say, and how it is refused."""

from pathlib import Path
from typing import Any

import pytest
from conftest import job_of

from job.job import DpoConfig, JobError, PretrainConfig, SftConfig, parse_job


def pretrain(work: Path, config: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    (work / "ontology.json").write_text("{}", encoding="utf-8")
    return job_of("pretrain", work, {"ontology": "ontology.json"}, config or {}, **more)


def test_defaults_and_paths(tmp_path: Path) -> None:
    job = parse_job(pretrain(tmp_path, {"steps": 5, "learningRate": 1}))
    assert job.config == PretrainConfig(steps=5, learning_rate=1.0)
    assert job.inputs["ontology"] == (tmp_path / "ontology.json").resolve()


def test_dpo_lists(tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").touch()
    (tmp_path / "model").mkdir()
    inputs = {"model": "model", "pairs": "pairs.jsonl"}
    job = parse_job(job_of("dpo", tmp_path, inputs, {"lossTypes": ["ipo"], "lossWeights": [2]}))
    assert isinstance(job.config, DpoConfig)
    assert (job.config.loss_types, job.config.loss_weights) == (["ipo"], [2.0])
    with pytest.raises(JobError, match="differ in length"):
        parse_job(job_of("dpo", tmp_path, inputs, {"lossTypes": ["ipo", "sft"], "lossWeights": [1]}))
    alone = parse_job(job_of("dpo", tmp_path, inputs, {"lossTypes": ["ipo"]})).config
    assert isinstance(alone, DpoConfig)
    assert (alone.loss_types, alone.loss_weights) == (["ipo"], [1.0])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"protocol": 2}, "protocol 1"),
        ({"kind": "distil"}, "no run of kind"),
        ({"color": "red"}, "unknown key: color"),
        ({"seed": -1}, "seed must be"),
        ({"seed": True}, "seed must be"),
        ({"workDir": "relative"}, "does not exist"),
        ({"config": {"speed": 3}}, r"config\.speed is not a setting"),
        ({"config": {"steps": "9"}}, "must be a number"),
        ({"config": {"steps": 1.5}}, "whole number"),
        ({"config": {"steps": -1}}, "not be negative"),
        ({"config": {"steps": 0}}, "at least 1"),
        ({"config": {"learningRate": float("nan")}}, "must be a number"),
        ({"config": []}, "must be an object"),
        ({"inputs": {}}, r"inputs\.ontology is missing"),
        ({"inputs": {"ontology": "nothing.json"}}, "does not exist"),
        ({"inputs": {"ontology": "../secret.json"}}, "outside the work folder"),
        ({"inputs": {"ontology": "/etc/passwd"}}, "outside the work folder"),
        ({"inputs": {"ontology": "ontology.json", "model": "x"}}, "not an input of pretrain"),
        ({"resumeFrom": "checkpoints/checkpoint-9"}, "does not exist"),
        ({"resumeFrom": "../.."}, "outside the work folder"),
    ],
)
def test_refusals(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(JobError, match=sentence) as caught:
        parse_job({**pretrain(tmp_path), **change})
    assert caught.value.code == "bad_job"
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize(
    ("kind", "config", "sentence"),
    [
        ("dpo", {"precision": "int8"}, "Use one of auto, fp32, bf16, nf4"),
        ("dpo", {"prefixSharing": "yes"}, "Use one of auto, on, off"),
        ("dpo", {"loraDora": 1}, "must be true or false"),
        ("dpo", {"lossTypes": ["kto_pair"], "lossWeights": [1]}, "no loss named kto_pair"),
        ("dpo", {"labelSmoothing": 0.5}, "below a half"),
        ("dpo", {"earlyStopPatience": 2}, "needs a held-out share"),
        ("dpo", {"evalShare": 0.9}, "at most a half"),
        ("dpo", {"evalShare": 0.1, "evalEvery": 0}, "evalEvery must be at least 1"),
        ("sft", {"fullWeights": True, "precision": "nf4"}, "Full weights cannot be trained in NF4"),
        ("sft", {"responseTemplate": "x" * 201}, "at most 200 characters"),
        ("sft", {"lossOn": "user"}, "Use one of completion, assistant, all"),
        ("kto", {"desirableWeight": -1}, "not be negative"),
    ],
)
def test_settings_of_a_method(tmp_path: Path, kind: str, config: dict[str, Any], sentence: str) -> None:
    rows = {"dpo": "pairs", "sft": "examples", "kto": "thumbs"}[kind]
    (tmp_path / "rows.jsonl").touch()
    (tmp_path / "model").mkdir()
    job = job_of(kind, tmp_path, {"model": "model", rows: "rows.jsonl"}, config)
    with pytest.raises(JobError) as caught:
        parse_job(job)
    assert sentence in f"{caught.value.message} {caught.value.remedy}"
    parse_job({**job, "config": {}})


def test_a_response_template_is_free_text(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").touch()
    (tmp_path / "model").mkdir()
    inputs = {"model": "model", "examples": "rows.jsonl"}
    config = parse_job(job_of("sft", tmp_path, inputs, {"responseTemplate": "Price is $"})).config
    assert isinstance(config, SftConfig)
    assert config.response_template == "Price is $"


def test_a_link_out_of_the_work_folder_is_refused(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "secret.json").write_text("{}", encoding="utf-8")
    (work / "link.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(JobError, match="outside the work folder"):
        parse_job(job_of("pretrain", work, {"ontology": "link.json"}, {}))
