"""Where a model comes from that is not among a job's inputs: the Hugging Face hub, or a folder of this machine."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job.values import refuse

# As packages/protocol/src/v1/model-source.ts has them: nothing in an id can lead out of a folder.
HUB_ID = re.compile(r"\w[\w.-]{0,95}/\w[\w.-]{0,95}", re.ASCII)
REVISION = re.compile(r"\w[\w.-]{0,99}", re.ASCII)


@dataclass(frozen=True)
class HubModel:
    """`revision` is a branch, a tag or a commit; None for the main branch."""

    id: str
    revision: str | None = None

    def describe(self) -> str:
        return f"{self.id} at {self.revision}" if self.revision else self.id


@dataclass(frozen=True)
class FolderModel:
    path: Path

    def describe(self) -> str:
        return f"the folder {self.path}"


ModelSource = HubModel | FolderModel


def parse_source(raw: Any) -> ModelSource:
    """{"from": "hub", "id", "revision"?} or {"from": "folder", "path"}; raises `JobError`."""
    if not isinstance(raw, dict):
        raise refuse("config.base must be an object.", 'Send {"from": "hub", "id": "owner/name"}.')
    if raw.get("from") == "hub" and set(raw) <= {"from", "id", "revision"}:
        return parse_hub(raw.get("id"), raw.get("revision"))
    if raw.get("from") == "folder" and set(raw) == {"from", "path"}:
        path = raw["path"]
        if (
            not isinstance(path, str)
            or "\0" in path
            or not Path(path).is_absolute()
            or ".." in Path(path).parts
        ):
            raise refuse("config.base.path must be the whole path of a folder.", "Send it from the root on.")
        return FolderModel(Path(path))
    raise refuse("config.base names neither a model of the hub nor a folder.", "Set from to hub or folder.")


def parse_hub(model_id: Any, revision: Any) -> HubModel:
    if not isinstance(model_id, str) or not HUB_ID.fullmatch(model_id) or re.search(r"\.\.|--", model_id):
        raise refuse("config.base.id is no id of the hub.", "It looks like meta-llama/Llama-3.2-3B-Instruct.")
    if revision is None:
        return HubModel(model_id)
    if not isinstance(revision, str) or not REVISION.fullmatch(revision) or ".." in revision:
        raise refuse("config.base.revision is no branch, tag or commit.", "Send for example main.")
    return HubModel(model_id, revision)
