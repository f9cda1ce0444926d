import { getTurn, saveDeployment } from '@palate/core'
import { createModel, createVegan } from '@palate/core/testing'
import { ServeStart } from '@palate/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { connectAgent } from '../../apps/hub/src/testing/agent'
import { type Caller, jsonLines, makeHome, palate, startPalate } from './palate'
import { startCliStack } from './stack'

const stack = await startCliStack({ HUB_ANSWERS_PER_ADDRESS: '1000', HUB_ANSWERS_AT_ONCE: '50' })
const { deps, fixture, origin, key } = stack
await createVegan(fixture.engineer)
const model = await createModel(deps, fixture.workspaceId)
await saveDeployment(fixture.engineer, {
  ...{ slug: 'cook', title: 'The cook', modelVersionId: model.id, active: true },
})
const agent = await connectAgent(stack.hubUrl, fixture.owner)
await agent.hello()
const stranger: Caller = { home: makeHome(), origin }
const member: Caller = { home: makeHome(), origin, key }

let started: ServeStart[] = []
afterEach(() => {
  started = []
  agent.socket.off('serve-start')
  agent.socket.off('serve-cancel')
})

/** Plays the agent, for every question of the test. `end` null: the answer goes on until it is canceled. */
function answerWith(tokens: string[], end: object | null = {}): void {
  agent.socket.on('serve-start', (raw: unknown, ack: (value: null) => void) => {
    const start = ServeStart.parse(raw)
    const { requestId } = start
    started.push(start)
    ack(null)
    for (const text of tokens) agent.socket.emit('serve-token', { requestId, text })
    const figures = { promptTokens: 40, completionTokens: tokens.length, durationMs: 12.5, error: null }
    const finish = (more: object) =>
      agent.socket.emit('serve-end', { requestId, finishReason: 'stop', ...figures, ...more })
    if (end) finish(end)
    else agent.socket.once('serve-cancel', () => finish({ finishReason: 'canceled' }))
  })
}

describe('one question', () => {
  it('is answered on stdout, alone, with the flags that were given', async () => {
    answerWith(['# Bean ', 'soup\n', 'Cook the beans.'])
    const flags = [
      '--temperature',
      '0',
      '--top-p',
      '0.9',
      '--top-k',
      '40',
      '--max-tokens',
      '50',
      '--seed',
      '7',
    ]
    const result = await palate(member, ['chat', 'cook', '-m', 'A soup.', '--system', 'Be brief.', ...flags])
    expect(result).toEqual({ code: 0, stdout: '# Bean soup\nCook the beans.\n', stderr: '' })
    expect(started).toMatchObject([
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'A soup.' },
        ],
        sampling: { temperature: 0, topP: 0.9, topK: 40, maxTokens: 50, seed: 7 },
      },
    ])
  })

  it('comes from stdin, needs no key, and goes to the newest deployment where none is named', async () => {
    answerWith(['Soup.'])
    const result = await palate(stranger, ['chat'], 'A soup.\nQuick.\n')
    expect(result).toEqual({ code: 0, stdout: 'Soup.\n', stderr: '' })
    expect(started[0]?.messages).toEqual([{ role: 'user', content: 'A soup.\nQuick.' }])
  })

  it('of a persona is one of its turns: the hub writes the prompt and keeps the answer', async () => {
    answerWith(['# Beans'])
    const asked = ['--persona', 'mexican-vegan', '--inventory', 'black beans, lime', '-m', 'Quick.', '--json']
    const result = await palate(stranger, ['chat', 'cook', ...asked])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const [piece, end] = jsonLines(result)
    expect(piece).toEqual({ type: 'text', text: '# Beans' })
    expect(end).toMatchObject({
      ...{ type: 'end', model: 'cook', text: '# Beans', finishReason: 'stop' },
      ...{ promptTokens: 40, completionTokens: 1 },
    })
    const turn = await getTurn(deps, { turnId: String(end?.turnId) })
    expect(turn).toMatchObject({ inventory: ['black beans', 'lime'], text: '# Beans' })
    expect(started[0]?.messages[0]?.content).toMatch(/Mexican vegan/)
  })

  it('shows no control character of an answer, and escapes them in JSON', async () => {
    const attack = ['\u001b]0;owned\u0007', 'a\u001b[2J\u009b31m', '\rb\u202ec\tand\nmore']
    answerWith(attack)
    const shown = await palate(stranger, ['chat', 'cook', '-m', 'Soup'])
    expect(shown.stdout).toBe(']0;owneda[2J31mbc\tand\nmore\n')
    const raw = await palate(stranger, ['chat', 'cook', '-m', 'Soup', '--json'])
    expect(raw.stdout).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
    expect(jsonLines(raw).at(-1)).toMatchObject({ text: attack.join('') })
  })

  it('that the agent cannot answer ends with its reason and code 1, after what had come', async () => {
    answerWith(['# Bea'], { finishReason: 'error', error: 'The model was unloaded.' })
    const result = await palate(stranger, ['chat', 'cook', '-m', 'Soup'])
    expect(result).toEqual({
      code: 1,
      stdout: '# Bea\n',
      stderr: 'palate: The answer broke off: The model was unloaded. Ask again.\n',
    })
  })

  it('says that the answer was cut at its limit', async () => {
    answerWith(['Soup'], { finishReason: 'length' })
    const result = await palate(stranger, ['chat', 'cook', '-m', 'Soup', '--max-tokens', '1'])
    expect(result).toMatchObject({ code: 0, stdout: 'Soup\n' })
    expect(result.stderr).toContain('--max-tokens raises it')
  })

  it('is stopped by Ctrl-C at the agent too', async () => {
    answerWith(['# Endless'], null)
    const running = startPalate(stranger, ['chat', 'cook', '-m', 'Soup'])
    await expect.poll(running.stdout, { timeout: 120_000 }).toBe('# Endless')
    running.child.kill('SIGINT')
    expect(await running.ended).toEqual({ code: 130, stdout: '# Endless\n', stderr: '' })
  })
})

