"""Chat templates that an import may give to a model, in the place of its own or where it has none.

The template becomes part of both forms of the model: `chat_template.jinja` beside the files for transformers, and the
metadata of the GGUF files, so that training, serving and every export use the same.
"""

import json
from dataclasses import replace
from pathlib import Path

import gguf

from job.job import Job
from model.export import write_file
from model.gguf_reader import QuickReader
from model.prepare import Prepared
from process import events

TURN = "{% for message in messages %}"
OPEN = "{% if add_generation_prompt %}"
# Gemma calls the assistant model, and has no system role: such a text goes before the first request.
GEMMA = (
    "{{ bos_token }}"
    "{% if messages[0]['role'] == 'system' %}{% set first = messages[0]['content'] + '\\n\\n' %}{% set turns = messages[1:] %}"
    "{% else %}{% set first = '' %}{% set turns = messages %}{% endif %}"
    "{% for message in turns %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) + '\\n'"
    " + (first if loop.first else '') + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}"
    + OPEN
    + "{{ '<start_of_turn>model\\n' }}{% endif %}"
)
TEMPLATES = {
    # <|system|>…<|endoftext|>, a line each, as the first recipe assistants on TinyLlama were trained.
    "markers": TURN
    + "{{ '<|' + message['role'] + '|>' + message['content'] + '<|endoftext|>\\n' }}{% endfor %}"
    + OPEN
    + "{{ '<|assistant|>' }}{% endif %}",
    "chatml": TURN
    + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
    + OPEN
    + "{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "gemma": GEMMA,
}
FIELD = "tokenizer.chat_template"


def give_template(job: Job, made: Prepared, name: str) -> Prepared:
    """The model with the chosen template in all its files; `own` changes nothing."""
    if name == "own":
        return made
    source = TEMPLATES[name]
    events.log("info", f"Gives the model the chat template {name}.")
    exact = with_template(made.exact, job.output("convert/templated-f16.gguf"), source)
    published = made.published and with_template(made.published, job.output("convert/templated.gguf"), source)
    if made.hf:
        (made.hf / "chat_template.jinja").write_text(source, encoding="utf-8")
        forget_template(made.hf / "tokenizer_config.json")
    return replace(made, exact=exact, published=published)


def forget_template(settings: Path) -> None:
    """Without a template of its own in the tokenizer's settings, not even null: llama.cpp's converter takes that one, and
    not the file beside them."""
    known = json.loads(settings.read_text(encoding="utf-8"))
    if "chat_template" in known:
        del known["chat_template"]
        settings.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def with_template(file: Path, target: Path, source: str) -> Path:
    """A copy of a GGUF file with another chat template, everything else as it is."""
    reader = QuickReader(file)
    writer = gguf.GGUFWriter(None, str(reader.fields["general.architecture"].contents()))
    for field in reader.fields.values():
        if field.name.startswith(("GGUF.", FIELD)) or field.name == "general.architecture":
            continue
        kind = field.types[0]
        items = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=items)
    writer.add_chat_template(source)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    write_file(writer, target)
    return target
