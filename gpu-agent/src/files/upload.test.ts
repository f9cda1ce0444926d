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

/** A proxy to the hub that closes both connections each time that the agent has sent a given number of bytes in total. */
class BreakingProxy {
  carriedBytes = 0
  private readonly server: Server

  /** @param hasArrived whether the hub has stored the bytes from before the break */
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
  const attempt = {
    lease,
    events: [],
    lost: false,
    cancel: false,
    stopAfterStep: null,
    artifacts: new Map<string, Buffer>(),
  }
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
  it('over a connection that breaks twice resumes where it stopped each time', async () => {
    const { bytes, attempt, token, file } = await prepare()
    const cuts = [1_000_000, 2_000_000]
    // At least this many bytes arrive before each break; headers and buffers of the sockets are not counted.
    let awaitedBytes = 0
    const hasArrived = async () => (await hub.bytesOnDisk()) >= awaitedBytes + 900_000
    const proxy = new BreakingProxy(Number(new URL(hub.url).port), cuts, hasArrived)
    const upload = createHubHttp(await proxy.open()).upload(file, token)
    const failures: string[] = []
    await retry((signal) => upload.send(signal), {
      signal: AbortSignal.timeout(120_000),
      onFailure: (error) => {
        failures.push(String(error))
        awaitedBytes += 900_000
      },
    })
    proxy.close()
    expect(attempt.artifacts.get('out/model.gguf')?.equals(bytes)).toBe(true)
    expect(failures.length).toBeGreaterThanOrEqual(2)
    // Sent once, apart from headers and the bytes that were in the sockets' buffers at a break.
    expect(proxy.carriedBytes).toBeGreaterThan(sizeBytes)
    expect(proxy.carriedBytes).toBeLessThan(sizeBytes * 1.25)
  })

  it('is not repeated when the lease was lost, and stops when its signal aborts', async () => {
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

  it('of a missing file fails for good, and does not affect other uploads', async () => {
    const { attempt, token, file } = await prepare()
    await rm(file.path)
    await expect(
      createHubHttp(hub.url).upload(file, token).send(AbortSignal.timeout(120_000)),
    ).rejects.toMatchObject({ code: 'changed', message: expect.stringMatching(/model\.gguf cannot be read/) })
    expect(attempt.artifacts.size).toBe(0)
  })

  it('of other bytes than announced fails for good', async () => {
    const { attempt, token, file } = await prepare()
    const wrong = { ...file, metadata: { ...file.metadata, sha256: '0'.repeat(64) } }
    await expect(
      createHubHttp(hub.url).upload(wrong, token).send(AbortSignal.timeout(120_000)),
    ).rejects.toMatchObject({ code: 'invalid' })
    expect(attempt.artifacts.size).toBe(0)
  })
})
