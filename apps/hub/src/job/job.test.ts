import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  completeUpload,
  createBatch,
  createUpload,
  getBatch,
  getDatasetVersion,
  importDataset,
} from '@palate/core'
import type { DatasetVersionView } from '@palate/core/dataset/schemas'
import { createModel, createVegan, createWorkspaceFixture } from '@palate/core/testing'
import { readExamples } from '@palate/dataset-import'
import { contentKey } from '@palate/storage'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listStore, type OpenedDeps, openTestDeps, startTestHub, until } from '../testing/hub'
import { workerLockSpace } from './claim-worker'

const test = await startTestHub()
const fixture = await createWorkspaceFixture(test.deps)
/** Without a hub on them: each of the tests that needs one starts its own. */
const others = await Promise.all(Array.from({ length: 6 }, openTestDeps))
function takeOther(): OpenedDeps {
  const opened = others.pop()
  if (!opened) throw new Error('One database more is needed.')
  return opened
}
const startHere = (opened: OpenedDeps) => startTestHub({}, opened, onTestFinished)

const row = (title: string) =>
  JSON.stringify({ title, ingredients: ['black beans', 'corn'], directions: ['Cook.'] })

async function importFile(name: string, content: string): Promise<DatasetVersionView> {
  const bytes = Buffer.from(content)
  const { uploadId, url, token } = await createUpload(fixture.engineer, {
    filename: name,
    sizeBytes: bytes.length,
  })
  const headers = { authorization: `Bearer ${token}` }
  await fetch(test.origin + url, { method: 'PUT', headers, body: bytes })
  const { datasetVersionId: id } = await importDataset(fixture.engineer, { uploadId, name })
  return until(async () => {
    const version = await getDatasetVersion(fixture.viewer, { id })
    return version.status === 'ready' || version.status === 'failed' ? version : null
  })
}

describe('an import', () => {
  it('ends in a version whose Parquet file is in the store under its hash', async () => {
    const version = await importFile('beans.jsonl', [row('Beans'), row('Corn'), '{', row('beans')].join('\n'))
    expect(version).toMatchObject({
      ...{ status: 'ready', error: null, rowsRead: 4, rowsKept: 2, rowsDropped: 2 },
      profile: {
        dropped: [
          { reason: 'line is not JSON', count: 1, lines: [3] },
          { reason: 'duplicate', count: 1, lines: [4] },
        ],
      },
    })
    const examples = await test.deps.storage.withLocalFile(contentKey(version.sha256 ?? ''), (path) =>
      readExamples(path, { spillFolder: tmpdir(), limit: 10, seed: 1 }),
    )
    expect(examples.map(({ title }) => title).sort()).toEqual(['Beans', 'Corn'])
  })

  it('of a broken file ends with a message and leaves no files behind', async () => {
    const before = await listStore(test)
    const version = await importFile('letter.csv', 'Dear cook,\nI have no recipe.')
    expect(version).toMatchObject({ status: 'failed', profile: null })
    expect(version.error).toMatch(
      /names no column title, ingredients, directions. Begin the file with ,title/,
    )
    expect(await listStore(test)).toEqual(before)
  })
})

/** An import that waits for a hub: none is on this database yet. */
async function queueImport(rows: number) {
  const opened = takeOther()
  const { deps } = opened
  const { engineer, viewer, workspaceId } = await createWorkspaceFixture(deps)
  const content = Buffer.from(Array.from({ length: rows }, (_, index) => row(`Dish ${index}`)).join('\n'))
  const { uploadId } = await createUpload(engineer, { filename: 'a.jsonl', sizeBytes: content.length })
  const stored = await deps.storage.put(`uploads/${uploadId}/1`, content)
  await completeUpload(deps, { workspaceId, uploadId }, stored)
  const { datasetVersionId: id } = await importDataset(engineer, { uploadId, name: 'queued' })
  const readJob = async () => (await deps.owner`select locked_by, attempts from graphile_worker.jobs`)[0]
  return { opened, id, read: () => getDatasetVersion(viewer, { id }), readJob }
}

