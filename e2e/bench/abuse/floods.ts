import { type Attack, frameHead, upgradeOf } from './attack'

const mebibyte = 1024 * 1024
const socketPath = '/socket.io/?EIO=4&transport=websocket'
const json = { 'content-type': 'application/json' }
const long = Buffer.alloc(23 * mebibyte, 'x')
const piece = long.subarray(0, mebibyte / 4)

export interface Flood {
  what: string
  run(attack: Attack): Promise<unknown>
}

const both = ({ target }: Attack) => [target.webPort, target.hubPort] as const
const everywhere = (attack: Attack, act: (port: number) => Promise<unknown>) =>
  Promise.all(both(attack).map(act))

/** What is written one after another; nothing more after the last. */
function inTurn(...pieces: (Buffer | string)[]): () => Buffer | string | null {
  let at = 0
  return () => pieces[at++] ?? null
}

/** A head, then the same piece again and again until `bytes` of it are written. */
function growing(head: (Buffer | string)[], bytes: number): () => Buffer | string | null {
  let left = bytes
  const first = inTurn(...head)
  return () => {
    const begun = first()
    if (begun !== null) return begun
    left -= piece.length
    return left >= 0 ? piece : null
  }
}

const sockets: Flood = {
  what: '25 sockets without a sign-in send messages of 23 MB',
  run: (attack) =>
    everywhere(attack, (port) =>
      attack.repeat(25, () => attack.hold(port, inTurn(upgradeOf(socketPath), frameHead(long.length), long))),
    ),
}

const packets: Flood = {
  what: '40 sockets send packets of 30 MB that never end, by WebSocket and by long polling',
  run: (attack) =>
    everywhere(attack, async (port) => {
      const body = `POST /socket.io/?EIO=4&transport=polling&sid=none HTTP/1.1\r\nHost: palate\r\nContent-Length: ${30 * mebibyte}\r\n\r\n`
      await Promise.all([
        attack.repeat(20, () =>
          attack.hold(port, growing([upgradeOf(socketPath), frameHead(30 * mebibyte)], 29 * mebibyte)),
        ),
        attack.repeat(20, () => attack.hold(port, growing([body], 29 * mebibyte))),
      ])
    }),
}

const bodies: Flood = {
  what: 'bodies of 20 MB to chat.feedback, chat completions and enrollment',
  run: (attack) => {
    const body = Buffer.alloc(20 * mebibyte, '{"json":{"comment":"')
    const { webPort, hubPort } = attack.target
    const post = (port: number, path: string) =>
      attack.send({ port, path, method: 'POST', headers: json, body })
    return Promise.all([
      attack.repeat(10, () => post(webPort, '/api/trpc/chat.feedback')),
      attack.repeat(5, () => post(webPort, '/api/auth/callback/credentials')),
      attack.repeat(5, () => post(webPort, '/v1/chat/completions')),
      attack.repeat(5, () => post(hubPort, '/files/agents/enroll')),
    ])
  },
}

const batches: Flood = {
  what: '250 × chat.info in one GET, and batches as large as are allowed',
  run: (attack) => {
    const batch = (count: number) => {
      const input = Object.fromEntries(Array.from({ length: count }, (_, at) => [at, { json: {} }]))
      const names = Array.from({ length: count }, () => 'chat.info').join(',')
      const path = `/api/trpc/${names}?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`
      return () => attack.send({ port: attack.target.webPort, path })
    }
    return Promise.all([attack.repeat(20, batch(250)), attack.repeat(10, batch(30))])
  },
}

const slow: Flood = {
  what: '400 connections with headers, and 400 with bodies, of a byte a second',
  run: (attack) =>
    everywhere(attack, (port) => {
      const drip = (head: string) => {
        let isFirst = true
        return () => {
          if (!isFirst) return 'x'
          isFirst = false
          return head
        }
      }
      const header = 'GET /chat HTTP/1.1\r\nHost: palate\r\nX-Slow: '
      const body = (path: string) => `POST ${path} HTTP/1.1\r\nHost: palate\r\nContent-Length: 9999\r\n\r\n`
      return Promise.all([
        attack.repeat(200, () => attack.hold(port, drip(header), 1000)),
        attack.repeat(100, () => attack.hold(port, drip(body('/api/trpc/chat.feedback')), 1000)),
        attack.repeat(100, () => attack.hold(port, drip(body('/v1/chat/completions')), 1000)),
      ])
    }),
}

