"""The files that make a published model, by their names."""

import fnmatch

# No code, and no pickled weights. The card names the license.
PUBLISHED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt", "README.md")
UNWANTED = ("consolidated*", "*/*", "*\\*", ".*")


def is_published(name: str) -> bool:
    """Whether a file belongs to a model: a plain name, and of a kind that is read."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in PUBLISHED) and not any(
        fnmatch.fnmatchcase(name, pattern) for pattern in UNWANTED
    )
