import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { auditLog, type DatasetProfile, upload } from '@palate/db'
import { eq, sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import type { ServiceContext } from '../context'
import { getOverview } from '../overview'
import { createTestDeps, createWorkspaceFixture } from '../testing'
import { cleanUploads, completeUpload, createUpload, openUpload } from '../upload'
import { importDataset } from './import'
import { failImport, finishImport, recordImportProgress, startImport } from './import-job'
import { importSample } from './import-sample'
import { getDataset, getDatasetVersion, listDatasets } from './read'
import { removeImport } from './remove-import'

const deps = await createTestDeps()
const folder = await mkdtemp(join(tmpdir(), 'palate-import-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const profile: DatasetProfile = {
  dropped: [{ reason: 'no title', count: 1, lines: [3] }],
  lengthHistogram: [{ from: 0, to: 100, count: 2 }],
  lengthMedian: 50,
  lengthMax: 90,
  splits: { train: 2, validation: 0, test: 0 },
  preview: [],
}

/** A complete upload, as the hub stores it. */
async function send(ctx: ServiceContext, filename: string, text: string) {
  const ticket = await createUpload(ctx, { filename, sizeBytes: Buffer.byteLength(text) })
  const claims = await deps.tickets.verify('upload', ticket.token)
  const { storageKey } = await openUpload(deps, claims)
  const stored = await deps.storage.put(storageKey, Readable.from([Buffer.from(text)]))
  await completeUpload(deps, claims, stored)
  return { ...ticket, claims, stored }
}

async function countJobs(datasetVersionId: string): Promise<number> {
  const rows = await deps.all.execute(
    sql`select 1 from graphile_worker.jobs where key = ${`import:${datasetVersionId}`}`,
  )
  return rows.length
}

test('a file is imported once for any number of calls, and becomes an immutable version', async () => {
  const { engineer, viewer } = await createWorkspaceFixture(deps)
  const { uploadId } = await send(engineer, 'mine.csv', 'a,b\n1,2\n')
  const input = { uploadId, name: 'Mine' }
  const made = await Promise.all([1, 2, 3].map(() => importDataset(engineer, input)))
  const [first] = made
  if (!first) throw new Error('no version')
  expect(made).toEqual([first, first, first])
  const { datasetId, datasetVersionId } = first
  expect(await countJobs(datasetVersionId)).toBe(1)

  const started = await startImport(deps, { datasetVersionId })
  expect(started).toMatchObject({ filename: 'mine.csv' })
  expect(await startImport(deps, { datasetVersionId })).toEqual(started)
  const progress = { stage: 'reading', rows: 1, percent: 50 } as const
  await recordImportProgress(deps, { datasetVersionId, progress })
  expect(await getDatasetVersion(viewer, { id: datasetVersionId })).toMatchObject({
    status: 'importing',
    format: null,
    progress,
  })
  const parquetPath = join(folder, 'one.parquet')
  await writeFile(parquetPath, 'PAR1 content')
  const result = {
    format: 'recipe-jsonl' as const,
    parquetPath,
    rowsRead: 3,
    rowsKept: 2,
    rowsDropped: 1,
    profile,
  }
  await finishImport(deps, { datasetVersionId, result })
  await finishImport(deps, { datasetVersionId, result: { ...result, rowsKept: 99 } })
  await failImport(deps, { datasetVersionId, error: 'too late' })
  const ready = await getDatasetVersion(viewer, { id: datasetVersionId })
  expect(ready).toMatchObject({
    status: 'ready',
    number: 1,
    // Not from the name: the import decides by the content.
    format: 'recipe-jsonl',
    rowsKept: 2,
    error: null,
    progress: null,
    profile,
  })
  expect(await deps.storage.exists(`objects/${ready.sha256?.slice(0, 2)}/${ready.sha256}`)).toBe(true)
  expect(await startImport(deps, { datasetVersionId })).toBeNull()

  const second = await send(engineer, 'mine.csv', 'a,b\n3,4\n')
  await importDataset(engineer, { uploadId: second.uploadId, name: 'Mine' })
  expect((await getDataset(viewer, { id: datasetId })).versions.map(({ number }) => number)).toEqual([2, 1])
  expect(await listDatasets(viewer)).toMatchObject([{ name: 'Mine', versions: 2, latest: { number: 2 } }])
})

test('a broken file fails with a sentence, and its upload is deleted', async () => {
  const { engineer, viewer } = await createWorkspaceFixture(deps)
  const { uploadId, stored } = await send(engineer, 'broken.jsonl', 'not json')
  const { datasetVersionId } = await importDataset(engineer, { uploadId, name: 'Broken' })
  await startImport(deps, { datasetVersionId })
  const error = 'Line 1 is not JSON.'
  await failImport(deps, { datasetVersionId, error })
  await failImport(deps, { datasetVersionId, error: 'again' })
  expect(await getDatasetVersion(viewer, { id: datasetVersionId })).toMatchObject({ status: 'failed', error })
  expect(await deps.storage.exists(stored.key)).toBe(false)
  expect(await deps.all.$count(upload, eq(upload.id, uploadId))).toBe(0)
  expect(await startImport(deps, { datasetVersionId })).toBeNull()
})

test('a failed import can be removed, once, and the overview forgets it', async () => {
  const { engineer, labeler } = await createWorkspaceFixture(deps)
  const stranger = (await createWorkspaceFixture(deps)).owner
  const fail = async (name: string) => {
    const { uploadId } = await send(engineer, 'broken.jsonl', `not json ${name}`)
    const made = await importDataset(engineer, { uploadId, name })
    await startImport(deps, made)
    await expect(removeImport(engineer, { id: made.datasetVersionId })).rejects.toMatchObject({
      code: 'conflict',
    })
    await failImport(deps, { ...made, error: 'Line 1 is not JSON.' })
    return made
  }
  const needs = async () => (await getOverview(engineer)).needs.map(({ title }) => title)
  const [first, second] = [await fail('Twice'), await fail('Twice')]
  expect(second.datasetId).toBe(first.datasetId)
  expect(await needs()).toContain('broken.jsonl was not imported')
  await expect(removeImport(labeler, { id: first.datasetVersionId })).rejects.toMatchObject({
    code: 'forbidden',
  })
  await expect(removeImport(stranger, { id: first.datasetVersionId })).rejects.toMatchObject({
    code: 'not_found',
  })

  expect(await removeImport(engineer, { id: second.datasetVersionId })).toEqual(second)
  expect(await listDatasets(engineer)).toMatchObject([{ name: 'Twice', versions: 1 }])
  const both = [1, 2].map(() => removeImport(engineer, { id: first.datasetVersionId }))
  const ends = (await Promise.allSettled(both)).map(({ status }) => status).sort()
  expect(ends).toEqual(['fulfilled', 'rejected'])
  expect(await listDatasets(engineer)).toEqual([])
  expect(await needs()).not.toContain('broken.jsonl was not imported')
  const noted = await deps.all.select().from(auditLog).where(eq(auditLog.action, 'dataset.remove-import'))
  expect(noted.map(({ entityId }) => entityId).sort()).toEqual(
    [first.datasetVersionId, second.datasetVersionId].sort(),
  )
})

test('an upload is stored complete or not at all', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const { token, uploadId } = await createUpload(engineer, { filename: 'x.csv', sizeBytes: 10 })
  const claims = await deps.tickets.verify('upload', token)
  await expect(importDataset(engineer, { uploadId, name: 'Early' })).rejects.toMatchObject({
    code: 'conflict',
  })
  const put = async (text: string) =>
    deps.storage.put((await openUpload(deps, claims)).storageKey, Readable.from([Buffer.from(text)]))
  const short = await put('short')
  await expect(completeUpload(deps, claims, short)).rejects.toMatchObject({ code: 'invalid' })
  expect(await deps.storage.exists(short.key)).toBe(false)
  const [a, b] = [await put('0123456789'), await put('9876543210')]
  await completeUpload(deps, claims, a)
  await expect(completeUpload(deps, claims, b)).rejects.toMatchObject({ code: 'conflict' })
  expect([await deps.storage.exists(a.key), await deps.storage.exists(b.key)]).toEqual([true, false])
  await expect(openUpload(deps, claims)).rejects.toMatchObject({ code: 'conflict' })
  const huge = { filename: 'x.csv', sizeBytes: 5 * 1024 ** 3 }
  await expect(createUpload(engineer, huge)).rejects.toThrow('larger than 4 GiB')
})

test('an upload that is not imported within a day is deleted, an imported one stays', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const kept = await send(engineer, 'kept.csv', 'kept')
  await importDataset(engineer, { uploadId: kept.uploadId, name: 'Kept' })
  const left = await send(engineer, 'left.csv', 'left')
  deps.advance(25 * 3600_000)
  const fresh = await createUpload(engineer, { filename: 'fresh.csv', sizeBytes: 1 })
  await cleanUploads(deps)
  const there = async (id: string) => (await deps.all.$count(upload, eq(upload.id, id))) === 1
  expect([await there(kept.uploadId), await there(left.uploadId), await there(fresh.uploadId)]).toEqual([
    true,
    false,
    true,
  ])
  expect(await deps.storage.exists(left.stored.key)).toBe(false)
})

