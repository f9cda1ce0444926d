import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort, waitFor } from '../../scripts/lib/process.mjs'
import { findRedis } from '../../scripts/lib/test-programs.mjs'

export interface RunningRedis {
  url: string
  stop(): Promise<void>
}

/** A real Redis on a free port, with nothing on disk; null where none is available. */
export async function startRedis(): Promise<RunningRedis | null> {
  const found = await findRedis()
  if (!found) return null
  const port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = spawn(found.program, options, {
    stdio: 'ignore',
    env: found.libraries ? { LD_LIBRARY_PATH: found.libraries } : {},
  })
  const gone = once(server, 'exit')
  await waitFor('Redis', () => answers(port))
  const stop = async () => {
    server.kill('SIGKILL')
    await gone
  }
  return { url: `redis://127.0.0.1:${port}`, stop }
}

/** A PING by hand: Redis speaks lines. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    socket.write('PING\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return answer.toString().startsWith('+PONG')
  } finally {
    socket.destroy()
  }
}
