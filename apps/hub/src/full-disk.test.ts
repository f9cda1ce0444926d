import { createHash, randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mountSmallDisk, withoutSmallDisk } from '@palate/config/testing'
import { createRun, createUpload, getDatasetVersion, getRunArtifacts, importDataset } from '@palate/core'
import { createTestDeps, createWorkspaceFixture } from '@palate/core/testing'
import { openObjectStore } from '@palate/storage'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { connectAgent } from './testing/agent'
import { listStore, openTestDeps, startTestHub, until } from './testing/hub'

const disk = mountSmallDisk(4)
afterAll(() => disk?.unmount())
const root = disk?.path
const test = await startTestHub(
  {},
  root
    ? {
        root,
        deps: { ...(await createTestDeps()), storage: await openObjectStore({ kind: 'folder', root }) },
      }
    : await openTestDeps(),
)
const fixture = await createWorkspaceFixture(test.deps)

const filler = join(test.root, 'filler')
const fill = async () => writeFile(filler, randomBytes(5 * 1024 * 1024)).catch(() => undefined)
const makeRoom = () => rm(filler, { force: true })
afterEach(makeRoom)

const again = 'Free some space there, then try again.'

describe.skipIf(!disk)(`on a full disk${disk ? '' : withoutSmallDisk}`, () => {
  it('an upload is refused with the reason, leaves nothing, and can be sent again', async () => {
    for (const size of [100_000, 900_000]) {
      const bytes = randomBytes(size)
      const { url, token } = await createUpload(fixture.engineer, { filename: 'a.csv', sizeBytes: size })
      const put = () =>
        fetch(test.origin + url, {
          method: 'PUT',
          headers: { authorization: `Bearer ${token}` },
          body: bytes,
        })
      const before = await listStore(test)
      await fill()
      const refused = await put()
      expect([refused.status, await refused.json()]).toEqual([
        503,
        {
          error: {
            code: 'unavailable',
            message:
              "The file could not be written: the disk of the hub's object store (PALATE_STORAGE) is full.",
            remedy: again,
          },
        },
      ])
      await makeRoom()
      expect(await listStore(test)).toEqual(before)
      expect((await put()).status).toBe(200)
    }
  })

  it('an artifact is refused with the reason, and goes on when there is room again', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
    const { runId, token } = await agent.lease('pretrain')
    const bytes = randomBytes(700_000)
    const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
    const metadata = {
      path: 'a.gguf',
      role: 'gguf',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }
    const create = () =>
      fetch(`${test.origin}/files/artifacts`, {
        method: 'POST',
        headers: {
          ...headers,
          'upload-length': String(bytes.length),
          'upload-metadata': Object.entries(metadata)
            .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
            .join(','),
        },
      })
    const created = await create()
    const where = test.origin + (created.headers.get('location') ?? '')
    const patch = (offset: number) =>
      fetch(where, {
        method: 'PATCH',
        headers: {
          ...headers,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
        },
        body: bytes.subarray(offset),
      })
    await fill()
    const message =
      "The upload could not be written: the disk of the hub's folder of uploads in progress (in PALATE_STORAGE) is full."
    for (const answer of [await patch(0), await create()])
      expect([answer.status, JSON.parse(await answer.text())]).toMatchObject([
        503,
        { error: { code: 'unavailable', message, remedy: again } },
      ])
    expect(await getRunArtifacts(fixture.viewer, { runId })).toEqual([])
    await makeRoom()
    const offset = Number((await fetch(where, { method: 'HEAD', headers })).headers.get('upload-offset'))
    expect((await patch(offset)).status).toBe(204)
    expect(await getRunArtifacts(fixture.viewer, { runId })).toMatchObject([{ sizeBytes: bytes.length }])
    agent.socket.disconnect()
  })

  it('an import fails at once with the reason', async () => {
    const row = (index: number) =>
      JSON.stringify({
        title: `Dish ${index}`,
        ingredients: ['corn'],
        directions: [randomBytes(300).toString('hex')],
      })
    const content = Buffer.from(Array.from({ length: 1500 }, (_, index) => row(index)).join('\n'))
    const { uploadId, url, token } = await createUpload(fixture.engineer, {
      ...{ filename: 'a.jsonl', sizeBytes: content.length },
    })
    await fetch(test.origin + url, {
      ...{ method: 'PUT', headers: { authorization: `Bearer ${token}` }, body: content },
    })
    await fill()
    const { datasetVersionId: id } = await importDataset(fixture.engineer, { uploadId, name: 'Full' })
    const version = await until(async () => {
      const read = await getDatasetVersion(fixture.viewer, { id })
      return read.status === 'failed' ? read : null
    })
    expect(version.error).toBe(
      `The imported data could not be written: the disk of the hub's import folder (in PALATE_STORAGE) is full. ${again}`,
    )
  })
})