test('each sample that comes with Palate is imported once, like an uploaded file', async () => {
  const { engineer, viewer } = await createWorkspaceFixture(deps)
  for (const sample of ['csv', 'jsonl'] as const) {
    const first = await importSample(engineer, { sample })
    expect(await importSample(engineer, { sample })).toEqual(first)
    const started = await startImport(deps, first)
    expect(await deps.storage.size(started?.storageKey ?? '')).toBeGreaterThan(1000)
    await failImport(deps, { ...first, error: 'x' })
    expect(await importSample(engineer, { sample })).not.toEqual(first)
  }
  expect(await listDatasets(viewer)).toHaveLength(2)
})

test('a viewer and a stranger cannot import data, and a stranger cannot read any', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const stranger = (await createWorkspaceFixture(deps)).owner
  const { uploadId } = await send(fixture.engineer, 'a.csv', 'a')
  const made = await importDataset(fixture.engineer, { uploadId, name: 'A' })
  for (const ctx of [fixture.viewer, fixture.labeler]) {
    await expect(createUpload(ctx, { filename: 'a', sizeBytes: 1 })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(importDataset(ctx, { uploadId, name: 'B' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(importSample(ctx, { sample: 'csv' })).rejects.toMatchObject({ code: 'forbidden' })
  }
  await expect(importDataset(stranger, { uploadId, name: 'B' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(getDataset(stranger, { id: made.datasetId })).rejects.toMatchObject({ code: 'not_found' })
  await expect(getDatasetVersion(stranger, { id: made.datasetVersionId })).rejects.toMatchObject({
    code: 'not_found',
  })
  expect(await listDatasets(stranger)).toEqual([])
})
