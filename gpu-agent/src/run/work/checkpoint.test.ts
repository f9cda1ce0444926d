import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { forgetCheckpointsBeyond, newestCheckpoint } from './checkpoint'

let work: string
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'palate-checkpoint-'))
})
afterEach(() => rm(work, { recursive: true, force: true }))

const names = [
  'adapter_model.safetensors',
  'optimizer.pt',
  'scheduler.pt',
  'rng_state.pth',
  'best/weights.bin',
]

async function write(step: number, manifest: object | string | null = {}): Promise<string> {
  const folder = join(work, `checkpoints/checkpoint-${step}`)
  const files: Record<string, object> = {}
  for (const name of names) {
    const bytes = Buffer.from(`${name} at step ${step}`)
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), bytes)
    files[name] = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  }
  if (manifest !== null)
    await writeFile(
      join(folder, 'manifest.json'),
      typeof manifest === 'string' ? manifest : JSON.stringify({ version: 1, step, files, ...manifest }),
    )
  return folder
}

async function newest(): Promise<[string | null, string[]]> {
  const torn: string[] = []
  return [await newestCheckpoint(work, (name, reason) => torn.push(`${name}: ${reason}`)), torn]
}

it('takes the newest by its number, and null where there is none', async () => {
  expect(await newest()).toEqual([null, []])
  for (const step of [25, 100, 75]) await write(step)
  await mkdir(join(work, 'checkpoints/.partial-200'))
  expect(await newest()).toEqual(['checkpoints/checkpoint-100', []])
})

it.each([
  [
    'a truncated file',
    (folder: string) => truncate(join(folder, 'optimizer.pt'), 5),
    'optimizer.pt has changed',
  ],
  [
    'a file of zeros',
    (folder: string) => writeFile(join(folder, 'scheduler.pt'), Buffer.alloc(23)),
    'scheduler.pt has changed',
  ],
  ['a missing file', (folder: string) => rm(join(folder, 'rng_state.pth')), 'rng_state.pth is missing'],
  [
    'an additional file',
    (folder: string) => writeFile(join(folder, 'training_args.bin'), 'x'),
    'training_args.bin is not in its manifest',
  ],
  [
    'a truncated manifest',
    (folder: string) => truncate(join(folder, 'manifest.json'), 40),
    'its manifest cannot be read',
  ],
  ['no manifest', (folder: string) => rm(join(folder, 'manifest.json')), 'it has no manifest'],
])('skips a checkpoint with %s for the one before, with the reason', async (_name, tear, reason) => {
  await write(50)
  await tear(await write(75))
  expect(await newest()).toEqual(['checkpoints/checkpoint-50', [`checkpoints/checkpoint-75: ${reason}`]])
})

it('removes checkpoints that the hub has not recorded, so that no step is missing', async () => {
  for (const step of [25, 50, 75, 100]) await write(step)
  await forgetCheckpointsBeyond(work, 50)
  expect(await newest()).toEqual(['checkpoints/checkpoint-50', []])
  await forgetCheckpointsBeyond(work, null)
  expect(await newest()).toEqual([null, []])
})

it('does not trust a manifest of another step, or one that points out of the checkpoint', async () => {
  await write(50)
  await write(75, { step: 50 })
  const folder = await write(100)
  await rm(join(folder, 'optimizer.pt'))
  await writeFile(join(work, 'outside.pt'), 'optimizer.pt at step 100')
  await symlink(join(work, 'outside.pt'), join(folder, 'optimizer.pt'))
  expect(await newest()).toEqual([
    'checkpoints/checkpoint-50',
    [
      'checkpoints/checkpoint-100: optimizer.pt is missing',
      'checkpoints/checkpoint-75: its manifest cannot be read',
    ],
  ])
})
