import { expect, it } from 'vitest'
import { readSettings } from './env'
import { agentEnv } from './testing/env'

const read = (more: Record<string, string>) =>
  readSettings(agentEnv('http://[::1]:3000', '/home/zoë/my data', more))

it('reads addresses of IPv6 and folders of any name', () => {
  expect(read({})).toMatchObject({ hubUrl: 'http://[::1]:3000', home: '/home/zoë/my data' })
})

it('gives a trainer UTF-8 in every locale, and nothing of a shell that it was not made for', () => {
  const { childEnv } = read({
    LC_ALL: 'tr_TR.ISO-8859-9',
    PYTHONPATH: '/opt/old',
    PYTHONUTF8: '0',
    NODE_ENV: 'test',
  })
  expect(childEnv).toMatchObject({ PYTHONUTF8: '1', LC_ALL: 'tr_TR.ISO-8859-9' })
  expect(Object.keys(childEnv)).not.toContain('PYTHONPATH')
  expect(Object.keys(childEnv)).not.toContain('NODE_ENV')
})

it.each([
  [{ https_proxy: 'http://proxy:3128' }, 'localhost,127.0.0.1,::1'],
  [{ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '.example.org' }, '.example.org,localhost,127.0.0.1,::1'],
])('asks a model hub on this machine without the proxy: %j', (env, expected) => {
  expect(read(env).modelEnv).toMatchObject({ ...env, NO_PROXY: expected, no_proxy: expected })
})

it('without a proxy names none', () => {
  expect(read({}).modelEnv).not.toHaveProperty('NO_PROXY')
})
