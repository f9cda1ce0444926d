"""The summary: what was measured, absent where nothing was."""

import json
from pathlib import Path

import pytest
import torch
from conftest import TINY_LORA, Event, Inside, job_of, of
from test_contract import golden
from test_lora import DPO_INPUTS, prepared

from engine.counters import EngineCounters
from job.job import camel
from run import summary as run_summary
from starter.ontology import Ontology

KNOWN = set(next(event["summary"] for event in golden("trainer-events.json") if "summary" in event))


def test_a_summary_has_what_was_noted_and_measured() -> None:
    run_summary.begin()
    run_summary.note(useful_tokens=900.0, train_seconds=0.0)
    assert "usefulTokensPerSecond" not in (run_summary.read() or {})
    run_summary.note(useful_tokens=1000.0, train_seconds=4.0, attention="sdpa")
    summary = run_summary.read()
    assert summary is not None
    assert (summary["usefulTokensPerSecond"], summary["usefulTokens"], summary["attention"]) == (
        250.0,
        1000.0,
        "sdpa",
    )
    assert summary["peakMemoryBytes"] > 50e6
    assert summary["seconds"] >= 0
    assert set(summary) <= KNOWN
    assert ("energyJoules" in summary) == (run_summary.gpu_energy_joules() is not None)
    assert ("device" in summary) == torch.cuda.is_available()


def test_the_counters_have_the_names_of_the_protocol() -> None:
    run_summary.begin()
    run_summary.note_counters(EngineCounters(useful_tokens=10, seconds=2.0, ref_hits=3, attention="varlen"))
    summary = run_summary.read()
    assert summary is not None
    assert (summary["usefulTokensPerSecond"], summary["referenceHits"], summary["attention"]) == (
        5.0,
        3,
        "varlen",
    )
    assert {camel(name) for name in run_summary.COUNTERS.values()} <= set(summary) <= KNOWN


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that reports its energy")
def test_energy_grows() -> None:
    before = run_summary.gpu_energy_joules()
    assert before is not None
    matrix = torch.randn(4096, 4096, device="cuda")
    for _ in range(300):
        matrix = torch.nn.functional.normalize(matrix @ matrix)
    torch.cuda.synchronize()
    after = run_summary.gpu_energy_joules()
    assert after is not None and after > before


def test_a_run_ends_with_its_summary(
    pretrained: tuple[Path, list[Event]], ontology: Ontology, tmp_path: Path, inside: Inside
) -> None:
    work = prepared(tmp_path / "work", pretrained[0] / "output" / "hf", ontology)
    summary = inside("train_dpo.py", job_of("dpo", work, DPO_INPUTS, {**TINY_LORA, "epochs": 1}))[-1][
        "summary"
    ]
    assert summary["usefulTokens"] > 0 < summary["usefulTokensPerSecond"]
    assert 0 < summary["trainSeconds"] < summary["seconds"]
    assert summary["precision"] in ("fp32", "bf16")
    rows = (work / "inputs" / "pairs.jsonl").read_text(encoding="utf-8")
    (work / "inputs" / "pairs.jsonl").write_text(rows + json.dumps({"system": "a"}) + "\n", encoding="utf-8")
    failed = inside("train_dpo.py", job_of("dpo", work, DPO_INPUTS, TINY_LORA), code=1)
    assert "usefulTokens" not in failed[-1]["summary"]
    assert not of(failed, "preflight")
