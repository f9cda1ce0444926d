"""What the agent gives an import: its llama.cpp, and a folder for what is fetched or unpacked once."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import TRAINER
from template_cases import llama_cpp

PROGRAM = "import {llamaFiles} from './src/llama-files.ts'; console.log(JSON.stringify(llamaFiles()))"


def give_llama_cpp(patch: pytest.MonkeyPatch) -> None:
    """Sets the environment of a trainer; skips where llama.cpp's tools cannot be had."""
    llama_cpp()
    said = subprocess.run(
        ["node", "--import", "tsx", "--input-type=module", "-e", PROGRAM],
        cwd=TRAINER.parent, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    patch.setenv("PALATE_LLAMA_CPP", said.stdout)
    patch.setenv("PALATE_LLAMA_GPU", "off")
    cache = os.environ.get("PALATE_CACHE") or str(Path.home() / ".cache" / "palate")
    patch.setenv("PALATE_TRAINER_CACHE", cache)
