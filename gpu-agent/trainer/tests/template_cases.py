"""Chat templates for tests: real ones out of the bundle that the serving runtime brings, some short ones in the form of
models that it lacks, and small tokenizers of each kind that hold a template's special tokens."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from model.tokenizer import Message

ROOT = Path(__file__).resolve().parents[3]
BUNDLE = ROOT / "node_modules/node-llama-cpp/llama/gitRelease.bundle"
# DeepSeek's tokens stand between full-width bars.
BAR = "\uff5c"
MARKUP = re.compile(
    r"<\|[^|<>\s'\"{}]+\|>|\[/?[A-Z_]{3,}\]|<(?:start|end)_of_turn>|<\|turn>|<turn\|>|</s>|\[e~\[|\]~b\]"
    r"|<[A-Za-z_]+:[a-z_]+>|<end_of_sentence>|<SPECIAL_\d+>|<sep>|</assistant>"
    f"|<{BAR}[^{BAR}]+{BAR}>"
)
WORDS = [
    "You cook for Rosa. Never use milk.",
    "I have rice and beans. Fry the rice, boil the beans and serve.",
] * 4


def llama_cpp() -> Path:
    """The files of llama.cpp, cloned once for each release of it; skips where they cannot be had."""
    if not BUNDLE.exists() or shutil.which("git") is None:
        pytest.skip("needs git and the bundle of the npm package node-llama-cpp")
    cache = Path(os.environ.get("PALATE_CACHE") or Path.home() / ".cache" / "palate")
    with BUNDLE.open("rb") as bundle:
        folder = cache / "llama.cpp" / hashlib.file_digest(bundle, "sha256").hexdigest()[:16]
    if not (folder / "models" / "templates").is_dir():
        partial = folder.with_suffix(f".{os.getpid()}.part")
        partial.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["git", "clone", "--quiet", str(BUNDLE), str(partial)], check=True, capture_output=True
        )
        if not folder.exists():
            partial.rename(folder)
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def real_template(name: str) -> str:
    return (llama_cpp() / "models" / "templates" / f"{name}.jinja").read_text(encoding="utf-8")


def byte_level() -> Tokenizer:
    """In the form of Llama 3, Qwen, GPT-2."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    raw.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw.train_from_iterator(
        WORDS, trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, show_progress=False)
    )
    return raw


def sentence_piece(legacy: bool = False) -> Tokenizer:
    """In the form of Llama 2 and Mistral: a space before the text, or (legacy) before each part of it between special
    tokens; characters out of the vocabulary as bytes."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first")
    trained.train_from_iterator(WORDS, trainers.BpeTrainer(vocab_size=120, show_progress=False))
    state = json.loads(trained.to_str())["model"]
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    vocabulary = {piece: at for at, piece in enumerate(pieces)}
    for piece in sorted(state["vocab"], key=state["vocab"].get):
        vocabulary.setdefault(piece, len(vocabulary))
    merges = [tuple(pair) for pair in state["merges"]]
    raw = Tokenizer(models.BPE(vocabulary, merges, byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    if legacy:
        raw.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        raw.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    raw.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return raw


def unigram() -> Tokenizer:
    """Its vocabulary holds the special tokens as words, so that the model itself could find them in a text."""
    letters = sorted({letter for text in WORDS for letter in text.replace(" ", "▁")} | set("<>|/=[]_"))
    pieces = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), *((letter, -5.0) for letter in letters)]
    raw = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    raw.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first")
    raw.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="first")
    return raw


KINDS = {
    "byte-level": byte_level,
    "SentencePiece": sentence_piece,
    "legacy SentencePiece": lambda: sentence_piece(legacy=True),
    "unigram": unigram,
}


def make_tokenizer(
    kind: str, source: str, bos: str | None, eos: str, rstrip: bool = False, written: str = ""
) -> PreTrainedTokenizerFast:
    """A tokenizer of a kind with a template, and all that looks like markup in it, or in what it has written, as special
    tokens."""
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=KINDS[kind](),
        bos_token=bos,
        eos_token=eos,
        chat_template=source,
        additional_special_tokens=[
            AddedToken(text, special=True, normalized=False, rstrip=rstrip)
            for text in sorted({*MARKUP.findall(source + written)} - {bos, eos})
        ],
    )
    tokenizer.add_tokens([text for text in ("<think>", "</think>") if text in source])
    return tokenizer


@dataclass(frozen=True)
class Family:
    """A model's template with its tokens, and what it trains around an answer: `lead` before it, `end` after it."""

    name: str
    source: str | None
    bos: str | None
    eos: str
    end: str
    kind: str = "byte-level"
    lead: str = ""
    system: bool = True
    first: bool = True
    rstrip: bool = False
    adds_end: bool = False

    def tokenizer(self) -> PreTrainedTokenizerFast:
        return make_tokenizer(
            self.kind, self.source or real_template(self.name), self.bos, self.eos, self.rstrip
        )