it('an import that a stopping hub aborts is finished by the next hub', async () => {
  const { opened, read } = await queueImport(12_000)
  const { hub } = await startHere(opened)
  await until(async () => ((await read()).progress?.rows ?? 0) > 0)
  await hub.close()
  await startHere(opened)
  await until(async () => (await read()).status === 'ready')
  expect(await read()).toMatchObject({ rowsKept: 12_000, error: null })
})

it('temporary files that a killed hub left are gone after the next start and the import that it continues', async () => {
  const { opened, id, read } = await queueImport(3)
  const left = (version: string) => join(opened.root, 'import', version, 'scratch', 'import.duckdb')
  for (const path of [left(id), left('dver_ended')]) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'half')
  }
  await startHere(opened)
  expect(existsSync(left('dver_ended'))).toBe(false)
  await until(async () => (await read()).status === 'ready')
  await until(async () => (await readdir(join(opened.root, 'import'))).length === 0)
})

it('a long import stays with its hub while that hub is alive', async () => {
  const { opened, id, read, readJob } = await queueImport(3)
  const { sql } = opened.deps
  // While its row is locked here, the import cannot end.
  await sql.begin(async (tx) => {
    await tx`select 1 from dataset_version where id = ${id} for update`
    await startHere(opened)
    await until(async () => (await readJob())?.locked_by)
    await sql`update graphile_worker._private_jobs set locked_at = now() - interval '1 minute'`
    const before = await readJob()
    expect(before).toMatchObject({ attempts: 1, locked_by: expect.stringMatching(/./) })
    await startHere(opened) // unlocks abandoned jobs before anything else
    expect(await readJob()).toEqual(before)
  })
  await until(async () => (await read()).status === 'ready')
})

it('a hub whose connection broke takes its lock again, and closes without an error', async () => {
  const opened = takeOther()
  const { hub } = await startHere(opened)
  const { sql } = opened.deps
  const holder = async () => {
    const [row] =
      await sql`select pid from pg_locks where locktype = 'advisory' and classid = ${workerLockSpace}
      and database = (select oid from pg_database where datname = current_database())`
    return row?.pid as number | undefined
  }
  const first = await until(holder)
  await sql`select pg_terminate_backend(${first})` // asks it to end: for a moment it may still hold the lock
  const isHeldByAnother = async () => ![undefined, first].includes(await holder())
  await until(isHeldByAnother)
  await hub.close()
  expect(await holder()).toBeUndefined()
})

it('a batch is prepared with the recipes of its dataset', async () => {
  const titles = Array.from({ length: 40 }, (_, index) => row(`Dish ${index}`))
  const version = await importFile('dishes.jsonl', titles.join('\n'))
  await createVegan(fixture.engineer)
  await createModel(test.deps, fixture.workspaceId)
  const { id } = await createBatch(fixture.engineer, { datasetVersionId: version.id, promptsPerPersona: 6 })
  const batch = await until(async () => {
    const view = await getBatch(fixture.viewer, { id })
    return view.status === 'preparing' ? null : view
  })
  expect(batch).toMatchObject({ status: 'generating', prompts: 6, run: { status: 'queued' } })
})

describe('the job of a hub that was killed', () => {
  /** An import whose job is locked by a worker, as a killed hub leaves it. No hub runs yet. */
  async function interrupted(worker: string, attempts: number) {
    const { opened, read } = await queueImport(1)
    await opened.deps.owner`
      update graphile_worker._private_jobs
      set locked_by = ${worker}, locked_at = now() - interval '1 minute', attempts = ${attempts}`
    return { opened, read }
  }

  it('is finished by another hub at once', async () => {
    const { opened, read } = await interrupted('worker-dead', 1)
    await startHere(opened)
    const version = await until(async () => ((await read()).status === 'waiting' ? null : read()))
    await until(async () => (await read()).status === 'ready')
    expect(version.error).toBeNull()
  })

  it('ends with a message when it has no retry left', async () => {
    const { opened, read } = await interrupted('worker-dead', 3)
    await startHere(opened)
    expect(await read()).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^The hub stopped three times while it worked on this\./),
    })
    expect(await listStore(opened)).toEqual([])
  })
})
