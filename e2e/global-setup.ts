import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../scripts/lib/process.mjs'
import { startStack } from '../scripts/lib/stack.mjs'

/** The real stack for the browser walk: as `npm start` has it, on a data folder of its own that is removed afterwards. */
export default async function setup(): Promise<() => Promise<void>> {
  const python = process.env.PALATE_PYTHON
  const dist = process.env.PALATE_WEB_DIST
  if (!python || !dist)
    throw new Error('PALATE_PYTHON or PALATE_WEB_DIST is not set: run the walk through npm test -- browser.')
  const home = mkdtempSync(join(tmpdir(), 'palate-walk-'))
  chmodSync(home, 0o755) // the database runs as its own user, who must be able to walk in
  const stack = await startStack({ home, port: await freePort(), python, dist, apiKey: true })
  process.env.PALATE_URL = stack.origin
  process.env.PALATE_API_KEY = stack.boot.apiKey
  process.env.PALATE_AGENT_PID = String(stack.children.agent?.process?.pid ?? '')
  process.env.PALATE_OWNER = JSON.stringify(stack.boot)
  return async () => {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
