import { expect, it } from 'vitest'
import { z } from 'zod'
import { defaultOf, envSchema, processNames, readEnv, variables } from './index'

it('reads a variable by its rule, with the default of the table', () => {
  const schema = envSchema('hub', {
    HUB_PORT: z.coerce.number().int(),
    HUB_TRUSTED_PROXIES: z.string().transform((list) => list.split(',')),
    REDIS_URL: z.string().min(1).optional(),
  })
  expect(readEnv(schema, {})).toEqual({ HUB_PORT: 3201, HUB_TRUSTED_PROXIES: ['127.0.0.1', '::1'] })
  expect(readEnv(schema, { HUB_PORT: '80', REDIS_URL: 'redis://a' })).toMatchObject({
    HUB_PORT: 80,
    REDIS_URL: 'redis://a',
  })
})

it('takes an empty variable for one that is not set', () => {
  const schema = envSchema('hub', {
    HUB_PORT: z.coerce.number().int(),
    REDIS_URL: z.string().min(1).optional(),
  })
  expect(readEnv(schema, { HUB_PORT: '', REDIS_URL: ' ' })).toEqual({ HUB_PORT: 3201 })
})

it('names each variable that is missing or wrong', () => {
  const schema = envSchema(['web', 'hub'], {
    DATABASE_URL: z.string().min(1),
    PALATE_LEASE_SECONDS: z.coerce.number().min(5),
  })
  expect(() => readEnv(schema, { PALATE_LEASE_SECONDS: '1' })).toThrow(
    /^The environment is not usable:\n {2}DATABASE_URL: .*\n {2}PALATE_LEASE_SECONDS: .*$/,
  )
})

it('refuses a variable that the table does not have for this process', () => {
  expect(() => envSchema('web', { HUB_PORT: z.string() })).toThrow('HUB_PORT is not in')
  expect(() => envSchema(['web', 'agent'], { DATABASE_URL: z.string() })).toThrow('variable of agent')
  const unknown: object = { PALATE_MADE_UP: z.string() }
  expect(() => envSchema('web', unknown)).toThrow('PALATE_MADE_UP is not in')
})

it('has a default only where the table has one', () => {
  expect(defaultOf('HUB_PORT')).toBe('3201')
  expect(() => defaultOf('DATABASE_URL')).toThrow('DATABASE_URL has no default.')
})

it('describes each variable in a sentence and names who reads it', () => {
  for (const [name, variable] of Object.entries(variables)) {
    expect(variable.what, name).toMatch(/\.$/)
    expect(variable.process.length, name).toBeGreaterThan(0)
    expect(processNames, name).toEqual(expect.arrayContaining(variable.process))
    expect(variable.default !== undefined && variable.otherwise !== undefined, name).toBe(false)
  }
})
