import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../scripts/lib/process.mjs'
import { startStack } from '../scripts/lib/stack.mjs'

/** Starts the stack for the browser walk as `npm start` does, with its own data folder, which is removed afterwards. */
export default async function setup(): Promise<() => Promise<void>> {
  const python = process.env.PALATE_PYTHON
  const dist = process.env.PALATE_WEB_DIST
  if (!python || !dist)
    throw new Error('PALATE_PYTHON or PALATE_WEB_DIST is not set: start the walk with npm test -- browser.')
  const home = mkdtempSync(join(tmpdir(), 'palate-walk-'))
  chmodSync(home, 0o755) // the database runs as another user, who needs access
  const stack = await startStack({ home, port: await freePort(), python, dist, apiKey: true })
  process.env.PALATE_URL = stack.origin
  process.env.PALATE_API_KEY = stack.boot.apiKey ?? ''
  process.env.PALATE_AGENT_PID = String(stack.children.agent?.process?.pid ?? '')
  process.env.PALATE_STACK_DATABASE_URL = stack.env.DATABASE_URL ?? ''
  process.env.PALATE_OWNER = JSON.stringify(stack.boot)
  return async () => {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
