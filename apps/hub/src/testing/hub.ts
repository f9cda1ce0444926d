import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDeps, type TestDeps } from '@palate/core/testing'
import { openObjectStore } from '@palate/storage'
import { afterAll } from 'vitest'
import { readHubEnv } from '../env'
import { type Hub, startHub } from '../hub'

export interface OpenedDeps {
  deps: TestDeps
  /** The folder of the object store. */
  root: string
}

export interface TestHub extends OpenedDeps {
  hub: Hub
  origin: string
}

/** A separate database and store without a hub. Call it at the top of a test file: see `startTestHub`. */
export async function openTestDeps(): Promise<OpenedDeps> {
  const root = await mkdtemp(join(tmpdir(), 'palate-hub-'))
  afterAll(() => rm(root, { recursive: true, force: true }))
  return {
    root,
    deps: { ...(await createTestDeps()), storage: await openObjectStore({ kind: 'folder', root }) },
  }
}

/**
 * A real hub on a free port. Vitest ignores an `afterAll` that is registered while tests run, so call this at the top
 * of a file, or in a test with its `onTestFinished`.
 */
export async function startTestHub(
  settings: Record<string, string> = {},
  opened?: OpenedDeps,
  whenOver: (close: () => Promise<void>) => void = afterAll,
): Promise<TestHub> {
  const { deps, root } = opened ?? (await openTestDeps())
  const env = readHubEnv({
    DATABASE_URL: deps.url,
    PALATE_SECRET: 'a secret that only the tests know',
    PALATE_STORAGE: root,
    HUB_PORT: '0',
    ...settings,
  })
  const started = await startHub(deps, env)
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= started.close()
    return closing
  }
  whenOver(close)
  return { deps, root, hub: { ...started, close }, origin: `http://127.0.0.1:${started.port}` }
}

/** Waits until a condition holds: NOTIFY and closed sockets take some time. */
export async function until<Value>(
  condition: () => Promise<Value> | Value,
  waitMs = 120_000,
): Promise<NonNullable<Value>> {
  const end = Date.now() + waitMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > end) throw new Error(`The condition did not hold after ${waitMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Every file in the store, half-written ones too. */
export async function listStore({ root }: OpenedDeps): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
