import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../scripts/lib/process.mjs'

const inline = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`

/** In the place of Next.js, which would need a build: every page is the word "page". */
const pages = inline(`export default () => ({
  prepare: async () => {},
  getRequestHandler: () => (incoming, response) => response.end('page'),
  getUpgradeHandler: () => () => {},
})`)
const hooks = inline(`export const resolve = (name, context, next) =>
  name === 'next' ? { url: ${JSON.stringify(pages)}, shortCircuit: true } : next(name, context)`)
const loader = inline(`import { register } from 'node:module'; register(${JSON.stringify(hooks)})`)

/** Addresses of this machine that others may reach; on Linux also a second one of its own. */
const foreign = [
  ...Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  ),
  ...(process.platform === 'linux' ? ['127.0.0.2'] : []),
]

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    onTestFinished(() => void socket.destroy())
  })
}

async function startServer(env: { PALATE_HOST?: string }): Promise<number> {
  const port = await freePort()
  const server = fileURLToPath(new URL('server.mjs', import.meta.url))
  const { PALATE_HOST: _, ...inherited } = process.env
  const child = spawn(process.execPath, ['--import', loader, server, '--port', String(port)], {
    env: { ...inherited, ...env },
    stdio: 'inherit',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  void once(child, 'exit')
  await expect.poll(() => connects('127.0.0.1', port), { timeout: 120_000, interval: 200 }).toBe(true)
  return port
}

it.skipIf(foreign.length === 0)(
  'listens on this machine alone unless PALATE_HOST says otherwise',
  async () => {
    const own = await startServer({})
    for (const address of foreign) expect(await connects(address, own), address).toBe(false)
    const open = await startServer({ PALATE_HOST: '0.0.0.0' })
    for (const address of foreign) expect(await connects(address, open), address).toBe(true)
  },
)
