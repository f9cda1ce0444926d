import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

const python = process.env.PALATE_PYTHON
const unlessPython = python ? '' : ' (skipped: PALATE_PYTHON names no Python environment to parse a job with)'
const root = join(import.meta.dirname, '../../../..')
const run = promisify(execFile)

/** What a setting goes through: everything else of the repository is left out. */
const copied = [
  'packages/protocol',
  'packages/config',
  'packages/ui',
  'packages/core/src/run/schemas.ts',
  'apps/web/features/run/form/form-settings.ts',
  'apps/web/features/run/form/setting-field.tsx',
  'apps/web/features/run/form/setting-sections.tsx',
  'scripts/generate.mjs',
  'gpu-agent/trainer/job',
  'package.json',
]

const setting = `export const trainSettings = {
  madeUpShare: number({
    ...{ group: 'loss', kinds: ['dpo'], min: 0, max: 0.25, default: 0.125 },
    ...{ label: 'Made-up share', hint: 'A setting that a test has made up.' },
  }),`

/** Reads the new setting as the API, the form and its HTML have it. */
const reader = `
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { CreateRunInput } from './packages/core/src/run/schemas'
import { listFormSettings } from './apps/web/features/run/form/form-settings'
import { SettingSections } from './apps/web/features/run/form/setting-sections'

const order = (madeUpShare: number) => CreateRunInput.safeParse({ kind: 'dpo', config: { madeUpShare } })
const props = { kind: 'dpo', texts: {}, errors: new Map(), onChange() {} } as const
process.stdout.write(JSON.stringify({
  accepted: order(0.25).data,
  refused: order(0.5).error?.issues[0],
  field: listFormSettings('dpo').find(({ name }) => name === 'madeUpShare'),
  html: renderToStaticMarkup(createElement(SettingSections, props)),
}))
`
const Read = z.object({
  accepted: z.unknown(),
  refused: z.unknown(),
  field: z.unknown(),
  html: z.string(),
})

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palate-setting-'))
  for (const path of copied)
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (from) => !/node_modules|\.test\.tsx?$|__pycache__|\.turbo/.test(from),
    })
  linkModules()
  const table = join(folder, 'packages/protocol/src/v1/train-config.ts')
  writeFileSync(table, readFileSync(table, 'utf8').replace('export const trainSettings = {', setting))
  await run(process.execPath, ['scripts/generate.mjs', 'packages/protocol'], { cwd: folder })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The packages of npm as they are, and of our own those of the copy. */
function linkModules() {
  const modules = join(root, 'node_modules')
  mkdirSync(join(folder, 'node_modules/@palate'), { recursive: true })
  for (const name of readdirSync(modules))
    if (name !== '@palate') symlinkSync(join(modules, name), join(folder, 'node_modules', name))
  for (const name of ['protocol', 'config', 'ui'])
    symlinkSync(join(folder, 'packages', name), join(folder, 'node_modules/@palate', name))
}

const readCopy = (path: string) => readFileSync(join(folder, path), 'utf8')

describe('a setting that is added to train-config.ts alone', () => {
  it('is in the generated JSON Schema and in the docs', () => {
    const schema: unknown = JSON.parse(readCopy('packages/protocol/schema/train-config.json'))
    expect(schema).toMatchObject({
      $defs: { dpo: { properties: { madeUpShare: { type: 'number', maximum: 0.25, default: 0.125 } } } },
    })
    expect(schema).not.toMatchObject({ $defs: { sft: { properties: { madeUpShare: {} } } } })
    expect(readCopy('docs/settings.md')).toContain('**Made-up share**<br>`madeUpShare` | dpo | `0.125`')
  })

  it('is accepted and bounded by the API, and is a field of the form', async () => {
    writeFileSync(join(folder, 'reader.tsx'), reader)
    writeFileSync(join(folder, 'tsconfig.json'), '{"extends": "./packages/config/tsconfig.json"}')
    const tsx = join(root, 'node_modules/.bin/tsx')
    const { stdout } = await run(tsx, ['reader.tsx'], {
      cwd: folder,
    })
    const { accepted, refused, field, html } = Read.parse(JSON.parse(stdout))
    expect(accepted).toMatchObject({ kind: 'dpo', config: { madeUpShare: 0.25 } })
    expect(refused).toMatchObject({
      path: ['config', 'madeUpShare'],
      message: 'Use a number from 0 to 0.25.',
    })
    expect(field).toMatchObject({ label: 'Made-up share', group: 'loss', default: 0.125 })
    expect(html).toMatch(/data-setting="madeUpShare".*Made-up share.*placeholder="0\.125 by default"/)
  })

  it.skipIf(!python)(`is parsed by the trainer, default and bound included${unlessPython}`, async () => {
    const script = `
import json
from job.error import JobError
from job.settings import parse_config
found = [parse_config("dpo", config).made_up_share for config in ({"madeUpShare": 0.25}, {})]
try:
    parse_config("dpo", {"madeUpShare": 0.5})
except JobError as error:
    found.append(f"{error.message} {error.remedy}")
print(json.dumps(found))`
    const { stdout } = await run(python ?? '', ['-c', script], { cwd: join(folder, 'gpu-agent/trainer') })
    expect(JSON.parse(stdout)).toEqual([
      0.25,
      0.125,
      'config.madeUpShare is 0.5. Use a number from 0 to 0.25.',
    ])
  })
})
