"""A trainer that behaves as its job's `config.behavior` says, for the tests of the agent. Needs only Python itself."""

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


def emit(event: dict[str, Any]) -> None:
    print(json.dumps(event), flush=True)


def run_end(status: str, error: dict[str, str] | None = None, **more: Any) -> None:
    emit({"type": "run-end", "status": status, "results": {}, "error": error, **more})


def metric(step: int) -> None:
    emit({"type": "metric", "axis": "step", "position": step, "time": int(time.time() * 1000), "values": {"loss": 1 / (step + 1)}})


def artifact(work: Path, path: str, text: str) -> None:
    target = work / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    emit({"type": "artifact", "role": "hf", "path": path, "sizeBytes": len(text.encode()), "sha256": sha256})


def checkpoint(work: Path, step: int) -> None:
    folder = work / "checkpoints" / f"checkpoint-{step}"
    folder.mkdir(parents=True, exist_ok=True)
    state = json.dumps({"step": step}).encode()
    (folder / "state.json").write_bytes(state)
    listed = {"sizeBytes": len(state), "sha256": hashlib.sha256(state).hexdigest()}
    manifest = {"version": 1, "step": step, "files": {"state.json": listed}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    emit({"type": "checkpoint", "step": step, "path": f"checkpoints/checkpoint-{step}"})


def wait_for_permission(work: Path, config: dict[str, Any], step: int, stop: list[int]) -> None:
    """A job with `goTo` goes no further than that step, or than the one in the file `go`, where there is one."""
    go = work / "go"
    while "goTo" in config and not stop:
        limit = int(go.read_text() if go.exists() else config["goTo"])
        if step < limit or step == config["steps"]:
            return
        time.sleep(0.02)


def is_asked_to_stop(job: dict[str, Any], work: Path, step: int) -> bool:
    file = work / job["stopFile"]
    return file.exists() and step >= int(json.loads(file.read_text())["afterStep"])


def train(job: dict[str, Any], work: Path) -> None:
    """Steps with checkpoints, resumed where the job says so; SIGTERM makes a checkpoint and ends as canceled. Asked
    to stop, it delivers what it has."""
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stop.append(number))
    config = job["config"]
    first = int(job["resumeFrom"].rsplit("-", 1)[1]) if job.get("resumeFrom") else 0
    emit({"type": "run-start", "totalSteps": config["steps"], "device": f"from {first}"})
    for step in range(first + 1, config["steps"] + 1):
        metric(step)
        wait_for_permission(work, config, step, stop)
        if step % config.get("checkpointEvery", 5) == 0 or stop:
            checkpoint(work, step)
        if stop:
            run_end("canceled")
            return
        if is_asked_to_stop(job, work, step):
            checkpoint(work, step)
            artifact(work, "output/model.txt", f"trained for {step} steps")
            wait_for_permission(work, config, config["steps"] - 1, stop)
            run_end("finished", stopped={"step": step, "totalSteps": config["steps"], "reason": "request"})
            return
        time.sleep(config.get("stepSeconds", 0))
    artifact(work, "output/model.txt", f"trained for {config['steps']} steps")
    run_end("finished")


def probe() -> None:
    measured = {"flopsPerSecond": 1e11, "precision": "fp32", "memoryBytesPerSecond": 1e10}
    disk = {"diskWriteBytesPerSecond": 1e8, "diskReadBytesPerSecond": 2e8}
    line = {"hubRoundTripMs": None, "hubBytesPerSecond": None}
    emit({"type": "probe", "at": int(time.time() * 1000), **measured, **disk, **line})


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    work = Path(job["workDir"])
    behavior = job["config"].get("behavior", "train")
    (work / "pids").open("a").write(f"{os.getpid()}\n")
    if behavior == "train":
        train(job, work)
    elif behavior == "crash":
        metric(1)
        emit({"type": "log", "level": "info", "text": f"asks with Bearer {'x' * 20} and {job['config'].get('word')}"})
        print("a last word of the library, hf_" + "k" * 30, file=sys.stderr)
        sys.exit(3)
    elif behavior == "cuda":
        metric(1)
        print("RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)", file=sys.stderr)
        sys.exit(1)
    elif behavior == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif behavior == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif behavior == "hang":
        metric(1)
        time.sleep(600)
    elif behavior == "repeat":
        metric(1)
        run_end("finished")
        run_end("failed", {"code": "late", "message": "late", "remedy": "late"})
        metric(2)
    elif behavior == "linger":
        run_end("finished")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    elif behavior == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        metric(1)
        time.sleep(600)
    elif behavior == "garbage":
        sys.stdout.buffer.write(b"Downloading shards: 100%\n\xff\xfe\x00 not text\n{\"type\":\"metric\",\"step\":\n\n")
        sys.stdout.buffer.write(b'{"type":"from-the-future","x":1}\n' + b"y" * 5_000_000 + b"\n")
        sys.stdout.buffer.flush()
        metric(7)
        sys.stdout.buffer.write(b'{"type":"run-end","status":"finished","results":{"loss":0.5},"error":null}')
        sys.stdout.buffer.flush()
    elif behavior == "escape":
        (work.parent / "secret.txt").write_text("not for the hub")
        artifact(work, "output/good.txt", "good")
        emit({"type": "artifact", "role": "hf", "path": job["config"]["path"], "sizeBytes": 15, "sha256": "0" * 64})
        run_end("finished")
    elif behavior == "grandchild":
        if os.fork() == 0:
            (work / "grandchild").write_text(str(os.getpid()))
            time.sleep(600)
        metric(1)
        # Ends only after the test has read the file: on a busy machine the child may start late.
        while not (work / "go").exists():
            time.sleep(0.05)
        run_end("finished")
    elif behavior == "wait":
        metric(1)
        while not (work / "go").exists():
            time.sleep(0.05)
        run_end("finished")
    elif behavior == "probe":
        probe()
        run_end("finished")
    elif behavior == "environment":
        emit({"type": "log", "level": "info", "text": json.dumps(sorted(os.environ))})
        emit({"type": "log", "level": "info", "text": json.dumps(job["inputs"])})
        emit({"type": "log", "level": "info", "text": os.environ.get("CUDA_VISIBLE_DEVICES", "all")})
        run_end("finished")


main()
