import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const features = join(import.meta.dirname, '..')
const files = readdirSync(features, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.tsx') && readFileSync(join(features, file), 'utf8').includes('<TabsTrigger'),
)

it.each(files)('%s: what a tab controls exists', (file) => {
  expect(readFileSync(join(features, file), 'utf8')).toContain('<TabsContent')
})
