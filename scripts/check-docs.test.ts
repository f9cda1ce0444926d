import { expect, it } from 'vitest'
import { findDeadPaths, indexProject } from './check-docs.mjs'

const pages: Record<string, string> = {
  'docs/a.md': '# One page\n## What it does, and why\n```\n# not a heading\n```\n',
  'README.md': '# Start',
  'packages/core/src/run/create.ts': '',
  'gpu-agent/trainer/tests/test_parity.py': '',
}
const project = indexProject(Object.keys(pages), (file) => pages[file] ?? '')
const find = (content: string, page = 'docs/a.md') => findDeadPaths(page, content, project)

it.each([
  '`packages/core/src/run/create.ts`, `run/create.ts` and `create.ts`',
  'the folders `packages/core/`, packages/core/src, and packages/core.',
  '[a](a.md), [b](a.md#what-it-does-and-why), [c](#one-page), [d](../README.md), [e](https://example.org/x.md)',
  '`packages/core/src/<entity>/<verb>.ts`, `docs/*.md`, `docs/adr/NNNN-….md`',
  '`owner/name`, `system/cpu`, `config.json`, `/files/objects`, `run:create`, and/or',
])('leaves "%s" alone', (content) => {
  expect(find(content)).toEqual([])
})

it.each([
  ['fine\n`packages/core/src/run/made.ts`', 'docs/a.md:2: packages/core/src/run/made.ts does not exist'],
  ['`train_it.py`', 'docs/a.md:1: train_it.py does not exist'],
  ['`core/src/run/create.py`', 'docs/a.md:1: core/src/run/create.py does not exist'],
  ['gpu-agent/daemon/   the daemon', 'docs/a.md:1: gpu-agent/daemon/ does not exist'],
  ['[a](b.md)', 'docs/a.md:1: the link b.md leads nowhere'],
  ['[a](a.md#not-a-heading)', 'docs/a.md:1: the link a.md#not-a-heading leads nowhere'],
  ['![a](images/a.png)', 'docs/a.md:1: the link images/a.png leads nowhere'],
])('finds what leads nowhere in "%s"', (content, finding) => {
  expect(find(content)).toEqual([finding])
})
