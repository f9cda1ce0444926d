import { expect, test } from 'vitest'
import { z } from 'zod'
import cases from '../../fixtures/memory-plans.json' with { type: 'json' }
import { activationBytesPerToken, listMemoryPlans } from './memory-plan'

const Case = z.object({
  title: z.string(),
  wish: z.object({
    device: z.enum(['cuda', 'cpu']),
    precision: z.enum(['fp32', 'bf16', 'nf4']),
    mayQuantize: z.boolean(),
    checkpointing: z.enum(['auto', 'on', 'off']),
    microTokens: z.number(),
  }),
  sizes: z.object({ hiddenSize: z.number(), ffnSize: z.number(), layers: z.number() }),
  freeBytes: z.number(),
  plans: z.array(z.tuple([z.string(), z.number(), z.boolean()])),
})

// gpu-agent/trainer/tests/test_memory_plan.py replays the same cases.
test.each(Case.array().parse(cases))('$title', ({ wish, sizes, freeBytes, plans }) => {
  const listed = listMemoryPlans(wish, sizes, freeBytes)
  expect(
    listed.map(({ precision, microTokens, checkpointing }) => [precision, microTokens, checkpointing]),
  ).toEqual(plans)
})

test('a token of Llama-3.2-3B keeps 5.5 MB in bf16, and 0.4 MB with checkpointing', () => {
  const sizes = { hiddenSize: 3072, ffnSize: 8192, layers: 28 }
  const bytes = (checkpointing: boolean) =>
    activationBytesPerToken(sizes, { precision: 'bf16', checkpointing })
  expect([bytes(false), bytes(true)]).toEqual([28 * 2 * 98_304, 28 * 2 * 3072 + 2 * 98_304])
})
