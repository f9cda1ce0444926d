"""Rows without padding: sequences laid end to end, and which positions of the row are scored for whom."""

from dataclasses import dataclass

import torch

from engine.attention import AttentionPlan


def on_device(values: list[int] | list[list[int]], device: torch.device) -> torch.Tensor:
    """Whole numbers as int64 on the device; a GPU takes them from pinned memory and is not waited for."""
    tensor = torch.tensor(values, dtype=torch.int64)
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def doubles(values: list[float] | list[list[float]], device: torch.device) -> torch.Tensor:
    """The same for numbers, as float64."""
    tensor = torch.tensor(values, dtype=torch.float64)
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


@dataclass(frozen=True)
class Sequence:
    """Token ids and, for each, whether it is learned (or, in preference training, scored)."""

    ids: list[int]
    learned: list[bool]


@dataclass(frozen=True)
class Pair:
    """A prompt with a preferred and a rejected answer, as token ids; the weight multiplies the pair's loss."""

    prompt: list[int]
    chosen: list[int]
    rejected: list[int]
    weight: float = 1.0

    def sides(self) -> tuple[list[int], list[int]]:
        return self.chosen, self.rejected


@dataclass
class PackedRow:
    """One row of a model's input. Scored token number i is predicted at `at[i]`, is `labels[i]` and belongs to
    sequence `owner[i]`; in rows of pairs, sequence 2j is the chosen and 2j + 1 the rejected side of pair j."""

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    plan: AttentionPlan
    at: torch.Tensor
    labels: torch.Tensor
    owner: torch.Tensor
    sequences: int

    @property
    def tokens(self) -> int:
        return self.input_ids.shape[1]


class RowBuilder:
    """Collects segments on the host, then moves one row to the device."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.positions: list[int] = []
        self.queries: list[int] = []
        self.keys: list[int] = []
        self.gather: list[int] = []
        self.at: list[int] = []
        self.labels: list[int] = []
        self.owner: list[int] = []
        self.sequences = 0
        self.gathers = False

    def lay(self, ids: list[int], first_position: int, seen_from: int, seen: int) -> int:
        """Add a segment that also sees `seen` earlier tokens of the row from `seen_from`; returns where it begins."""
        begin = len(self.ids)
        self.ids += ids
        self.positions += range(first_position, first_position + len(ids))
        self.queries.append(len(ids))
        self.keys.append(seen + len(ids))
        self.gather += [*range(seen_from, seen_from + seen), *range(begin, begin + len(ids))]
        self.gathers = self.gathers or seen > 0
        return begin

    def score(self, positions: list[int], labels: list[int]) -> None:
        """One more sequence: these positions predict these labels."""
        self.at += positions
        self.labels += labels
        self.owner += [self.sequences] * len(labels)
        self.sequences += 1

    def add_sequence(self, sequence: Sequence) -> None:
        begin = self.lay(sequence.ids, 0, 0, 0)
        learned = [i for i in range(1, len(sequence.ids)) if sequence.learned[i]]
        self.score([begin + i - 1 for i in learned], [sequence.ids[i] for i in learned])

    def add_pair(self, pair: Pair, share: bool) -> None:
        """Both sides; with `share` the prompt is laid once and the rejected answer does not see the chosen one."""
        length = len(pair.prompt)
        first = self.lay(pair.prompt + pair.chosen, 0, 0, 0) + length
        self.score(list(range(first - 1, first - 1 + len(pair.chosen))), pair.chosen)
        if share:
            begin = self.lay(pair.rejected, length, first - length, length)
            positions = [first - 1, *range(begin, begin + len(pair.rejected) - 1)]
        else:
            begin = self.lay(pair.prompt + pair.rejected, 0, 0, 0)
            positions = list(range(begin + length - 1, begin + length - 1 + len(pair.rejected)))
        self.score(positions, pair.rejected)

    def build(self, device: torch.device, kind: str) -> PackedRow:
        index = on_device(self.gather, device) if self.gathers else None
        return PackedRow(
            on_device([self.ids], device),
            on_device([self.positions], device),
            AttentionPlan(self.queries, self.keys, index, device, kind),
            on_device(self.at, device),
            on_device(self.labels, device),
            on_device(self.owner, device),
            self.sequences,
        )


def pack_sequences(sequences: list[Sequence], device: torch.device, kind: str) -> PackedRow:
    builder = RowBuilder()
    for sequence in sequences:
        builder.add_sequence(sequence)
    return builder.build(device, kind)


def pack_pairs(pairs: list[Pair], device: torch.device, kind: str, share: bool) -> PackedRow:
    builder = RowBuilder()
    for pair in pairs:
        builder.add_pair(pair, share)
    return builder.build(device, kind)


def pair_tokens(pair: Pair, share: bool) -> int:
    """Tokens that the pair takes in a row."""
    return len(pair.prompt) * (1 if share else 2) + len(pair.chosen) + len(pair.rejected)


def fill_bins(sizes: list[int], room: int) -> list[list[int]]:
    """Best-fit decreasing: indices of the items of each bin. An item larger than `room` has a bin of its own.

    The order within a bin, and of the bins, follows the items' own, so that a plan is the same in every run.
    """
    bins: list[list[int]] = []
    left: list[int] = []
    for index in sorted(range(len(sizes)), key=lambda i: (-sizes[i], i)):
        fitting = [number for number, space in enumerate(left) if space >= sizes[index]]
        if fitting:
            best = min(fitting, key=lambda number: (left[number], number))
            bins[best].append(index)
            left[best] -= sizes[index]
        else:
            bins.append([index])
            left.append(room - sizes[index])
    return sorted(sorted(bin) for bin in bins)
