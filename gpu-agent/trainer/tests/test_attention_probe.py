"""The probe of attention kernels, on stand-ins: what precision explains passes, what is wrong is refused by name."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from engine.attention import AttentionPlan, LayerRule, attend
from engine.attention_probe import (
    Attend,
    choose_attention,
    explained_error,
    relative_error,
    run_once,
    why_refused,
)

CPU = torch.device("cpu")
HALF = (torch.bfloat16, torch.float16)


def changed(change: Callable[[AttentionPlan, LayerRule], tuple[AttentionPlan, LayerRule]]) -> Attend:
    """Plain attention under a changed plan or rule: a kernel with a fault."""

    def work(
        q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, plan: AttentionPlan, rule: LayerRule
    ) -> torch.Tensor:
        return attend(q, k, v, *change(replace(plan, kind="sdpa"), rule))

    return work


plain = changed(lambda plan, rule: (plan, rule))


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("head_dim", (64, 128))
def test_rounding_is_no_reason_to_refuse_a_kernel(dtype: torch.dtype, head_dim: int) -> None:
    assert why_refused("varlen", CPU, dtype, head_dim, plain) is None


def test_one_coarse_rounding_of_a_large_value_is_explained() -> None:
    """On an H200 one element of k's gradient, near 16, was off by 0.125: one step of bfloat16 there, which the
    comparison of single elements took for a fault."""
    reference = torch.randn(2, 24, 128, generator=torch.Generator().manual_seed(1)) * 4
    recorded = reference.to(torch.bfloat16)
    recorded[0, 0, 0] += 0.125
    assert not torch.allclose(recorded.float(), reference, atol=0.05, rtol=0.0)
    assert relative_error(recorded, reference) < explained_error(torch.bfloat16)


FAULTS = {
    "sees one key less": changed(lambda plan, rule: (plan, replace(rule, window=(rule.window or 24) - 1))),
    "ignores the window": changed(lambda plan, rule: (plan, replace(rule, window=None))),
    "wrong scale": changed(lambda plan, rule: (plan, replace(rule, scale=0.1))),
    "ignores the prompt of a shared segment": changed(
        lambda plan, rule: (
            replace(plan, key_index=torch.tensor([*range(9), *range(9), *range(14, 24)])[:28]),
            rule,
        )
    ),
}


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_kernel_is_refused_with_its_error(fault: str, dtype: torch.dtype) -> None:
    why = why_refused("varlen", CPU, dtype, 64, FAULTS[fault])
    assert why is not None and "% off" in why and str(dtype).removeprefix("torch.") in why


def test_only_a_wrong_gradient_is_refused_too() -> None:
    class Halved(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, value: torch.Tensor) -> torch.Tensor:
            return value.view_as(value)

        @staticmethod
        def backward(ctx: object, *gradients: torch.Tensor) -> torch.Tensor:
            return gradients[0] / 2

    def work(
        q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, plan: AttentionPlan, rule: LayerRule
    ) -> torch.Tensor:
        return plain(q, Halved.apply(k), v, plan, rule)

    why = why_refused("varlen", CPU, torch.bfloat16, 64, work)
    assert why is not None and why.startswith("the gradient of k is 50.0% off")


def test_a_kernel_that_raises_or_gives_nan_is_refused() -> None:
    def raises(*_: object) -> torch.Tensor:
        raise TypeError("varlen_attn() got an unexpected keyword argument 'enable_gqa'")

    def broken(
        q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, plan: AttentionPlan, rule: LayerRule
    ) -> torch.Tensor:
        return plain(q, k, v, plan, rule) * float("nan")

    why = why_refused("varlen", CPU, torch.bfloat16, 64, raises)
    assert why is not None and "TypeError" in why and "enable_gqa" in why
    assert "the output is inf" in (why_refused("varlen", CPU, torch.bfloat16, 64, broken) or "")


def test_a_slower_choice_names_its_reason() -> None:
    assert choose_attention(CPU, torch.float32, 64).reason is None, "a CPU has nothing faster"
    cuda = torch.device("cuda")
    in_full = choose_attention(cuda, torch.float32, 64)
    assert (in_full.kind, "float32" in (in_full.reason or "")) == ("sdpa", True)
    assert "caps" in (choose_attention(cuda, torch.bfloat16, 64, is_capped=True).reason or "")


def test_the_probe_leaves_the_random_numbers_alone() -> None:
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    why_refused("varlen", CPU, torch.bfloat16, 64, plain)
    assert torch.equal(before, torch.random.get_rng_state())
    assert (
        len(
            run_once(plain, [torch.randn(1, 2, 24, 8)] * 3, AttentionPlan([24], [24], None, CPU), LayerRule())
        )
        == 4
    )
