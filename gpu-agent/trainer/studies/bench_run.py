"""Runs the arms of the training bench in turn, says each result as it comes, and begins none that cannot end in time."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context

import torch

from run.lifecycle import silence_libraries
from studies.bench_arms import ARMS, Arm, Bench, Failure, Result, attempt, why_not_here
from studies.bench_schedule import Key, LeftOut, Schedule


def prepare_process(threads: int) -> None:
    silence_libraries()
    torch.set_num_threads(threads)


class OwnProcess:
    """One other process for the arms that patch theirs, started with the first of them."""

    def __init__(self) -> None:
        self.pool: ProcessPoolExecutor | None = None

    def attempt(self, bench: Bench, method: str, arm: Arm) -> Result | Failure:
        if self.pool is None:
            threads = torch.get_num_threads()
            self.pool = ProcessPoolExecutor(1, get_context("spawn"), prepare_process, (threads,))
        try:
            return self.pool.submit(attempt, bench, method, arm).result()
        except BrokenProcessPool:
            self.close()
            return Failure("its process was killed, by the system where memory ran out.", expected=False)

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown()
            self.pool = None


class Runner:
    """`began` is when the process did, in seconds of `time.time`; `peak` is the device's in FLOP/s; `say` shows a
    line at once."""

    def __init__(
        self,
        bench: Bench,
        methods: list[str],
        schedule: Schedule,
        began: float,
        peak: float,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
    ) -> None:
        self.bench, self.methods, self.schedule, self.began = bench, methods, schedule, began
        self.peak, self.say = peak, say
        self.results: list[Result] = []
        self.left_out: list[LeftOut] = []
        self.failed = False
        self.own = OwnProcess()
        self.given_up: set[Key] = set()

    def run(self, rounds: int) -> None:
        """Warm-ups of all arms, then the rounds in the order A B C A B C."""
        try:
            for arm in ARMS:
                reason = why_not_here(arm, self.bench.device)
                if reason is not None:
                    self.leave_out(LeftOut(arm.name, reason))
                    self.given_up |= {(method, arm.name) for method in self.methods}
            for method, arm in self.remaining():
                self.warm_up(method, arm)
            for number in range(1, rounds + 1):
                for method, arm in self.remaining():
                    self.measure(number, method, arm)
        finally:
            self.own.close()

    def remaining(self) -> Iterator[tuple[str, Arm]]:
        for method in self.methods:
            for arm in ARMS:
                if (method, arm.name) not in self.given_up:
                    yield method, arm

    def warm_up(self, method: str, arm: Arm) -> None:
        """Kernels are chosen and memory pools grown before anything is timed."""
        key = (method, arm.name)
        reason = self.schedule.why_not(key, time.time() - self.began, warm_up=True)
        if reason is not None:
            self.give_up(LeftOut(arm.name, reason, method))
            return
        small = replace(self.bench, items=self.bench.micro * self.bench.accumulate, epochs=1)
        done, wall = self.try_once(small, method, arm)
        if isinstance(done, Failure):
            self.failed |= not done.expected
            self.give_up(LeftOut(arm.name, done.reason, method))
            return
        self.schedule.note_warm_up(key, wall, done.seconds)

    def measure(self, number: int, method: str, arm: Arm) -> None:
        key = (method, arm.name)
        reason = self.schedule.why_not(key, time.time() - self.began)
        if reason is not None:
            self.leave_out(LeftOut(arm.name, reason, method, number))
            return
        done, wall = self.try_once(self.bench, method, arm)
        if isinstance(done, Failure):
            self.failed |= not done.expected
            self.give_up(LeftOut(arm.name, done.reason, method, number))
            return
        self.schedule.note(key, wall)
        self.results.append(done)
        self.say(
            f"round {number}: {method}, {arm.name}: {done.speed:,.0f} tokens/s, utilization "
            f"{done.utilization(self.peak).model:.1%}, {done.peak_bytes / 1e9:.2f} GB, {wall:.0f} s"
        )

    def try_once(self, bench: Bench, method: str, arm: Arm) -> tuple[Result | Failure, float]:
        """And the seconds that it took in all."""
        began = time.monotonic()
        done = self.own.attempt(bench, method, arm) if arm.liger else attempt(bench, method, arm)
        return done, time.monotonic() - began

    def give_up(self, what: LeftOut) -> None:
        """Not to be tried again in a later round."""
        self.leave_out(what)
        self.given_up.add((what.method or "", what.arm))

    def leave_out(self, what: LeftOut) -> None:
        self.left_out.append(what)
        self.say(str(what))
