"""The byte-level BPE tokenizer with ChatML, and the only way in which text becomes token ids here.

A person's text is never read with special tokens on: prompts are put together from the ids of the special tokens and
the ids of plain text, so `<|im_end|>` typed by a user stays ordinary characters.
"""

from pathlib import Path
from typing import TypedDict

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIALS = (PAD, START, END)
# The `generation` marks let a trainer find the assistant's tokens; the GGUF export strips them.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    "{{ '<|im_start|>assistant\\n' }}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{{ '\\n' }}"
    "{% else %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


class Message(TypedDict):
    role: str
    content: str


def train_tokenizer(texts: list[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """Learn a byte-level BPE of at most `vocab_size` tokens, the special ones first."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=list(SPECIALS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    raw.train_from_iterator(texts, trainer=trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[START],
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Load a tokenizer from a folder, never from a network and never with code of its own.

    A tokenizer.json is read as it was published, as llama.cpp does: by the name of the class in tokenizer_config.json,
    transformers 5 would put a new one together, which splits TinyLlama's text otherwise.
    """
    published = (folder / "tokenizer.json").is_file()
    loader = PreTrainedTokenizerFast if published else AutoTokenizer
    tokenizer = loader.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if (
        tokenizer.pad_token_id is None
    ):  # Llama's own have none; padding is masked, so that its id says nothing
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


# Texts that are encoded already, by their words: thousands at once cost a tenth of one by one.
Known = dict[str, list[int]]


def encode_text(tokenizer: PreTrainedTokenizerFast, text: str, known: Known | None = None) -> list[int]:
    """Plain text to ids; the names of special tokens in it are read as ordinary characters."""
    if known is None:
        return encode_texts(tokenizer, [text])[text]
    if text not in known:
        known |= encode_texts(tokenizer, [text])
    return known[text]


def encode_texts(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> Known:
    """Many plain texts to ids, on all cores."""
    return dict(
        zip(texts, tokenizer(texts, add_special_tokens=False, split_special_tokens=True)["input_ids"])
    )


def encode_message(
    tokenizer: PreTrainedTokenizerFast, message: Message, known: Known | None = None
) -> list[int]:
    """`<|im_start|>role\\ncontent<|im_end|>\\n` as ids."""
    start, end = tokenizer.convert_tokens_to_ids([START, END])
    head, content, line_end = (
        encode_text(tokenizer, text, known) for text in (message["role"] + "\n", message["content"], "\n")
    )
    return [start, *head, *content, end, *line_end]


def encode_prompt(
    tokenizer: PreTrainedTokenizerFast, messages: list[Message], known: Known | None = None
) -> list[int]:
    """The conversation so far and the opening of the assistant's answer."""
    start = tokenizer.convert_tokens_to_ids(START)
    body = [token for message in messages for token in encode_message(tokenizer, message, known)]
    return [*body, start, *encode_text(tokenizer, "assistant\n", known)]


def encode_answer(tokenizer: PreTrainedTokenizerFast, text: str, known: Known | None = None) -> list[int]:
    """An answer with the token that ends it."""
    return [*encode_text(tokenizer, text, known), tokenizer.convert_tokens_to_ids(END)]


def chat(system: str, user: str) -> list[Message]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]