describe('line by line', () => {
  it('keeps the conversation, forgets it with /reset, and goes on after an error', async () => {
    answerWith(['Yes.'])
    const lines = ['First', 'Second', '/nonsense', '/reset', '', 'Third', '/exit', 'never asked']
    const result = await palate(stranger, ['chat', 'cook', '-i'], lines.join('\n'))
    expect(result).toMatchObject({ code: 0, stdout: 'Yes.\nYes.\nYes.\n' })
    expect(result.stderr).toContain('/nonsense is no command here. /help lists them.')
    expect(started.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
      ['First'],
      ['First', 'Yes.', 'Second'],
      ['Third'],
    ])
  })

  it('a persona is chosen, then a line is what is at hand, and after /inventory a request', async () => {
    answerWith(['Dish.'])
    const lines = [
      '/persona',
      '/persona nobody',
      '/persona mexican-vegan',
      'rice, corn',
      '/inventory beans',
      'Fast',
    ]
    const result = await palate(stranger, ['chat', 'cook', '-i'], `${lines.join('\n')}\n`)
    expect(result.code).toBe(0)
    expect(result.stdout).toMatch(
      /mexican-vegan +a Mexican vegan vegan · never chicken, cheese\nDish\.\nDish\.\n/,
    )
    expect(result.stderr).toContain('cook has no persona "nobody". It has: mexican-vegan.')
    const [first, second] = started.map(({ messages }) => messages.at(-1)?.content ?? '')
    expect(first).toMatch(/rice and corn/)
    expect(second).toMatch(/beans/)
    expect(second).toMatch(/Fast/)
  })

  it('Ctrl-C stops the answer, and a second one leaves', async () => {
    answerWith(['# Endless'], null)
    const running = startPalate(stranger, ['chat', 'cook', '-i'])
    running.child.stdin?.write('Soup\n')
    await expect.poll(running.stdout, { timeout: 120_000 }).toBe('# Endless')
    running.child.kill('SIGINT')
    await expect.poll(running.stderr, { timeout: 120_000 }).toContain('Stopped.')
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 0, stdout: '# Endless\n' })
  })
})

describe('what is refused', () => {
  it.each([
    [['chat', 'nobody', '-m', 'x'], 1, 'No model is deployed under the name "nobody". Deployed are: cook.'],
    [['chat', 'cook', '-m', 'x', '--system', 'y'], 1, 'needs an API key of its workspace'],
    [['chat', 'cook', '-m', ' '], 64, 'There is no message. Give one with -m'],
    [['chat', 'cook', '-m', 'x', '--temperature', '3'], 64, 'Use a number from 0 to 2.'],
    [['chat', 'cook', '-m', 'x', '--persona', 'mexican-vegan'], 64, 'Give --inventory "rice, beans".'],
    [['chat', 'cook', '-m', 'x', '--persona', 'nobody'], 1, 'It has: mexican-vegan.'],
    [['chat', 'cook', '-i', '--json'], 64, '--json is for one question.'],
  ])('%j ends with code %i', async (args, code, sentence) => {
    const result = await palate(stranger, args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(sentence)
  })
})
