import { describe, expect, it } from 'vitest'
import { Redactor } from './redact'

describe('what is logged', () => {
  it.each([
    ['Authorization: Bearer abc.def-123_456', 'Authorization: Bearer [secret]'],
    ['ticket eyJhbGciOiJIUzI1NiJ9.eyJib2R5Ijp7fX0.c2lnbmF0dXJlLWhlcmU used', 'ticket [secret] used'],
    ['HF said: hf_abcdefghijklmnopqrstuv is invalid', 'HF said: [secret] is invalid'],
    ['key plt_0123456789abcdef, AKIAIOSFODNN7EXAMPLE', 'key [secret], [secret]'],
    ['code pen_0123456789abcdef and pag_0123456789abcdef', 'code [secret] and [secret]'],
    ['postgres://cook:salt-and-pepper@db:5432/x', 'postgres://cook:[secret]@db:5432/x'],
    [
      'loss 0.25 at step 12; path /tmp/run_1/att_2; task-skill-based',
      'loss 0.25 at step 12; path /tmp/run_1/att_2; task-skill-based',
    ],
  ])('%s', (text, cleaned) => {
    expect(new Redactor().clean(text)).toBe(cleaned)
  })

  it('removes the values of secret variables and the values that it has learned', () => {
    const redactor = Redactor.ofEnvironment({
      HF_TOKEN: 'just-some-words',
      WANDB_API_KEY: 'f00dcafe',
      MY_PASSWORD: 'short',
      PATH: '/usr/bin:/opt/tools',
    })
    redactor.learn('credential-of-this-agent')
    expect(redactor.clean('x just-some-words f00dcafe short /usr/bin:/opt/tools')).toBe(
      'x [secret] [secret] short /usr/bin:/opt/tools',
    )
    expect(redactor.clean('{"a":"credential-of-this-agent"}')).toBe('{"a":"[secret]"}')
    redactor.forget('credential-of-this-agent')
    expect(redactor.clean('credential-of-this-agent')).toBe('credential-of-this-agent')
  })
})
