"""llama.cpp's own tools: its converters, out of the bundle that the serving runtime brings, and its quantizer.

The agent names the runtime's files in PALATE_LLAMA_CPP, as JSON: {"bundle", "library", "check"}.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from job.job import JobError
from process import events
from process.stop import Canceled, StopFlag

QUANTIZER = Path(__file__).parent.parent / "quantize_gguf.py"
WEIGHTS = Path(__file__).parent.parent / "convert_weights.py"
FALLBACK = re.compile(r"(?:WARNING: )?(\d+) of \d+ tensor\(s\) required fallback quantization")


@dataclass(frozen=True)
class Runtime:
    """The files of the llama.cpp that serves models on this machine."""

    bundle: Path
    library: Path | None
    # The program that loads a GGUF file and answers with it.
    check: list[str]


def find_runtime() -> Runtime:
    """Raises `JobError` where the agent did not name it."""
    named = os.environ.get("PALATE_LLAMA_CPP")
    if not named:
        raise JobError(
            "unsupported_model",
            "This agent does not say where its llama.cpp is, so no model can be converted.",
            "Update the agent.",
        )
    given = json.loads(named)
    library = Path(given["library"]) if given["library"] else None
    return Runtime(Path(given["bundle"]), library, list(given["check"]))


def converters(runtime: Runtime) -> Path:
    """The folder with convert_hf_to_gguf.py and its gguf-py: cloned once for each release of llama.cpp, by its hash."""
    with runtime.bundle.open("rb") as bundle:
        digest = hashlib.file_digest(bundle, "sha256").hexdigest()
    folder = Path(os.environ["PALATE_TRAINER_CACHE"]) / "llama.cpp" / digest[:16]
    if (folder / "convert_hf_to_gguf.py").is_file():
        return folder
    if shutil.which("git") is None:
        raise JobError(
            "unsupported_model",
            "Converting this model needs git on the agent's machine, to unpack llama.cpp's converter.",
            "Install git there (Debian: apt install git), then start the run again.",
        )
    partial = folder.with_suffix(f".{os.getpid()}.part")
    partial.parent.mkdir(parents=True, exist_ok=True)
    try:
        said = subprocess.run(
            ["git", "clone", "--quiet", str(runtime.bundle), str(partial)], capture_output=True, text=True
        )
        if said.returncode != 0:
            raise JobError(
                "unsupported_model",
                f"llama.cpp's converter could not be unpacked: {said.stderr.strip()[-300:]}",
                "Check that the agent's disk has room, then start the run again.",
            )
        if not folder.exists():
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def run_tool(arguments: list[str], stop: StopFlag, stage: str) -> tuple[int, str]:
    """A program to its end, with what it wrote to stderr; reports that it works, and ends it when the run is canceled."""
    child = subprocess.Popen(
        arguments,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"},
    )
    assert child.stderr is not None
    said: list[str] = []
    for line in child.stderr:
        said.append(line)
        if stop.asked:
            child.terminate()
            child.wait()
            raise Canceled({})
        place = re.match(r"\[\s*(\d+)/\s*(\d+)\]", line)
        if place:
            events.progress(int(place[1]), int(place[2]), stage)
    child.wait()
    return child.returncode, "".join(said[-200:])


def quantize(runtime: Runtime, source: Path, target: Path, kind: str, stop: StopFlag) -> int:
    """Write `target` with weights of another type; returns how many tensors got another one because theirs did not fit."""
    if runtime.library is None:
        raise JobError(
            "unsupported_model",
            "The llama.cpp of this machine has no library that can quantize.",
            "Choose F16 or Q8_0, or import the model on another agent.",
        )
    partial = target.with_suffix(".partial")
    code, said = run_tool(
        [sys.executable, str(QUANTIZER), str(runtime.library), str(source), str(partial), kind],
        stop,
        "quantize",
    )
    if code != 0:
        raise conversion_failed(f"to {kind}", code, said)
    partial.replace(target)
    fallen = FALLBACK.search(said)
    return int(fallen[1]) if fallen else 0


def convert_folder(runtime: Runtime, folder: Path, target: Path, kind: str, stop: StopFlag) -> None:
    """A Hugging Face folder as GGUF, in f16 or q8_0, by llama.cpp's converter. The folder's files must be as published."""
    script = converters(runtime) / "convert_hf_to_gguf.py"
    partial = target.with_suffix(".partial")
    arguments = ["--outtype", kind, "--outfile", str(partial), str(folder)]
    code, said = run_tool([sys.executable, str(script), *arguments], stop, "convert")
    if code != 0 or not partial.is_file():
        raise conversion_failed("by llama.cpp's converter", code, said)
    partial.replace(target)


def convert_weights(runtime: Runtime, folder: Path, target: Path, stop: StopFlag, *asked: str) -> None:
    """The weights alone of a Hugging Face folder as GGUF, in F16: a file without a tokenizer, which nothing can load.
    Asked for `shapes`, it writes their names and shapes as JSON."""
    arguments = [str(converters(runtime)), str(folder), str(target), *asked]
    code, said = run_tool([sys.executable, str(WEIGHTS), *arguments], stop, "convert")
    if code != 0 or not target.is_file():
        raise conversion_failed("by llama.cpp's converter", code, said)


def convert_adapter(runtime: Runtime, base: Path, adapter: Path, target: Path, stop: StopFlag) -> None:
    """A PEFT LoRA as a GGUF adapter, in F32: the matrices are small, and F16 would round what they are multiplied with."""
    script = converters(runtime) / "convert_lora_to_gguf.py"
    arguments = ["--base", str(base), "--outtype", "f32", "--outfile", str(target), str(adapter)]
    code, said = run_tool([sys.executable, str(script), *arguments], stop, "convert")
    if code != 0 or not target.is_file():
        raise conversion_failed("by llama.cpp's converter", code, said)


def conversion_failed(how: str, code: int, said: str) -> JobError:
    events.log("error", said[-8000:])
    lines = [line for line in said.strip().splitlines() if line.strip()]
    why = lines[-1][:300] if lines else f"the program ended with {code}."
    return JobError(
        "unsupported_model",
        f"The model could not be converted {how}: {why}",
        "The log of this run has the whole message; choose another model.",
    )


def check_file(
    runtime: Runtime, request: Path, stop: StopFlag, take: Callable[[dict[str, object]], None]
) -> str | None:
    """Load a GGUF file in a process of its own and hand on what it says, a JSON object a line; the reason if it fails."""
    child = subprocess.Popen(
        [*runtime.check, str(request)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    assert child.stdout is not None and child.stderr is not None
    failed: str | None = None
    for line in child.stdout:
        if stop.asked:
            child.terminate()
            child.wait()
            raise Canceled({})
        said = json.loads(line)
        if "error" in said:
            failed = str(said["error"])
        else:
            take(said)
    errors = child.stderr.read()
    child.wait()
    if failed is None and child.returncode != 0:
        events.log("error", errors[-8000:])
        how = f"signal {-child.returncode}" if child.returncode < 0 else f"code {child.returncode}"
        failed = f"llama.cpp ended with {how} while it worked with the file."
    return failed
