"""The weights alone of a model's folder, by llama.cpp's converter: `python convert_weights.py CONVERTERS FOLDER OUT`.

Without metadata: the file that the weights are for has its own, and a folder that was made of a GGUF file has no tokenizer
that the converter knows. Matrices in F16. With `shapes` as a fourth argument OUT gets JSON, the shape of each weight by its
name, and no weight is read. In a process of its own, as the converter is run otherwise.
"""

import json
import sys
from pathlib import Path


def main() -> None:
    converters, folder, out, *asked = sys.argv[1:]
    sys.path.insert(0, converters)
    import convert_hf_to_gguf as converter

    with converter.torch.inference_mode():
        settings = converter.ModelBase.load_hparams(Path(folder), False)
        architecture = converter.get_model_architecture(settings, converter.ModelType.TEXT)
        kind = converter.get_model_class(architecture)
        model = kind(Path(folder), converter.gguf.LlamaFileType.MOSTLY_F16, Path(out))
        model.prepare_tensors()
        writer = model.gguf_writer
        if asked == ["shapes"]:
            shapes = {name: one.shape for tensors in writer.tensors for name, one in tensors.items()}
            Path(out).write_text(json.dumps(shapes), encoding="utf-8")
            return
        writer.write_header_to_file(path=Path(out))
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


if __name__ == "__main__":
    main()
