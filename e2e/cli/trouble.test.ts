import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { serialize } from 'superjson'
import { describe, expect, it } from 'vitest'
import { makeHome, palate, serve } from './palate'

const key = `plt_${'a'.repeat(32)}`

/** A server that answers each path as it should, or as the test says. */
const me = {
  user: { id: 'user_1', name: 'Ada\u001b[2J', email: 'ada@example.com' },
  workspace: { id: 'ws_1', slug: 'team', name: 'Te\u009bam' },
  role: 'engineer',
  scopes: [],
  workspaces: [],
}
const reply = (data: unknown) => JSON.stringify({ result: { data: serialize(data) } })
const seen: { path: string; authorization: string | undefined }[] = []
const good = await serve((request, response) => {
  seen.push({ path: request.url ?? '', authorization: request.headers.authorization })
  response.setHeader('content-type', 'application/json')
  if (request.headers.authorization === `Bearer ${key}`) return void response.end(reply(me))
  const error = { message: 'Please sign in.', code: -32001, data: { code: 'UNAUTHORIZED', remedy: null } }
  response.writeHead(401).end(JSON.stringify({ error: serialize(error) }))
})

describe('login', () => {
  it('tries the key, stores it for its owner alone, and shows who it is', async () => {
    const home = makeHome()
    const result = await palate({ home }, ['login'], `${good}\n${key}\n`)
    expect(result).toMatchObject({ code: 0, stdout: '' })
    expect(result.stderr).toContain(`Logged in to Team at ${good} as engineer.`)
    expect(result.stderr).not.toContain(key)
    const file = join(home, '.config/palate/credentials.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url: good, apiKey: key })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(home, '.config/palate'))).toEqual(['credentials.json'])

    const who = await palate({ home }, ['whoami'])
    expect(who).toMatchObject({ code: 0, stderr: '' })
    expect(who.stdout).toContain(`${good} (of ${file})`)
    expect(who.stdout).toContain('Team (team)')
    expect(who.stdout).toContain('of Ada[2J, as engineer')
    const json = await palate({ home }, ['whoami', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ url: good, workspace: { name: me.workspace.name } })

    expect(await palate({ home }, ['logout'])).toMatchObject({ code: 0 })
    expect(await palate({ home }, ['whoami'])).toMatchObject({ code: 64, stdout: '' })
  })

  it('stores nothing that does not work, and never shows the key', async () => {
    const home = makeHome()
    const wrong = `plt_${'b'.repeat(32)}`
    const result = await palate({ home }, ['login', good], wrong)
    expect(result).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'palate: Please sign in. Run palate login with a key of the Settings page.\n',
    })
    for (const [args, input] of [
      [['login', wrong], ''],
      [['login', good], 'plt_ä\u0000'],
      [['login', 'ftp://x'], wrong],
      [['login', 'http://ada:secret@x'], wrong],
      [['login'], good],
    ] as const) {
      const refused = await palate({ home }, [...args], input)
      expect(refused).toMatchObject({ code: 64, stdout: '' })
      expect(refused.stderr).not.toMatch(/bbbb|secret/)
    }
    expect(readdirSync(home)).toEqual([])
  })

  it('keeps a stored key for its own address: another one of the environment does not get it', async () => {
    const home = makeHome()
    mkdirSync(join(home, '.config/palate'), { recursive: true })
    const file = join(home, '.config/palate/credentials.json')
    writeFileSync(file, JSON.stringify({ url: 'http://elsewhere.invalid', apiKey: key }), { mode: 0o644 })
    seen.length = 0
    const result = await palate({ home, origin: good }, ['whoami'])
    expect(result.stderr).toBe(
      `palate: There is no API key for ${good}. Run palate login, or set PALATE_API_KEY. A key is made on the Settings page.\n`,
    )
    await palate({ home, origin: good }, ['chat', '-m', 'Soup'])
    expect(seen.map(({ authorization }) => authorization).filter(Boolean)).toEqual([])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(file, '{"url"')
    expect((await palate({ home }, ['whoami'])).stderr).toContain(
      'is damaged. Run palate login to write it again.',
    )
  })
})

