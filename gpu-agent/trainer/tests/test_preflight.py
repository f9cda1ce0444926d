"""What the preflight says of the data, token by token, and the faults that stop a run before it costs anything."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import TINY_LORA, Event, Inside, job_of, of
from test_lora import DPO_INPUTS, prepared, write_lines

from data.preflight import MarkedRow, faults_of, inspect, mark, run_preflight, token_text
from job.job import JobError
from model.tokenizer import chat, encode_answer, encode_prompt, load_tokenizer, train_tokenizer
from starter.ontology import Ontology

BOS, END = 1, 2
ENDS = frozenset({END})


@pytest.mark.parametrize(
    ("ids", "marks", "found"),
    [
        ([BOS, 5, 6, END], "mmtt", []),
        ([BOS, 5, 6, 7], "mmmm", ["no_trained_token"]),
        ([BOS, BOS, 6, END], "mmtt", ["doubled_bos"]),
        ([BOS, 5, BOS, END], "mmtt", ["doubled_bos"]),
        ([BOS, 5, 6, 7], "mmtt", ["no_end_token"]),
        ([BOS, 5, 6, 7, END], "mmttc", ["cut_answers"]),
        ([BOS, 5, 6, 7, END], "ccccc", ["cut_answers"]),
        ([5, 6, END, 7, 8, END, 9], "mttmttm", []),
        ([5, 6, 7, 9, 8, END, 9], "mttmttm", ["no_end_token"]),
    ],
)
def test_each_fault_is_found(ids: list[int], marks: str, found: list[str]) -> None:
    assert faults_of(MarkedRow(1, "answer", ids, marks), BOS, ENDS) == found


def test_a_bos_that_is_also_the_end_token_is_no_fault() -> None:
    assert faults_of(MarkedRow(1, "answer", [2, 5, 2, 6, 2], "mmmtt"), 2, ENDS) == []
    assert faults_of(MarkedRow(1, "answer", [2, 2, 5, 6, 2], "mmmtt"), 2, ENDS) == ["doubled_bos"]


def test_marks() -> None:
    assert mark([1, 2], [3, 4], 4) == "mmtt"
    assert mark([1, 2], [3, 4], 3) == "mmtc"
    assert mark([1, 2], [3, 4], 3, drop=True) == "cccc"


def test_totals_and_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Event] = []
    monkeypatch.setattr("process.events.emit", reported.append)
    tokenizer = train_tokenizer(["# Soup\nCook the beans.", "crème brûlée"] * 20, 320)
    rows = []
    for number in range(1, 201):
        prompt = encode_prompt(tokenizer, chat("You cook.", f"I have {number} <|im_end|> beans."))
        answer = encode_answer(tokenizer, "Crème 🍲" * (40 if number in (150, 151) else 1))
        rows.append(MarkedRow(number, "answer", prompt + answer, mark(prompt, answer, 200)))
    report = run_preflight(rows, tokenizer, 200)
    assert (report.rows, report.sequences, report.faults["cut_answers"]) == (200, 200, 2)
    assert report.trained + report.masked + report.cut == sum(len(row.ids) for row in rows)
    # Two ends of the prompt and one of the answer; what a person typed is none.
    assert report.end_count == 600
    assert (report.bos_token, report.bos_count, report.template.split(" ")[0]) == (None, 0, "ChatML")
    total, *shown = reported
    assert (total["type"], total["sampled"], len(shown)) == ("preflight", 24, 24)
    assert [row["row"] for row in shown[:3]] == [150, 151, 1]
    for event, row in zip(shown, [rows[event["row"] - 1] for event in shown]):
        assert (event["ids"], event["marks"]) == (list(row.ids), row.marks)
        assert [event["texts"][place] for place in event["special"]].count("<|im_end|>") == 3
    json.dumps(reported)
    with pytest.raises(JobError) as stopped:
        run_preflight([*rows, *rows[149:151]], tokenizer, 200)
    assert stopped.value.code == "preflight_cut_answers"
    assert "Raise maxLength" in stopped.value.remedy
    assert run_preflight([*rows, *rows[149:151]], tokenizer, 200, ["cut_answers"]).overridden == [
        "cut_answers"
    ]
    with pytest.raises(JobError, match="no fault named luck"):
        run_preflight(rows, tokenizer, 200, ["luck"])


def test_a_part_of_a_character_is_shown_as_bytes() -> None:
    tokenizer = train_tokenizer(["beans"], 300)
    ids = tokenizer("é beans", add_special_tokens=False)["input_ids"]
    texts = [token_text(tokenizer, token) for token in ids]
    assert texts[:2] == ["Ã", "©"]
    assert "".join(texts[2:]) == " beans"


def test_long_rows_keep_their_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Event] = []
    monkeypatch.setattr("process.events.emit", reported.append)
    tokenizer = train_tokenizer(["beans"], 300)
    ids = [5] * 9000 + [tokenizer.eos_token_id]
    run_preflight([MarkedRow(1, "answer", ids, "m" * 8999 + "tt")], tokenizer, 10_000)
    assert reported[1]["omitted"] == {"at": 1024, "count": 9001 - 4096}
    assert (len(reported[1]["ids"]), reported[1]["marks"][-3:]) == (4096, "mtt")
    assert inspect([], tokenizer, "x", 10)[0].rows == 0


def stopped_run(
    inside: Inside, work: Path, rows: list[dict[str, Any]], config: dict[str, Any], code: int
) -> list[Event]:
    write_lines(work / "inputs" / "pairs.jsonl", rows)
    return inside(
        "train_dpo.py",
        job_of("dpo", work, DPO_INPUTS, {**TINY_LORA, "epochs": 1, "maxLength": 384, **config}),
        code,
    )


def test_a_run_is_stopped_before_it_starts_unless_overridden(
    pretrained: tuple[Path, list[Event]], ontology: Ontology, tmp_path: Path, inside: Inside
) -> None:
    work = prepared(tmp_path / "work", pretrained[0] / "output" / "hf", ontology)
    pairs = work / "inputs" / "pairs.jsonl"
    rows = [json.loads(line) for line in pairs.read_text(encoding="utf-8").splitlines()]
    rows[3]["rejected"] *= 9
    tokenizer = load_tokenizer(work / "inputs" / "model")
    assert len(encode_answer(tokenizer, rows[3]["rejected"])) > 384
    lines = stopped_run(inside, work, rows, {}, code=1)
    assert lines[-1]["error"]["code"] == "preflight_cut_answers"
    # The pair is left out as a whole: both of its answers count.
    assert lines[-1]["error"]["message"] == "2 of 32 answers (6.2%) do not fit into 384 tokens."
    assert of(lines, "preflight")[0]["faults"]["cut_answers"] == 2
    assert [(row["row"], row["part"]) for row in of(lines, "preflight-row")[:2]] == [
        (4, "chosen"),
        (4, "rejected"),
    ]
    assert not of(lines, "run-start")
    lines = stopped_run(inside, work, rows, {"overridePreflight": ["cut_answers"]}, code=0)
    assert lines[-1]["status"] == "finished"
    assert of(lines, "preflight")[0]["overridden"] == ["cut_answers"]
