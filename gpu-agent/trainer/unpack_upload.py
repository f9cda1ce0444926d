"""Unpack an uploaded zip with a model or an adapter in it: `python unpack_upload.py upload.zip folder maxBytes`.

Runs in a process of its own, with little memory: the zip comes from outside. Prints one JSON object: {"files"}, or
{"error"} with a sentence. Names are only compared and never used as paths; links and what leads out are refused.
"""

import json
import resource
import stat
import sys
import zipfile
from pathlib import Path, PurePosixPath

from model.published import is_published

CHUNK = 2**20
MOST_ENTRIES = 10_000
MEMORY_BYTES = 4 * 2**30
# One of them marks the folder that is meant.
MARKS = ("adapter_config.json", "config.json")


class Refused(Exception):
    """The zip is not what was asked for."""


def find_folder(entries: list[zipfile.ZipInfo]) -> PurePosixPath:
    """Where in the zip the model is: beside the config that lies least deep."""
    found = [PurePosixPath(entry.filename) for entry in entries]
    marks = sorted(
        (path for path in found if path.name in MARKS and "__MACOSX" not in path.parts),
        key=lambda path: len(path.parts),
    )
    if not marks:
        raise Refused("it has neither a config.json nor an adapter_config.json")
    return marks[0].parent


def check(entries: list[zipfile.ZipInfo], most: int) -> None:
    """Before a byte is written."""
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"it has {len(entries):,} entries; at most {MOST_ENTRIES:,} are read")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
            raise Refused(f"its entry {entry.filename[:100]!r} leads out of the folder")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Refused(f"its entry {entry.filename[:100]!r} is a link")
        if entry.flag_bits & 1:
            raise Refused("it is encrypted")
    total = sum(entry.file_size for entry in entries)
    if total > most:
        raise Refused(
            f"it unpacks to {total / 1e9:.1f} GB, and the agent has room for {most / 1e9:.1f} GB of it"
        )


def unpack(path: Path, folder: Path, most: int) -> int:
    """The model's files, flat in `folder`; returns how many."""
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        check(entries, most)
        place = find_folder(entries)
        room, written = most, set[str]()
        for entry in entries:
            name = PurePosixPath(entry.filename)
            if name.parent != place or not is_published(name.name):
                continue
            if name.name.lower() in written:
                raise Refused(f"it has two entries named {name.name}")
            written.add(name.name.lower())
            room -= write(archive, entry, folder / name.name, room)
    return len(written)


def write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int) -> int:
    """One entry, no more than `room` bytes whatever its header says; returns how many."""
    done = 0
    with archive.open(entry) as packed, target.open("xb") as out:
        while chunk := packed.read(CHUNK):
            done += len(chunk)
            if done > room:
                raise Refused("it unpacks to more than it says")
            out.write(chunk)
    return done


def main() -> int:
    path, folder, most = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        said: dict[str, object] = {"files": unpack(Path(path), Path(folder), int(most))}
    except Refused as refused:
        said = {"error": str(refused)}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError):
        said = {"error": "it is not a zip that can be read"}
    except EOFError:
        said = {"error": "it ends too early"}
    except MemoryError:
        said = {"error": "reading it takes too much memory"}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
