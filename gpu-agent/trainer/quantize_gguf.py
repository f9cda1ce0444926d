"""Another type for the weights of a GGUF file: `python quantize_gguf.py LIBRARY IN OUT TYPE`.

Calls `llama_model_quantize` of the llama.cpp that serves the models, in a process of its own: a bad file ends the
process that reads it. llama.cpp's own words go to stderr.
"""

import ctypes
import os
import sys

import gguf


class QuantizeParams(ctypes.Structure):
    """`llama_model_quantize_params` of llama.cpp's include/llama.h."""

    _fields_ = [
        ("nthread", ctypes.c_int32),
        ("ftype", ctypes.c_int),
        ("output_tensor_type", ctypes.c_int),
        ("token_embedding_type", ctypes.c_int),
        ("allow_requantize", ctypes.c_bool),
        ("quantize_output_tensor", ctypes.c_bool),
        ("only_copy", ctypes.c_bool),
        ("pure", ctypes.c_bool),
        ("keep_split", ctypes.c_bool),
        ("dry_run", ctypes.c_bool),
        ("imatrix", ctypes.c_void_p),
        ("kv_overrides", ctypes.c_void_p),
        ("tt_overrides", ctypes.c_void_p),
        ("prune_layers", ctypes.c_void_p),
        ("max_buf_size", ctypes.c_size_t),
    ]


# What llama.cpp says of itself where the struct above has the shape that it expects.
DEFAULTS = {"nthread": 0, "quantize_output_tensor": True, "allow_requantize": False, "imatrix": None}


def file_type(name: str) -> int:
    """`llama_ftype` of a name such as Q4_K_M."""
    return int(gguf.LlamaFileType["ALL_F32" if name == "F32" else f"MOSTLY_{name}"])


def main() -> int:
    library, source, target, name = sys.argv[1:]
    llama = ctypes.CDLL(library)
    llama.llama_model_quantize_default_params.restype = QuantizeParams
    llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p]
    params = llama.llama_model_quantize_default_params()
    if any(getattr(params, field) != value for field, value in DEFAULTS.items()):
        sys.stderr.write("This llama.cpp has other parameters for quantizing than the trainer knows.\n")
        return 3
    params.ftype = file_type(name)
    params.nthread = os.cpu_count() or 1
    params.allow_requantize = True
    llama.llama_backend_init()
    return int(llama.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params)))


if __name__ == "__main__":
    sys.exit(main())
