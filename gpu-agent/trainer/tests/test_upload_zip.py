"""Uploaded zips: what is unpacked of them, and those that are refused because they would do harm or are none."""

import io
import signal
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import job_of

from job.job import JobError, parse_job
from model.unpack import unpack_upload
from process.stop import StopFlag


@pytest.fixture
def stop() -> Iterator[StopFlag]:
    before = signal.getsignal(signal.SIGTERM)
    yield StopFlag()
    signal.signal(signal.SIGTERM, before)


def upload_job(work: Path) -> dict[str, Any]:
    source = {"from": "upload", "format": "folder", "filename": "small.zip"}
    return job_of("import", work, {"upload": "inputs/upload.zip"}, {"source": source})


def work_folder(tmp_path: Path) -> Path:
    (tmp_path / "work/inputs").mkdir(parents=True)
    return tmp_path / "work"


def link_entry(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("model/tokenizer.json")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def bomb(archive: zipfile.ZipFile) -> None:
    with archive.open(zipfile.ZipInfo("model/config.json"), "w", force_zip64=True) as out:
        out.write(b"{}")
    entry = zipfile.ZipInfo("model/model.safetensors")
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, b"\0" * 50_000_000)


def many(archive: zipfile.ZipFile) -> None:
    for number in range(10_001):
        archive.writestr(f"{number}.json", "")


def twice(archive: zipfile.ZipFile) -> None:
    archive.writestr("config.json", "{}")
    archive.writestr("Config.json", "{}")


ZIPS: dict[str, tuple[Callable[[zipfile.ZipFile], object], str]] = {
    "a way out": (lambda z: z.writestr("../escape.json", "{}"), "leads out of the folder"),
    "an absolute path": (lambda z: z.writestr("/tmp/config.json", "{}"), "leads out of the folder"),
    "a backslash": (lambda z: z.writestr("a\\..\\config.json", "{}"), "leads out of the folder"),
    "a link": (link_entry, "is a link"),
    "a bomb": (bomb, "it unpacks to 0.1 GB, and the agent has room for 0.0 GB of it"),
    "too many entries": (many, "10,001 entries"),
    "no model": (lambda z: z.writestr("notes.txt", "x"), "neither a config.json nor an adapter_config.json"),
    "two of one name": (twice, "two entries named"),
}  # fmt: skip


def unpack(tmp_path: Path, stop: StopFlag, fill: Callable[[zipfile.ZipFile], object]) -> Path:
    work = work_folder(tmp_path)
    with zipfile.ZipFile(work / "inputs/upload.zip", "w") as archive:
        fill(archive)
    return unpack_upload(parse_job(upload_job(work)), stop)


@pytest.mark.parametrize("fault", ZIPS)
def test_a_zip_that_does_harm_is_refused_before_it_is_unpacked(
    tmp_path: Path, stop: StopFlag, fault: str, reported: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill, said = ZIPS[fault]
    monkeypatch.setattr("model.unpack.MOST_BYTES", 20_000_000)
    with pytest.raises(JobError) as caught:
        unpack(tmp_path, stop, fill)
    assert said in caught.value.message
    assert not [path for path in tmp_path.parent.rglob("escape.json")]
    assert sum(path.stat().st_size for path in (tmp_path / "work/upload").iterdir()) < 1000


def test_a_header_that_says_too_little_does_not_let_more_through(
    tmp_path: Path, stop: StopFlag, reported: io.StringIO
) -> None:
    work = work_folder(tmp_path)
    path = work / "inputs/upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b"{" + b" " * 5_000_000 + b"}")
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.index(mark) + at, 100)
    path.write_bytes(data)
    with pytest.raises(JobError, match="refused"):
        unpack_upload(parse_job(upload_job(work)), stop)
    assert sum(file.stat().st_size for file in (work / "upload").iterdir()) <= 5_000_002


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 99, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_refused(
    tmp_path: Path, stop: StopFlag, content: bytes, reported: io.StringIO
) -> None:
    work = work_folder(tmp_path)
    (work / "inputs/upload.zip").write_bytes(content)
    with pytest.raises(JobError, match="is not a zip that can be read"):
        unpack_upload(parse_job(upload_job(work)), stop)


def test_only_the_files_beside_the_config_are_taken(
    tmp_path: Path, stop: StopFlag, reported: io.StringIO
) -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        for name in (
            "m/config.json",
            "m/tokenizer.json",
            "m/code.py",
            "m/sub/config.json",
            "__MACOSX/m/config.json",
        ):
            archive.writestr(name, "{}")

    folder = unpack(tmp_path, stop, fill)
    assert sorted(file.name for file in folder.iterdir()) == ["config.json", "tokenizer.json"]
