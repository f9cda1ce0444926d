import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { tidyEnvironment } from './lib/tidy-env.mjs'

test('settings for other programs do not reach ours', () => {
  const env = {
    ...{
      PATH: '/bin',
      LANG: 'tr_TR.UTF-8',
      PIP_INDEX_URL: 'https://a.example',
      NODE_ENV: 'production' as const,
    },
    ...{
      PYTHONPATH: '/opt/old',
      PIP_USER: '1',
      PGSSLMODE: 'require',
      PGOPTIONS: '-c search_path=x',
      PG: 'x',
    },
  }
  expect({ ...env, ...tidyEnvironment(env) }).toEqual({
    ...{ PATH: '/bin', LANG: 'tr_TR.UTF-8', PIP_INDEX_URL: 'https://a.example', PG: 'x', PYTHONUTF8: '1' },
    ...{ NODE_ENV: undefined, PYTHONPATH: undefined, PIP_USER: undefined },
    ...{ PGSSLMODE: undefined, PGOPTIONS: undefined },
  })
})

test('a database of its own keeps its settings', () => {
  expect(tidyEnvironment({ DATABASE_URL: 'postgres://db/palate', PGSSLMODE: 'require' })).not.toHaveProperty(
    'PGSSLMODE',
  )
})

test.each([
  [{ http_proxy: 'http://proxy:3128' }, 'localhost,127.0.0.1,::1'],
  [
    { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.example.org,localhost' },
    '.example.org,localhost,127.0.0.1,::1',
  ],
  [{ ALL_PROXY: 'socks5://proxy', no_proxy: '10.0.0.0/8' }, '10.0.0.0/8,localhost,127.0.0.1,::1'],
])('what goes to this machine does not go through a proxy: %j', (env, expected) => {
  expect(tidyEnvironment(env)).toMatchObject({ NO_PROXY: expected, no_proxy: expected })
})

test('without a proxy none is named', () => {
  expect(tidyEnvironment({})).not.toHaveProperty('NO_PROXY')
})

const helper = `
  const { tidyProcessEnvironment } = await import('./scripts/lib/tidy-env.mjs')
  const { cacheFolder, homeFolder } = await import('./scripts/lib/paths.mjs')
  const { requireVariable } = await import('./scripts/lib/env.mjs')
  tidyProcessEnvironment()
  const { homedir } = await import('node:os')
  console.log(JSON.stringify({ cacheFolder, homeFolder, port: requireVariable('PALATE_PORT'), home: homedir() }))`

test.each<[string, NodeJS.ProcessEnv]>([
  ['an empty HOME', { HOME: '' }],
  ['a HOME that is no folder', { HOME: '/dev/null' }],
])('folders with %s and empty variables', async (_name, env) => {
  const data = mkdtempSync(join(tmpdir(), 'palate Küche 料理-'))
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', helper], {
    env: { PATH: process.env.PATH, PALATE_HOME: data, PALATE_PORT: '', PALATE_CACHE: '', ...env },
  })
  rmSync(data, { recursive: true })
  expect(JSON.parse(stdout)).toEqual({
    ...{ homeFolder: data, cacheFolder: join(data, 'cache'), home: join(data, 'cache/home'), port: '3000' },
  })
})
