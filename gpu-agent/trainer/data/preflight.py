"""The preflight: which tokens will be trained on, shown as they are, and the four faults that stop a run.

A trainer encodes its rows to `MarkedRow`s, one for every sequence that the loss will see and none dropped silently,
and calls `run_preflight` before it loads the model. The report says so for all rows; a sample of them, faulty ones first, goes
along token by token.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from transformers import PreTrainedTokenizerFast

from job.generated import PREFLIGHT_CODES
from job.job import JobError, camel
from model.template import ChatFormat, find_chat_format
from process import events

TRAINED, MASKED, CUT = "t", "m", "c"
SAMPLE_ROWS = 24
PER_FAULT = 4
SHOWN_TOKENS = 4096
# Above this share of cut answers the run stops; below it, a few outliers are only counted.
CUT_LIMIT = 0.01
FAULTS = tuple(PREFLIGHT_CODES)


@dataclass(frozen=True)
class MarkedRow:
    """One encoded sequence before anything of it is dropped, with a mark for each token.

    `row` is the line of the input, from 1; `part` names the sequence within it (answer, chosen, rejected, text).
    `marks` holds a letter a token: `t` trained, `m` masked (read, not learned), `c` cut (beyond the maximum length).
    A row that is left out because it is too long has every mark `c`.
    """

    row: int
    part: str
    ids: Sequence[int]
    marks: str


@dataclass
class Report:
    """Totals over all rows. Tokens by mark; faults as counts of sequences."""

    template: str
    max_length: int
    rows: int = 0
    sequences: int = 0
    trained: int = 0
    masked: int = 0
    cut: int = 0
    longest: int = 0
    bos_token: str | None = None
    bos_count: int = 0
    end_token: str | None = None
    end_count: int = 0
    faults: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAULTS, 0))
    overridden: list[str] = field(default_factory=list)


def mark(prompt: Sequence[int], answer: Sequence[int], max_length: int, *, drop: bool = False) -> str:
    """Marks of a prompt that is read and an answer that is learned; what lies beyond `max_length` is cut, or,
    where the trainer leaves such a row out (`drop`), all of it."""
    whole = MASKED * len(prompt) + TRAINED * len(answer)
    if len(whole) <= max_length:
        return whole
    return CUT * len(whole) if drop else whole[:max_length] + CUT * (len(whole) - max_length)


def name_template(form: ChatFormat | None) -> str:
    """The chat template by its family and the start of its hash, so that two runs can be compared."""
    if form is None:
        return "plain text"
    digest = hashlib.sha256(form.template.source.encode()).hexdigest()[:8]
    merged = ", system text before the first request" if form.template.merges_system else ""
    return f"{form.family} ({digest}){merged}"


def faults_of(row: MarkedRow, bos: int | None, ends: frozenset[int], repeats: bool = False) -> list[str]:
    """What is wrong with one sequence. A cut answer is not blamed for its missing end as well. `repeats`: BOS may stand
    at later turns too, but not twice at the start."""
    found = []
    if CUT not in row.marks and TRAINED not in row.marks:
        found.append("no_trained_token")
    if (
        bos is not None
        and list(row.ids).count(bos) > 1
        and (not (repeats or bos in ends) or list(row.ids[:2]) == [bos, bos])
    ):
        found.append("doubled_bos")
    if TRAINED in row.marks and any(row.ids[last] not in ends for last in span_ends(row)):
        found.append("no_end_token")
    if CUT in row.marks:
        found.append("cut_answers")
    return found


def span_ends(row: MarkedRow) -> list[int]:
    """Where a learned answer ends: before a masked token, or with the sequence; not where it was cut."""
    return [
        index
        for index, letter in enumerate(row.marks)
        if letter == TRAINED and (index + 1 == len(row.marks) or row.marks[index + 1] == MASKED)
    ]


def inspect(
    rows: Iterable[MarkedRow], tokenizer: PreTrainedTokenizerFast, template: str, max_length: int
) -> tuple[Report, list[tuple[MarkedRow, list[str]]]]:
    """Totals over all rows, and the sample: up to four of each fault, the others spread evenly over the data."""
    form = find_chat_format(tokenizer)
    bos = tokenizer.bos_token_id
    ends = form.end_ids if form else frozenset({tokenizer.eos_token_id})
    # SmolLM2's and Llama 2's templates begin each turn with it.
    repeats = form is not None and form.repeats_bos
    end = form.end_token if form else tokenizer.eos_token
    report = Report(template, max_length, bos_token=tokenizer.bos_token, end_token=end)
    checked = [(row, faults_of(row, bos, ends, repeats)) for row in rows]
    report.rows = len({row.row for row, _ in checked})
    report.sequences = len(checked)
    for row, found in checked:
        report.trained += row.marks.count(TRAINED)
        report.masked += row.marks.count(MASKED)
        report.cut += row.marks.count(CUT)
        report.longest = max(report.longest, len(row.ids))
        report.bos_count += sum(token == bos for token in row.ids)
        report.end_count += sum(token in ends for token in row.ids)
        for fault in found:
            report.faults[fault] += 1
    return report, choose(checked)


def choose(checked: list[tuple[MarkedRow, list[str]]]) -> list[tuple[MarkedRow, list[str]]]:
    """All sequences of the chosen rows, so that the two answers of a pair stay together."""
    faults: dict[int, set[str]] = {}
    for row, found in checked:
        faults.setdefault(row.row, set()).update(found)
    chosen = {
        row
        for fault in FAULTS
        for row in [row for row, found in faults.items() if fault in found][:PER_FAULT]
    }
    clean = [row for row in faults if row not in chosen]
    spare = min(max(SAMPLE_ROWS - len(chosen), 0), len(clean))
    chosen.update(clean[index * len(clean) // spare] for index in range(spare))
    sample = [(row, found) for row, found in checked if row.row in chosen]
    return sorted(sample, key=lambda one: (not faults[one[0].row], one[0].row))


def token_text(tokenizer: PreTrainedTokenizerFast, token: int) -> str:
    """A token as a person reads it: its text, or its bytes where it is a part of a character."""
    piece = tokenizer.convert_ids_to_tokens(token)
    if piece.startswith("▁"):
        return piece.replace("▁", " ")
    text = tokenizer.decode([token], skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return piece if "\ufffd" in text else text


def broken_rule(report: Report) -> tuple[str, str, str] | None:
    """The first fault that stops the run and is not overridden: its name, what is the matter, what to change."""
    count, of = report.faults, report.sequences
    longest, limit = report.longest, report.max_length
    sentences = {
        "no_trained_token": (
            f"{count['no_trained_token']} of {of} sequences hold no token to learn from.",
            "Give each row an answer; where a response template finds it, check that the template is in the text.",
        ),
        "doubled_bos": (
            f"{count['doubled_bos']} of {of} sequences begin twice: {report.bos_token} stands in them more than once.",
            "Take the token out of the data or out of the chat template; one of them adds it already.",
        ),
        "no_end_token": (
            f"{count['no_end_token']} of {of} sequences teach an answer without an end token.",
            f"End each answer with {report.end_token}, or the model will not learn to stop.",
        ),
        "cut_answers": (
            f"{count['cut_answers']} of {of} answers ({count['cut_answers'] / max(of, 1):.1%}) do not fit into "
            f"{limit} tokens.",
            f"Raise maxLength (the longest needs {longest}), or shorten the answers.",
        ),
    }
    for fault in FAULTS:
        broken = count[fault] > (CUT_LIMIT * of if fault == "cut_answers" else 0)
        if broken and fault not in report.overridden:
            cause, remedy = sentences[fault]
            return fault, cause, f"{remedy} An engineer may override this by name: {fault}."
    return None


def report_events(
    report: Report, sample: list[tuple[MarkedRow, list[str]]], tokenizer: PreTrainedTokenizerFast
) -> None:
    """The report and the sample as events: one `preflight`, then a `preflight-row` for each sequence."""
    specials = {token for token, added in tokenizer.added_tokens_decoder.items() if added.special}
    totals = {camel(name): value for name, value in asdict(report).items()}
    events.emit({"type": "preflight", **totals, "sampled": len(sample)})
    for row, found in sample:
        # The end is what matters most (is the answer whole?), so of a long row the middle is left out.
        head = len(row.ids) if len(row.ids) <= SHOWN_TOKENS else SHOWN_TOKENS // 4
        tail = len(row.ids) - (SHOWN_TOKENS - head) if head < len(row.ids) else len(row.ids)
        shown = [*range(head), *range(tail, len(row.ids))]
        events.emit(
            {
                "type": "preflight-row",
                "row": row.row,
                "part": row.part,
                "faults": found,
                "ids": [int(row.ids[index]) for index in shown],
                "texts": [token_text(tokenizer, int(row.ids[index])) for index in shown],
                "marks": "".join(row.marks[index] for index in shown),
                "special": [place for place, index in enumerate(shown) if int(row.ids[index]) in specials],
                "omitted": {"at": head, "count": tail - head} if tail > head else None,
            }
        )


def run_preflight(
    rows: Iterable[MarkedRow],
    tokenizer: PreTrainedTokenizerFast,
    max_length: int,
    override: Sequence[str] = (),
    template: str | None = None,
) -> Report:
    """Report what will be trained on; raises `JobError` `preflight_<fault>` where the data has a fault that is not overridden.

    `override` names faults that an engineer has allowed; `template` says how answers are found where it is not the
    tokenizer's chat template.
    """
    unknown = sorted(set(override) - set(FAULTS))
    if unknown:
        raise JobError(
            "bad_job",
            f"There is no fault named {', '.join(unknown)} to override.",
            f"Use {', '.join(FAULTS)}.",
        )
    report, sample = inspect(
        rows, tokenizer, template or name_template(find_chat_format(tokenizer)), max_length
    )
    report.overridden = sorted(set(override))
    report_events(report, sample, tokenizer)
    broken = broken_rule(report)
    if broken:
        fault, cause, remedy = broken
        raise JobError(PREFLIGHT_CODES[fault], cause, remedy)
    return report