const pages: Flood = {
  what: 'pages without a sign-in, from 40 clients without a pause',
  run: (attack) => {
    const paths = [
      '/chat',
      '/sign-in',
      '/',
      '/runs',
      '/nope',
      '/chat/turn_none',
      '/_next/image?url=%2Ficon.svg&w=640&q=75',
    ]
    const forged = { cookie: `next-auth.session-token=${'x'.repeat(300)}` }
    let at = 0
    return attack.repeat(40, () => {
      at += 1
      const headers = at % 2 ? forged : {}
      return attack.send({ port: attack.target.webPort, path: paths[at % paths.length] ?? '/', headers })
    })
  },
}

const logs: Flood = {
  what: 'requests that used to write a line of the log each',
  run: (attack) => {
    const { webPort, hubPort } = attack.target
    const ticket = { authorization: `Bearer ${'x'.repeat(4000)}` }
    const forged = { cookie: `next-auth.session-token=${'x'.repeat(300)}` }
    const requests = [
      { port: webPort, path: '/api/auth/session', headers: forged },
      { port: webPort, path: '/api/trpc/run.list', headers: forged },
      { port: webPort, path: '/%E0%A4%A' },
      {
        port: webPort,
        path: '/sign-in',
        method: 'POST',
        headers: { 'next-action': 'x'.repeat(42) },
        body: '[]',
      },
      { port: webPort, path: '/chat', headers: { rsc: '1', 'next-router-state-tree': '%7B' } },
      { port: webPort, path: '/api/trpc/chat.feedback', method: 'POST', headers: json, body: '{"json":{"' },
      { port: hubPort, path: `/files/objects/${'0'.repeat(64)}`, headers: ticket },
      {
        port: hubPort,
        path: '/files/artifacts',
        method: 'POST',
        headers: { ...ticket, 'tus-resumable': '1.0.0' },
      },
      { port: hubPort, path: '/v1/chat/completions', method: 'POST', headers: json, body: '{"model":"' },
      { port: hubPort, path: `/${'x'.repeat(4000)}` },
    ]
    let at = 0
    return attack.repeat(20, () =>
      attack.send(requests[at++ % requests.length] ?? { port: webPort, path: '/' }),
    )
  },
}

const hub: Flood = {
  what: "the hub's routes that need no ticket, and sockets that come and go",
  run: (attack) => {
    const body = JSON.stringify({ model: 'none', messages: [{ role: 'user', content: 'x' }] })
    const code = JSON.stringify({ code: 'x'.repeat(32), name: 'machine' })
    return everywhere(attack, (port) =>
      Promise.all([
        attack.repeat(5, () => attack.send({ port, path: '/v1/models' })),
        attack.repeat(5, () => attack.send({ port, path: '/v1/openapi.json' })),
        attack.repeat(5, () =>
          attack.send({ port, path: '/v1/chat/completions', method: 'POST', headers: json, body }),
        ),
        attack.repeat(5, () =>
          attack.send({ port, path: '/files/agents/enroll', method: 'POST', headers: json, body: code }),
        ),
        attack.repeat(5, () => attack.send({ port, path: '/socket.io/?EIO=4&transport=polling' })),
      ]),
    )
  },
}

const signIns: Flood = {
  what: 'wrong passwords',
  run: (attack) =>
    attack.repeat(10, () =>
      attack.send({
        port: attack.target.webPort,
        path: '/api/auth/callback/credentials',
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `email=owner%40palate.local&password=wrong${Math.random()}&json=true`,
      }),
    ),
}

const foreign: Flood = {
  what: 'a page of another origin sends mutations and opens sockets',
  run: (attack) =>
    everywhere(attack, (port) => {
      const headers = { ...json, origin: 'http://other.example' }
      const opening = upgradeOf(socketPath, ['Origin: http://other.example'])
      return Promise.all([
        attack.repeat(5, () =>
          attack.send({ port, path: '/files/agents/enroll', method: 'POST', headers, body: '{}' }),
        ),
        attack.repeat(5, () => attack.hold(port, inTurn(opening))),
      ])
    }),
}

const readers: Flood = {
  what: '200 clients that ask again and again and never read',
  run: (attack) => {
    const ask = 'GET /chat HTTP/1.1\r\nHost: palate\r\n\r\n'.repeat(50)
    return attack.repeat(200, () => attack.hold(attack.target.webPort, inTurn(ask)))
  },
}

const single = { sockets, packets, bodies, batches, slow, pages, logs, hub, signIns, foreign, readers }

/** Every flood by its name; the last is all of them at once. */
export const floods: Record<string, Flood> = {
  ...single,
  all: {
    what: 'all of these at once',
    run: (attack) => Promise.all(Object.values(single).map((flood) => flood.run(attack))),
  },
}
