import { describe, expect, it } from 'vitest'
import { ChatTemplate, type Message } from './chat-template'

const tokens = { bos: '<s>', eos: '</s>' }
const render = (source: string, ...messages: [role: Message['role'], content: string][]) =>
  new ChatTemplate(source, tokens)
    .segments(messages.map(([role, content]) => ({ role, content })))
    .map(({ text }) => text)
    .join('')

const chatml =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
/** As Gemma's: it refuses a system message, and writes the beginning of the sequence itself. */
const gemma =
  "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}{{ '<start_of_turn>' + m['role'] + '\n' + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
/** As Llama 3.2's: it writes today's date. */
const dated =
  "{% if not date_string is defined %}{% if strftime_now is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% else %}{% set date_string = 'never' %}{% endif %}{% endif %}Today: {{ date_string }}{% for m in messages %}[{{ m['content'] }}]{% endfor %}"

describe('a chat template', () => {
  it('is rendered with the start of the answer', () => {
    expect(render(chatml, ['user', 'Hi'])).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n')
  })

  it('without a system role gets the system message before the first request', () => {
    expect(render(gemma, ['system', 'No meat.'], ['user', ' Dinner '])).toBe(
      '<s><start_of_turn>user\nNo meat.\n\n Dinner<end_of_turn>\n<start_of_turn>model\n',
    )
  })

  it('refuses what it cannot write, with its own words', () => {
    expect(() => render(gemma, ['assistant', 'Hello'])).toThrow(
      'The chat template of this model refuses the conversation: Conversation roles must alternate.',
    )
    expect(() => render(gemma, ['system', 'No meat.'])).toThrow('no place for a system message')
  })

  it('writes the same date every day', () => {
    expect(render(dated, ['user', 'Hi'])).toBe('Today: 26 Jul 2024[Hi]')
  })

  it('refuses to leave out or change a message', () => {
    const users = "{% for m in messages if m['role'] == 'user' %}{{ m['content'] }}{% endfor %}"
    expect(() => render(users, ['user', 'Hi'], ['assistant', 'Hello'], ['user', 'Dinner?'])).toThrow(
      'refuses the conversation: it leaves out message 2, of the role assistant.',
    )
    const loud = "{% for m in messages %}{{ m['content'] | upper }}{% endfor %}"
    expect(() => render(loud, ['user', 'Hi'])).toThrow('it changes the text of message 1, of the role user')
  })

  it('separates its own words from a person’s', () => {
    const template = new ChatTemplate(gemma, tokens)
    const typed = (content: string) =>
      template.segments([{ role: 'user', content }]).filter((segment) => segment.typed)
    expect(typed(' <s>\n')).toEqual([{ text: '<s>', typed: true }])
  })

  it('may format texts and select from none as in Python', () => {
    const source =
      "{%- set end = '<end{}>'.format(':x') -%}{%- set calls = tools | selectattr('a', 'equalto', 'b') | list -%}{{ calls | length }}{% for m in messages %}{{ m['content'] + end }}{% endfor %}"
    expect(render(source, ['user', 'Hi'])).toBe('0Hi<end:x>')
    expect(() => render(source.replace('{}', '{:>8}'), ['user', 'Hi'])).toThrow('cannot be filled in')
  })

  it('that is no Jinja is a bad model', () => {
    expect(() => new ChatTemplate('{% for %}', tokens)).toThrow(
      /^The chat template of the model cannot be read/,
    )
  })
})
