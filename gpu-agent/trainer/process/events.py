"""What a trainer reports to the agent: one JSON object a line on stdout, and nothing else on stdout."""

import hashlib
import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

_stream: TextIO | None = None
_mute = False


def open_stream(mute: bool = False) -> None:
    """Keep the real stdout for events and point file descriptor 1, libraries' output included, at stderr.

    A mute process (one of several that work off a run together, but not the first) reports only that it failed.
    """
    global _stream, _mute
    _mute = mute
    if _stream is None:
        _stream = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
        os.dup2(2, 1)
        sys.stdout = sys.stderr


def emit(event: dict[str, Any]) -> None:
    """Write one event; NaN and infinity are not JSON and raise."""
    if _stream is None:
        raise RuntimeError("events.open_stream() comes first")
    if _mute and event.get("status") != "failed":
        return
    _stream.write(json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n")
    _stream.flush()


def run_start(
    total_steps: int,
    parameters: int,
    trainable: int,
    device: str,
    precision: str,
    attention: str = "sdpa",
    reference: str | None = None,
    model: dict[str, Any] | None = None,
    *,
    precision_reason: str | None = None,
    attention_reason: str | None = None,
    memory_plan: str | None = None,
    phases: list[dict[str, Any]] | None = None,
) -> None:
    """`reference` is what preferences are measured against: the base, or the adapter that training began with. `model` are
    the figures of its config.json that its size follows from. `phases` are the parts of a training that learn from
    different data, each with its name and the first step of it."""
    event = {
        "type": "run-start",
        "totalSteps": total_steps,
        "parameters": parameters,
        "trainableParameters": trainable,
        "device": device,
        "precision": precision,
        "attention": attention,
    }
    more = {
        "reference": reference,
        "model": model,
        "precisionReason": precision_reason,
        "attentionReason": attention_reason,
        "memoryPlan": memory_plan,
        "phases": phases,
    }
    emit({**event, **{name: value for name, value in more.items() if value}})


def progress(step: int, total_steps: int, stage: str) -> None:
    """`stage` is corpus, tokenizer, training or export."""
    emit({"type": "progress", "step": step, "totalSteps": total_steps, "stage": stage})


def metric(step: int, values: dict[str, float]) -> None:
    """One point of each series; values that are not finite are left out."""
    finite = {name: float(value) for name, value in values.items() if math.isfinite(value)}
    if finite:
        emit(
            {
                "type": "metric",
                "axis": "step",
                "position": step,
                "time": int(time.time() * 1000),
                "values": finite,
            }
        )


def sample(step: int, prompt: str, text: str) -> None:
    emit({"type": "sample", "step": step, "prompt": prompt, "text": text})


def checkpoint(step: int, path: str) -> None:
    """`path` is relative to the work folder, and complete on disk."""
    emit({"type": "checkpoint", "step": step, "path": path})


def artifact(role: str, path: Path, work_dir: Path) -> None:
    """Announce one finished file with its size and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    emit(
        {
            "type": "artifact",
            "role": role,
            "path": path.relative_to(work_dir).as_posix(),
            "sizeBytes": path.stat().st_size,
            "sha256": digest,
        }
    )


def probe(flops: float, precision: str, memory: float, disk_write: float, disk_read: float) -> None:
    """What was measured of the machine, in units a second; the agent adds what it measures of the line to the hub."""
    emit(
        {
            "type": "probe",
            "at": int(time.time() * 1000),
            "flopsPerSecond": flops,
            "precision": precision,
            "memoryBytesPerSecond": memory,
            "diskWriteBytesPerSecond": disk_write,
            "diskReadBytesPerSecond": disk_read,
            "hubRoundTripMs": None,
            "hubBytesPerSecond": None,
        }
    )


def model(facts: dict[str, Any]) -> None:
    """What an import found out about its model."""
    emit({"type": "model", **facts})


def log(level: str, text: str) -> None:
    emit({"type": "log", "level": level, "text": text})


def log_if_open(level: str, text: str) -> None:
    """As `log`; nothing in a program that reports no events, such as a study."""
    if _stream is not None:
        log(level, text)


def run_end(
    status: str,
    results: dict[str, float],
    error: dict[str, str] | None = None,
    summary: dict[str, Any] | None = None,
    stopped: dict[str, Any] | None = None,
) -> None:
    """`status` is finished, canceled or failed; the last line of every run, with its summary where one was kept.
    `stopped` says where and why a finished run ended before its last step."""
    finite = {name: value for name, value in results.items() if math.isfinite(value)}
    event = {"type": "run-end", "status": status, "results": finite, "error": error, "summary": summary}
    emit({**event, "stopped": stopped} if stopped else event)
