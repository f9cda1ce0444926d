import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../testing/agent'
import { TestHub } from '../testing/test-hub'
import { createHubHttp } from './hub-http'
import { FinalError, retry } from './retry'

/** A line to the hub that breaks, both ways at once, each time that so many bytes in all have come from the agent. */
class CutLine {
  carriedBytes = 0
  private readonly server: Server

  /** @param hasArrived whether the hub has put on its disk what came before the cut */
  constructor(
    private readonly hubPort: number,
    private readonly cuts: number[],
    private readonly hasArrived: () => Promise<boolean>,
  ) {
    this.server = createServer((near) => {
      const far = connect(this.hubPort, '127.0.0.1')
      const end = () => {
        near.destroy()
        far.destroy()
      }
      near.on('error', end).on('close', end)
      far.on('error', end).on('close', end)
      near.on('data', (chunk) => {
        const room = (this.cuts[0] ?? Number.POSITIVE_INFINITY) - this.carriedBytes
        const passed = chunk.subarray(0, Math.max(0, room))
        this.carriedBytes += passed.length
        far.write(passed)
        if (passed.length === chunk.length) return
        this.cuts.shift()
        near.pause()
        void until('what came to be written', this.hasArrived).finally(end)
      })
      far.on('data', (chunk) => near.write(chunk))
    })
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  close(): void {
    this.server.close()
  }
}

let hub: TestHub
let folder: string
beforeEach(async () => {
  hub = await TestHub.start()
  folder = await mkdtemp(join(tmpdir(), 'palate-upload-'))
})
afterEach(async () => {
  await hub.stop()
  await rm(folder, { recursive: true, force: true })
})

const sizeBytes = 3_000_000
async function prepare() {
  const bytes = randomBytes(sizeBytes)
  await writeFile(join(folder, 'model.gguf'), bytes)
  const lease = hub.lease('run_u', {})
  const attempt = { lease, events: [], lost: false, cancel: false, artifacts: new Map<string, Buffer>() }
  hub.attempts.set(lease.attemptId, attempt)
  const metadata = {
    path: 'out/model.gguf',
    role: 'gguf',
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
  return {
    bytes,
    attempt,
    token: lease.token,
    file: { path: join(folder, 'model.gguf'), sizeBytes, metadata },
  }
}

describe('an upload', () => {
  it('over a line that is cut twice goes on where it stopped each time', async () => {
    const { bytes, attempt, token, file } = await prepare()
    const cuts = [1_000_000, 2_000_000]
    // Each cut lets so much come and more; headers and what a socket may still hold are left out of the account.
    let awaitedBytes = 0
    const hasArrived = async () => (await hub.bytesOnDisk()) >= awaitedBytes + 900_000
    const line = new CutLine(Number(new URL(hub.url).port), cuts, hasArrived)
    const upload = createHubHttp(await line.open()).upload(file, token)
    const failures: string[] = []
    await retry((signal) => upload.send(signal), {
      signal: AbortSignal.timeout(120_000),
      onFailure: (error) => {
        failures.push(String(error))
        awaitedBytes += 900_000
      },
    })
    line.close()
    expect(attempt.artifacts.get('out/model.gguf')?.equals(bytes)).toBe(true)
    expect(failures.length).toBeGreaterThanOrEqual(2)
    // Sent once, but for headers and what the cut took out of the socket's buffers.
    expect(line.carriedBytes).toBeGreaterThan(sizeBytes)
    expect(line.carriedBytes).toBeLessThan(sizeBytes * 1.25)
  })

  it('is not repeated when the lease has passed on, and stops when it is told to', async () => {
    const { attempt, token, file } = await prepare()
    const http = createHubHttp(hub.url)
    await expect(http.upload(file, token).send(AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      'stopped',
    )
    attempt.lost = true
    const refused = await http
      .upload(file, token)
      .send(AbortSignal.timeout(120_000))
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(FinalError)
    expect(refused).toMatchObject({ code: 'lease_lost' })
    expect(attempt.artifacts.size).toBe(0)
  })

  it('of a file that is gone by now is refused for good, and ends nobody else', async () => {
    const { attempt, token, file } = await prepare()
    await rm(file.path)
    await expect(
      createHubHttp(hub.url).upload(file, token).send(AbortSignal.timeout(120_000)),
    ).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/model\.gguf cannot be read/) })
    expect(attempt.artifacts.size).toBe(0)
  })

  it('of other bytes than announced is refused for good', async () => {
    const { attempt, token, file } = await prepare()
    const wrong = { ...file, metadata: { ...file.metadata, sha256: '0'.repeat(64) } }
    await expect(
      createHubHttp(hub.url).upload(wrong, token).send(AbortSignal.timeout(120_000)),
    ).rejects.toMatchObject({ code: 'invalid' })
    expect(attempt.artifacts.size).toBe(0)
  })
})
