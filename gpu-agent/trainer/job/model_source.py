"""Where a model comes from: the Hugging Face hub, a folder of this machine, a package, or an upload."""

from job.generated import FolderModel, HubModel, PackageModel, UploadModel

ModelSource = HubModel | FolderModel


def describe_source(source: ModelSource | PackageModel | UploadModel) -> str:
    """How a sentence names it."""
    if isinstance(source, PackageModel):
        return f"{source.package} {source.version} of PyPI"
    if isinstance(source, FolderModel):
        return f"the folder {source.path}"
    if isinstance(source, UploadModel):
        return f"the upload {source.filename}"
    return f"{source.id} at {source.revision}" if source.revision else source.id
