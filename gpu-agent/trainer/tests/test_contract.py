"""The golden files that the TypeScript side reads too: one contract, two languages."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import job_of

from data.preflight import MarkedRow, Report, report_events
from job.job import DpoConfig, parse_job
from model.tokenizer import train_tokenizer
from process import events

FIXTURES = Path(__file__).resolve().parents[3] / "packages" / "protocol" / "fixtures"


def golden(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def test_golden_job(tmp_path: Path) -> None:
    raw = golden("trainer-job.json")
    (tmp_path / "inputs" / "model").mkdir(parents=True)
    (tmp_path / "inputs" / "pairs.jsonl").touch()
    job = parse_job({**raw, "workDir": str(tmp_path)})
    assert isinstance(job.config, DpoConfig)
    assert (job.seed, job.epoch, job.config.lora_rank, job.config.beta) == (7, 2, 16, 0.1)
    assert set(raw) == set(job_of("dpo", tmp_path, {}, {}))


def test_the_trainer_writes_the_golden_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each function's own event, key by key and value by value; a metric's time is the clock's."""
    written = io.StringIO()
    monkeypatch.setattr(events, "_stream", written)
    events.run_start(
        *(400, 3200000, 3200000, "cpu", "float32", "sdpa", "adapter"),
        precision_reason="float32 is the faster one on a CPU",
        memory_plan="float32",
        phases=[{"step": 1, "name": "starts"}, {"step": 101, "name": "recipes"}],
    )
    events.progress(10, 400, "training")
    events.metric(10, {"loss": 2.5, "grad_norm": 0.75, "tokens_per_second": 9000.5, "broken": float("nan")})
    events.sample(100, "I have beans.", "# Bean Stew\n")
    report = Report("ChatML (0a1b2c3d)", 384, 150, 300, 52000, 30000, 400, 401, None, 0, "<|im_end|>", 900)
    report.faults["cut_answers"], report.overridden = 2, ["cut_answers"]
    tokenizer = train_tokenizer(["beans beans beans"], 300)
    row = MarkedRow(4, "chosen", tokenizer.convert_tokens_to_ids(["<|im_start|>", "Ã", "<|im_end|>"]), "mmt")
    report_events(report, [(row, [])], tokenizer)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    start, progress, metric, sample = golden("trainer-events.json")[:4]
    preflight, preflight_row = golden("trainer-events.json")[-2:]
    assert lines[4] == {**preflight, "sampled": 1}
    assert set(lines[5]) == set(preflight_row)
    assert (lines[5]["texts"], lines[5]["special"]) == (preflight_row["texts"][:3], preflight_row["special"])
    assert lines[:2] == [start, progress]
    assert {**lines[2], "time": metric["time"]} == metric
    assert lines[3] == sample
