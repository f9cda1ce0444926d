"""The gguf package's reader, quick enough for vocabularies of hundreds of thousands of tokens.

It makes a slice of the file for every token. Of a memory map a slice costs four times as much as of a plain array over
it: for Gemma 3's 262,144 tokens 8.7 s of processor time against 2.4, and an import reads a file several times.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import gguf
import numpy as np

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class QuickReader(gguf.GGUFReader):
    """The same fields and tensors. The file stays mapped as long as anything refers to it."""

    @property
    def data(self) -> Bytes:
        return self._bytes

    @data.setter
    def data(self, mapped: Bytes) -> None:
        self._bytes = mapped.view(np.ndarray)


@contextmanager
def quick_reading() -> Iterator[None]:
    """transformers reads GGUF files with `QuickReader` too, and makes its table of tensor names once, not once for each
    module of the model."""
    usual = {name: getattr(gguf, name) for name in ("GGUFReader", "get_tensor_name_map")}
    gguf.GGUFReader, gguf.get_tensor_name_map = QuickReader, cache(gguf.get_tensor_name_map)
    try:
        yield
    finally:
        for name, one in usual.items():
            setattr(gguf, name, one)
