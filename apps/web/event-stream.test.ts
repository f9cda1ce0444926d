import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readChat } from './features/chat/stream'
import { createReverseProxy } from './reverse-proxy.mjs'

const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`

/** In place of the hub: begins an answer, and dies in the middle of it or ends it. */
const hub = createServer((incoming, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chunk('# Corn'))
  response.write(chunk(' soup'))
  if (incoming.url === '/v1/whole') return void response.end('data: [DONE]\n\n')
  response.write('data: {"choices":[{"del')
  open.push(response)
})
const open: ServerResponse[] = []

const listen = async (server: Server) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}
let origin: string
let proxy: Server
beforeAll(async () => {
  proxy = createReverseProxy({ hubUrl: await listen(hub), handlePage: (_incoming, page) => page.end() })
  origin = await listen(proxy)
})
afterAll(() => {
  for (const server of [proxy, hub]) {
    server.close()
    server.closeAllConnections()
  }
})

/** The hub dies when some of its answer has arrived. */
async function readWhileHubDies(read: (text: string) => void): Promise<void> {
  const response = await fetch(`${origin}/v1/broken`)
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    if (text.includes(' soup')) for (const one of open.splice(0)) one.socket?.destroy()
  }
  read(text)
}

it('an answer whose hub dies ends with an error event as OpenAI has it', async () => {
  let heard = ''
  await readWhileHubDies((text) => {
    heard = text
  })
  const [first, second, last] = heard.split('\n\n')
  expect([`${first}\n\n`, `${second}\n\n`]).toEqual([chunk('# Corn'), chunk(' soup')])
  expect(JSON.parse((last ?? '').replace('data: ', ''))).toEqual({
    error: {
      message: 'The answer broke off: the connection to the hub was lost.',
      ...{ type: 'server_error', param: null, code: 'unavailable', remedy: 'Ask again.' },
    },
  })
})

it('the chat keeps the text of that answer and has a sentence for it', async () => {
  const response = await fetch(`${origin}/v1/broken`)
  let text = ''
  const reading = (async () => {
    if (!response.body) return
    for await (const event of readChat(response.body)) {
      if (event.type === 'text') text += event.text
      if (text === '# Corn soup') for (const one of open.splice(0)) one.socket?.destroy()
    }
  })()
  await expect(reading).rejects.toThrow(
    'The answer broke off: the connection to the hub was lost. Ask again.',
  )
  expect(text).toBe('# Corn soup')
})

it('an answer that ends is passed on as it is', async () => {
  expect(await (await fetch(`${origin}/v1/whole`)).text()).toBe(
    `${chunk('# Corn')}${chunk(' soup')}data: [DONE]\n\n`,
  )
})
