"""The memory plans of packages/protocol/fixtures/memory-plans.json, which the estimate's test replays too."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.counters import EngineOptions
from engine.memory_plan import LayerSizes, MemoryPlan, all_plans, list_memory_plans

FIXTURES = Path(__file__).resolve().parents[3] / "packages" / "protocol" / "fixtures"
CASES = json.loads((FIXTURES / "memory-plans.json").read_text(encoding="utf-8"))


def options_of(wish: dict[str, Any]) -> EngineOptions:
    return EngineOptions(
        precision=wish["precision"],
        precision_open=wish["mayQuantize"],
        budget=wish["microTokens"],
        checkpointing=wish["checkpointing"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_the_trainer_tries_the_plans_of_the_estimate(case: dict[str, Any]) -> None:
    wish, sizes = case["wish"], case["sizes"]
    plans = list_memory_plans(
        options_of(wish),
        wish["device"],
        LayerSizes(sizes["hiddenSize"], sizes["ffnSize"], sizes["layers"]),
        case["freeBytes"],
    )
    assert [[plan.precision, plan.budget, plan.checkpointing] for plan in plans] == case["plans"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_each_plan_is_deeper_than_the_one_before(case: dict[str, Any]) -> None:
    """Several GPUs agree on the deepest plan, and memory that runs out leads to the next deeper one."""
    plans = all_plans(options_of(case["wish"]), case["wish"]["device"])
    assert plans == sorted(set(plans), key=MemoryPlan.depth)
