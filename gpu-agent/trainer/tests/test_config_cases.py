"""The configs that the API accepts and refuses, replayed: packages/protocol/src/v1/train-schema.test.ts has the same rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from job.job import JobError
from job.settings import parse_config

FIXTURES = Path(__file__).resolve().parents[3] / "packages" / "protocol" / "fixtures"
CASES = json.loads((FIXTURES / "train-configs.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']} {case['config']}")
def test_the_trainer_agrees_with_the_api(case: dict[str, Any]) -> None:
    refused = case.get("refused")
    if not refused:
        parse_config(case["kind"], case["config"])
        return
    with pytest.raises(JobError) as caught:
        parse_config(case["kind"], case["config"])
    assert caught.value.code == "bad_job"
    assert caught.value.message.startswith(f"config.{refused['field']}")
    assert refused["sentence"] in f"{caught.value.message} {caught.value.remedy}"
    assert caught.value.remedy.endswith(".")
