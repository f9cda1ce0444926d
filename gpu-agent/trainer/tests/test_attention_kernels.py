"""How the variable-length kernels are called, with stand-ins of their signatures that compute on the CPU."""

import sys
from types import ModuleType
from typing import Any

import pytest
import torch
from torch.nn import functional

from engine import attention
from engine.attention import visible
from engine.attention_probe import why_refused

CPU = torch.device("cpu")
Both = tuple[int, int]


def each_segment(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, bounds: tuple[torch.Tensor, torch.Tensor],
    longest: Both, scale: float | None, window: Both, grouped: bool,
) -> torch.Tensor:  # fmt: skip
    """(tokens, heads, dim) in and out; a window is (keys to the left, keys to the right), -1 for all."""
    assert all(part.dtype == torch.int32 for part in bounds)
    assert longest == tuple(int(part.diff().max()) for part in bounds)
    assert window[1] == 0 or window == (-1, -1)
    out = []
    for (at, end), (first, last) in zip(*(zip(part[:-1].tolist(), part[1:].tolist()) for part in bounds)):
        left = None if window[0] < 0 else window[0] + 1
        mask = visible(end - at, last - first, left, CPU)
        head_first = [part.transpose(0, 1)[None] for part in (q[at:end], k[first:last], v[first:last])]
        attended = functional.scaled_dot_product_attention(
            head_first[0], head_first[1], head_first[2],
            attn_mask=mask, is_causal=mask is None, scale=scale, enable_gqa=grouped,
        )  # fmt: skip
        out.append(attended[0].transpose(0, 1))
    return torch.cat(out)


def varlen_of_torch_2_11(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, cu_seq_q: torch.Tensor, cu_seq_k: torch.Tensor,
    max_q: int, max_k: int, *, return_aux: Any = None, scale: float | None = None, window_size: Both = (-1, -1),
) -> torch.Tensor:  # fmt: skip
    return each_segment(
        query, key, value, (cu_seq_q, cu_seq_k), (max_q, max_k), scale, window_size, grouped=True
    )


def varlen_of_torch_2_12(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, cu_seq_q: torch.Tensor, cu_seq_k: torch.Tensor,
    max_q: int, max_k: int, *, return_aux: Any = None, scale: float | None = None, window_size: Both = (-1, -1),
    enable_gqa: bool = False, seqused_k: Any = None, block_table: Any = None, num_splits: int | None = None,
) -> torch.Tensor:  # fmt: skip
    if query.shape[1] != key.shape[1] and not enable_gqa:
        raise ValueError("Expect query and key/value to have the same number of heads")
    return each_segment(
        query, key, value, (cu_seq_q, cu_seq_k), (max_q, max_k), scale, window_size, grouped=enable_gqa
    )


@pytest.mark.parametrize(("kernel", "asks"), [(varlen_of_torch_2_11, False), (varlen_of_torch_2_12, True)])
def test_fewer_key_heads_work_with_torch_2_11_and_later(
    kernel: Any, asks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert attention.asks_for_grouped(kernel) is asks
    monkeypatch.setattr(attention, "varlen_attn", kernel)
    monkeypatch.setattr(attention, "ASKS_FOR_GROUPED", attention.asks_for_grouped(kernel))
    assert why_refused("varlen", CPU, torch.bfloat16, 64) is None
    monkeypatch.setattr(attention, "ASKS_FOR_GROUPED", not asks)
    why = why_refused("varlen", CPU, torch.bfloat16, 64)
    assert why is not None and why.startswith("it failed here: ")


def test_flash_attn_is_called_with_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    def flash_attn_varlen_func(
        q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, cu_seqlens_q: torch.Tensor, cu_seqlens_k: torch.Tensor,
        max_seqlen_q: int, max_seqlen_k: int, dropout_p: float = 0.0, softmax_scale: float | None = None,
        causal: bool = False, window_size: Both = (-1, -1),
    ) -> torch.Tensor:  # fmt: skip
        assert causal
        bounds, longest = (cu_seqlens_q, cu_seqlens_k), (max_seqlen_q, max_seqlen_k)
        return each_segment(q, k, v, bounds, longest, softmax_scale, window_size, grouped=True)

    package: Any = ModuleType("flash_attn")
    package.flash_attn_varlen_func = flash_attn_varlen_func
    monkeypatch.setitem(sys.modules, "flash_attn", package)
    assert why_refused("flash", CPU, torch.bfloat16, 64) is None