describe('a server that misbehaves', () => {
  const caller = (origin: string) => ({ home: makeHome(), origin, key })
  const chunk = (content: string) =>
    `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: null }] })}\n\n`
  const info = { slug: 'cook', title: 'Cook', model: { name: 'cook', number: 1, kind: 'base' }, personas: [] }

  /** Everything as it should be, but the answer. */
  const answers = (write: (response: import('node:http').ServerResponse) => void) =>
    serve((request, response) => {
      if (request.url?.startsWith('/v1/chat')) return write(response)
      response.setHeader('content-type', 'application/json')
      response.end(reply(info))
    })

  it.each([
    [
      'cuts the answer in the middle',
      (response: import('node:http').ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(chunk('# Half'), () => response.socket?.destroy())
      },
      {
        code: 3,
        stdout: '# Half\n',
        stderr: /The answer broke off: the connection to .* was lost\. Ask again\./,
      },
    ],
    [
      'ends the answer without its end',
      (response: import('node:http').ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(chunk('# Half'))
      },
      { code: 3, stdout: '# Half\n', stderr: /The answer broke off/ },
    ],
    [
      'sends a chunk that is no JSON',
      (response: import('node:http').ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end('data: {"choices":[\n\n')
      },
      { code: 3, stdout: '', stderr: /answered with HTTP 200 and text\/event-stream, not as Palate does/ },
    ],
    [
      'fails with a page',
      (response: import('node:http').ServerResponse) => {
        response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>\u001b[2JInternal error</h1>')
      },
      { code: 3, stdout: '', stderr: /answered with HTTP 500 and text\/html, not as Palate does/ },
    ],
    [
      'refuses with a sentence that has escape codes',
      (response: import('node:http').ServerResponse) => {
        const error = { message: 'Too\u001b[31m many.', remedy: 'Wait\u009b2J.', code: 'rate_limit_exceeded' }
        response.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
      },
      { code: 1, stdout: '', stderr: /^palate: Too\[31m many\. Wait2J\.\n$/ },
    ],
  ])('that %s', async (_name, write, { code, stdout, stderr }) => {
    const result = await palate(caller(await answers(write)), ['chat', 'cook', '-m', 'Soup'])
    expect(result).toMatchObject({ code, stdout })
    expect(result.stderr).toMatch(stderr)
  })

  it.each([
    ['a page with HTTP 500', 500, 'text/html', '<h1>Error</h1>', 3, /answered with HTTP 500 and text\/html/],
    [
      'half of some JSON',
      200,
      'application/json',
      '{"result":',
      3,
      /HTTP 200 and application\/json, not as Palate/,
    ],
    ['JSON of another program', 200, 'application/json', '{"hello":"world"}', 3, /does not understand/],
    [
      'an error of the process before the procedures',
      ...([503, 'application/json', '{"error":{"message":"Busy.","remedy":"Wait."}}', 1] as const),
      /^palate: Busy\. Wait\.\n$/,
    ],
  ])('the procedures answer with %s', async (_name, status, type, body, code, sentence) => {
    const origin = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body)
    })
    const result = await palate(caller(origin), ['models', 'list'])
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toMatch(sentence)
  })

  it('a redirect is not followed: the key would go along', async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(308, { location: good }).end()
    })
    seen.length = 0
    const result = await palate(caller(origin), ['whoami'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain(`${origin} sends its visitors to ${good}. Run palate login ${good}.`)
    expect(seen).toEqual([])
  })

  it('nothing listens, the name is unknown, or it is https where http is spoken', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const address = gone.address()
    const port = typeof address === 'object' ? address?.port : 0
    await new Promise((resolve) => gone.close(resolve))
    const cases = [
      [`http://127.0.0.1:${port}`, 'nothing listens there'],
      ['http://palate.invalid', 'this name is unknown|the name could not be looked up'],
      [good.replace('http', 'https'), 'it does not speak https'],
    ] as const
    for (const [origin, why] of cases) {
      const result = await palate(caller(origin), ['runs', 'list'])
      expect(result).toMatchObject({ code: 3, stdout: '' })
      expect(result.stderr).toMatch(new RegExp(`^palate: Palate was not reached at ${origin}: (${why})\\.`))
    }
  })

  it('an error is a line of JSON for a program that asked for JSON', async () => {
    const result = await palate({ home: makeHome() }, ['runs', 'list', '--json'])
    expect(JSON.parse(result.stderr)).toEqual({
      error: {
        message: 'You are not logged in.',
        remedy: 'Run palate login, or set PALATE_URL and PALATE_API_KEY.',
        exitCode: 64,
      },
    })
  })
})

describe('help', () => {
  it.each([
    [['--help'], 'palate chat'],
    [['runs', 'create', 'dpo', '--help'], 'beta=0.1'],
  ])('%j is shown, without colors, in any folder', async (args, text) => {
    const home = makeHome()
    writeFileSync(join(home, 'tsconfig.json'), '{ not JSON')
    const result = await palate({ home }, args, '', { FORCE_COLOR: '' })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain(text)
    expect(result.stdout).not.toMatch(/(?!\n)\p{Cc}/u)
  })

  it.each([[['modls']], [['runs', 'watch']]])('%j is wrong usage', async (args) => {
    const result = await palate({ home: makeHome() }, args)
    expect(result).toMatchObject({ code: 64, stdout: '' })
    expect(result.stderr).toMatch(/^error: /)
  })
})
