import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const features = join(import.meta.dirname, '../features')

it('what is loaded on demand has a placeholder: without one, all around it disappears while it loads', () => {
  const files = readdirSync(features, { recursive: true, encoding: 'utf8' })
  const bare = files.filter((file) => {
    if (!file.endsWith('.tsx')) return false
    const calls = readFileSync(join(features, file), 'utf8').split('= dynamic(').slice(1)
    return calls.some((call) => !/\bloading:/.test(call.slice(0, call.search(/\n\n|\nexport /))))
  })
  expect(bare).toEqual([])
})
