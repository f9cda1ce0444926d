import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { extendTailwindMerge } from 'tailwind-merge'
import { expect, test } from 'vitest'
import { cn } from './cn'

const whole = extendTailwindMerge({ extend: { classGroups: { 'font-size': [{ text: ['2xs', 'md'] }] } } })
const root = join(import.meta.dirname, '../../..')

/** Every class in the sources of the pages, without those that stand for a state or a width. */
function findClasses(): string[] {
  const files = ['packages/ui/src', 'apps/web/features', 'apps/web/app'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.tsx'))
      .map((name) => join(root, folder, name)),
  )
  const texts = files.flatMap(
    (file) => readFileSync(file, 'utf8').match(/(['"`])[a-z0-9[\]():/. _%,&>*=#|-]+\1/g) ?? [],
  )
  const words = texts.flatMap((text) => text.slice(1, -1).split(/\s+/))
  return [...new Set(words)].filter((word) => /^-?[a-z][a-z0-9-]*(\[.+\])?(\/\d+)?$/.test(word))
}

test('joins any two classes of the pages as the library with all its groups does', () => {
  const classes = findClasses()
  expect(classes.length).toBeGreaterThan(200)
  const different = new Map<string, string>()
  // The library takes a shadow of our own for the color of a shadow.
  const isShadow = (name: string) => name.startsWith('shadow-')
  for (const one of classes)
    for (const other of classes)
      if (one !== other && !(isShadow(one) && isShadow(other)) && cn(one, other) !== whole(one, other))
        different.set(`${one} ${other}`, whole(one, other))
  expect([...different].slice(0, 60)).toEqual([])
})

test('keeps a class that only another width or state sets', () => {
  expect(cn('p-2 sm:p-4', 'p-3')).toBe('sm:p-4 p-3')
  expect(cn('text-ink hover:text-accent', ['text-bad', false])).toBe('hover:text-accent text-bad')
})