ALTERNATE = (
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
)
LLAMA_2 = (
    "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set system = messages[0]['content'] %}"
    "{% else %}{% set rest = messages %}{% endif %}{% for m in rest %}"
    "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}"
    "{% if loop.first and system is defined %}{% set text = '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' + m['content'] %}"
    "{% else %}{% set text = m['content'] %}{% endif %}"
    "{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + text.strip() + ' [/INST]' }}"
    "{% else %}{{ ' ' + text.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)
MISTRAL_1 = (
    "{{ bos_token }}" + ALTERNATE + "{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}"
)
# It knows no other roles, and says nothing about them.
FIRST_PHI_3 = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '<|user|>\\n' + m['content'] + '<|end|>\\n' }}"
    "{% elif m['role'] == 'assistant' %}{{ '<|assistant|>\\n' + m['content'] + '<|end|>\\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)
PHI_4 = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '<|im_sep|>' + m['content'] + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}"
)
SMOLLM_2 = (
    "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}"
    "{{ '<|im_start|>system\\nYou are a helpful AI assistant named SmolLM<|im_end|>\\n' }}{% endif %}"
    "{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
ZEPHYR = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\\n' + m['content'] + eos_token + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)
FAMILIES = [
    Family("meta-llama-Llama-3.1-8B-Instruct", None, "<|begin_of_text|>", "<|eot_id|>", "<|eot_id|>"),
    Family("meta-llama-Llama-3.2-3B-Instruct", None, "<|begin_of_text|>", "<|eot_id|>", "<|eot_id|>"),
    Family("Qwen-Qwen2.5-7B-Instruct", None, None, "<|im_end|>", "<|im_end|>"),
    Family("Qwen-Qwen3-0.6B", None, None, "<|im_end|>", "<|im_end|>", lead="<think>\n\n</think>\n\n"),
    Family(
        "google-gemma-2-2b-it",
        None,
        "<bos>",
        "<eos>",
        "<end_of_turn>",
        "SentencePiece",
        system=False,
        first=False,
    ),
    Family("google-gemma-4-31B-it", None, "<bos>", "<eos>", "<turn|>", "SentencePiece"),
    Family("mistralai-Mistral-Nemo-Instruct-2407", None, "<s>", "</s>", "</s>", system=False, first=False),
    Family("Mistral-Small-3.2-24B-Instruct-2506", None, "<s>", "</s>", "</s>", first=False),
    Family(
        "microsoft-Phi-3.5-mini-instruct",
        None,
        "<s>",
        "<|endoftext|>",
        "<|end|>",
        "SentencePiece",
        rstrip=True,
    ),
    Family(
        "deepseek-ai-DeepSeek-V3.1",
        None,
        f"<{BAR}begin▁of▁sentence{BAR}>",
        f"<{BAR}end▁of▁sentence{BAR}>",
        f"<{BAR}end▁of▁sentence{BAR}>",
    ),
    Family("ibm-granite-granite-3.3-2B-Instruct", None, None, "<|end_of_text|>", "<|end_of_text|>"),
    Family(
        "GLM-4.6", None, None, "<|endoftext|>", "<|endoftext|>", lead="\n<think></think>\n", adds_end=True
    ),
    Family("Llama 2", LLAMA_2, "<s>", "</s>", " </s>", "SentencePiece", lead=" ", first=False),
    Family("legacy Llama 2", LLAMA_2, "<s>", "</s>", " </s>", "legacy SentencePiece", lead=" ", first=False),
    Family(
        "Mistral 0.1", MISTRAL_1, "<s>", "</s>", "</s>", "legacy SentencePiece", system=False, first=False
    ),
    Family("the first Phi 3", FIRST_PHI_3, "<s>", "<|endoftext|>", "<|end|>", "SentencePiece", system=False),
    Family("Phi 4", PHI_4, "<|endoftext|>", "<|im_end|>", "<|im_end|>"),
    Family("SmolLM 2", SMOLLM_2, "<|im_start|>", "<|im_end|>", "<|im_end|>"),
    Family("SmolLM 2 read from a GGUF file", SMOLLM_2, "<|im_start|>", "<|im_start|>", "<|im_end|>"),
    Family("Zephyr", ZEPHYR, "<s>", "</s>", "</s>", "unigram"),
]


def system(text: str) -> Message:
    return {"role": "system", "content": text}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}
