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
    with pytest.raises(JobError, match=r"config\.lossWeights is \[1\]"):
        parse_job(job_of("dpo", tmp_path, inputs, {"lossTypes": ["ipo", "sft"], "lossWeights": [1]}))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"protocol": 2}, "protocol 1"),
        ({"kind": "distil"}, 'kind is "distil"'),
        ({"color": "red"}, "unknown key: color"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": True}, "seed is true"),
        ({"workDir": "relative"}, "does not exist"),
        ({"config": {"speed": 3}}, r"config\.speed is not a setting"),
        ({"config": {"steps": "9"}}, r'config\.steps is "9"'),
        ({"config": {"steps": 1.5}}, r"config\.steps is 1\.5"),
        ({"config": {"learningRate": float("nan")}}, r"config\.learningRate is NaN"),
        ({"config": []}, r"config is \[\]"),
        ({"inputs": []}, r"inputs is \[\]"),
        ({"runId": ""}, 'runId is ""'),
        ({"inputs": {}}, r"inputs\.ontology is missing"),
        ({"inputs": {"ontology": "nothing.json"}}, "does not exist"),
        ({"inputs": {"ontology": "../secret.json"}}, "outside the work folder"),
        ({"inputs": {"ontology": "/etc/passwd"}}, "outside the work folder"),
        ({"inputs": {"ontology": "ontology.json", "model": "x"}}, "not an input of pretrain"),
        ({"resumeFrom": "checkpoints/checkpoint-9"}, "does not exist"),
        ({"resumeFrom": "../.."}, "outside the work folder"),
    ],
)
def test_a_bad_job_is_refused_with_a_sentence(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(JobError, match=sentence) as caught:
        parse_job({**pretrain(tmp_path), **change})
    assert caught.value.code == "bad_job"
    assert caught.value.remedy.endswith(".")


def test_a_text_that_is_too_long_is_cut_in_the_sentence(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        parse_job(pretrain(tmp_path, {"steps": "9" * 500}))
    assert caught.value.message == f'config.steps is "{"9" * 79}….'


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        PretrainConfig().steps = 5


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
