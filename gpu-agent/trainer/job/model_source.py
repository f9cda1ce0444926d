"""Where a model comes from that is not among a job's inputs: the Hugging Face hub, or a folder of this machine."""

from job.generated import FolderModel, HubModel, PackageModel

ModelSource = HubModel | FolderModel


def describe_source(source: ModelSource | PackageModel) -> str:
    """How a sentence names it."""
    if isinstance(source, PackageModel):
        return f"{source.package} {source.version} of PyPI"
    if isinstance(source, FolderModel):
        return f"the folder {source.path}"
    return f"{source.id} at {source.revision}" if source.revision else source.id
