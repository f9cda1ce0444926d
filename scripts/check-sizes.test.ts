import { expect, it } from 'vitest'
import { findOversize } from './check-sizes.mjs'

const lines = (count: number) => 'x\n'.repeat(count)

it('finds a source file of 301 lines, and none of 300', () => {
  expect(findOversize('packages/core/src/a.ts', lines(300))).toEqual([])
  expect(findOversize('packages/core/src/a.ts', lines(301))).toEqual([
    'packages/core/src/a.ts: 301 lines; split it, 300 is the limit',
  ])
  for (const file of ['apps/web/a.tsx', 'scripts/lib/a.mjs', 'gpu-agent/trainer/engine/a.py', 'a.py'])
    expect(findOversize(file, lines(301))).toHaveLength(1)
})

it('leaves text and data alone', () => {
  for (const file of ['docs/a.md', 'packages/a.json']) expect(findOversize(file, lines(2000))).toEqual([])
})
