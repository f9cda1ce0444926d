"""What the agent gives an import: its llama.cpp, and a folder for what is fetched or unpacked once."""

import subprocess

import pytest
from conftest import TRAINER
from real_models import cache_folder
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
    patch.setenv("PALATE_TRAINER_CACHE", str(cache_folder()))
