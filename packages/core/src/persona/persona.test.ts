import { personaVersion } from '@palate/db'
import { seedPersonas as firstPersonas } from '@palate/recipe'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createTestDeps, createWorkspaceFixture } from '../testing'
import {
  archivePersona,
  exportPersonasYaml,
  getPersona,
  importPersonasYaml,
  listPersonas,
  savePersona,
  seedPersonas,
} from './index'

const deps = await createTestDeps()

const body = {
  name: 'a Mexican vegan',
  cuisines: ['mexican'],
  flavors: ['bold'],
  style: 'comfort',
  diets: ['vegan'],
  forbidden: ['cheese'],
  preferred: ['beans'],
  systemPrompt: null,
}

test('the first personas are added once, and another seeding does not undo an edit', async () => {
  const { owner, engineer } = await createWorkspaceFixture(deps)
  const first = await deps.all.transaction((tx) => seedPersonas(tx, owner))
  expect(first.created).toBe(firstPersonas.length)
  const [one] = await listPersonas(owner)
  if (!one) throw new Error('there are personas')
  await savePersona(engineer, { id: one.id, slug: one.slug, body: { ...one.body, style: 'festive' } })
  expect(await deps.all.transaction((tx) => seedPersonas(tx, owner))).toEqual({ created: 0 })
  const after = await getPersona(owner, { id: one.id })
  expect(after.body.style).toBe('festive')
  expect(after.versions.map(({ number }) => number)).toEqual([2, 1])
})

test('an edit makes a version, the same text makes none, and old versions do not change', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const made = await savePersona(engineer, { slug: 'cantina', body })
  const again = await savePersona(engineer, { id: made.id, slug: 'cantina', body })
  expect(again.versionId).toBe(made.versionId)
  const edited = await savePersona(engineer, {
    id: made.id,
    slug: 'cantina',
    body: { ...body, preferred: [] },
  })
  expect(edited.number).toBe(2)
  expect(edited.systemPrompt).not.toContain('Likes')
  const [old] = await deps.all.select().from(personaVersion).where(eq(personaVersion.id, made.versionId))
  expect(old?.body.preferred).toEqual(['beans'])
})

test('twenty edits at once get twenty numbers', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const { id } = await savePersona(engineer, { slug: 'cantina', body })
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      savePersona(engineer, { id, slug: 'cantina', body: { ...body, style: `style ${index}` } }),
    ),
  )
  const { versions } = await getPersona(engineer, { id })
  expect(versions.map(({ number }) => number)).toEqual(Array.from({ length: 21 }, (_, index) => 21 - index))
})

test('a slug belongs to one active persona; an archived one is restored with its history', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const made = await savePersona(engineer, { slug: 'cantina', body })
  await expect(savePersona(engineer, { slug: 'cantina', body })).rejects.toMatchObject({ code: 'conflict' })
  await archivePersona(engineer, { id: made.id })
  expect(await listPersonas(engineer)).toEqual([])
  const back = await savePersona(engineer, { slug: 'cantina', body: { ...body, style: 'new' } })
  expect(back).toMatchObject({ id: made.id, number: 2 })
})

test('an exported file imports unchanged; a changed file makes versions; other personas stay', async () => {
  const { owner } = await createWorkspaceFixture(deps)
  await deps.all.transaction((tx) => seedPersonas(tx, owner))
  await savePersona(owner, { slug: 'written', body: { ...body, systemPrompt: 'Cook only soup.' } })
  const { yaml } = await exportPersonasYaml(owner)
  const all = firstPersonas.length + 1
  expect(await importPersonasYaml(owner, { yaml })).toEqual({ created: 0, updated: 0, unchanged: all })
  const changed = yaml.replace('Cook only soup.', 'Cook only stew.')
  expect(await importPersonasYaml(owner, { yaml: changed })).toEqual({
    created: 0,
    updated: 1,
    unchanged: all - 1,
  })
})

test('a file with one wrong line changes nothing, and the error names the line', async () => {
  const { owner } = await createWorkspaceFixture(deps)
  const yaml = [
    'version: 1',
    'personas:',
    '  - slug: good',
    '    name: Good',
    '  - slug: bad',
    '    name: Bad',
    '    diets: [sunlight]',
  ].join('\n')
  await expect(importPersonasYaml(owner, { yaml })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/Line 7.*sunlight/),
  })
  expect(await listPersonas(owner)).toEqual([])
})

test.each([
  ['an alias without an anchor', 'personas: [*nobody]'],
  [
    'many aliases',
    'a: &a [x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\npersonas: [*c,*c,*c]',
  ],
  ['deep lists', `personas: ${'['.repeat(90_000)}`],
  ['NUL', 'version: 1\npersonas: [{slug: a, name: "a\\0b"}]'],
  ['half of a character pair', 'version: 1\npersonas: [{slug: a, name: a, forbidden: ["\\ud83d"]}]'],
])('a file with %s is refused in a sentence with the line', async (_name, yaml) => {
  const { owner } = await createWorkspaceFixture(deps)
  await expect(importPersonasYaml(owner, { yaml })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/^The persona file was not imported\. Line \d+.*\.$/),
  })
})

test('line separators of Unicode survive in a persona, through its file too', async () => {
  const { owner } = await createWorkspaceFixture(deps)
  const systemPrompt = 'Cook\u2028well.\u2029Cook\u0085slowly.'
  await savePersona(owner, { slug: 'lines', body: { ...body, systemPrompt } })
  const { yaml } = await exportPersonasYaml(owner)
  expect(await importPersonasYaml(owner, { yaml })).toEqual({ created: 0, updated: 0, unchanged: 1 })
  expect(await listPersonas(owner)).toMatchObject([{ systemPrompt }])
})

test('a viewer can read but not write; a stranger cannot read another workspace', async () => {
  const { owner, viewer, labeler } = await createWorkspaceFixture(deps)
  const stranger = (await createWorkspaceFixture(deps)).owner
  const { id } = await savePersona(owner, { slug: 'cantina', body })
  expect(await listPersonas(viewer)).toHaveLength(1)
  for (const ctx of [viewer, labeler]) {
    for (const act of [
      () => savePersona(ctx, { slug: 'other', body }),
      () => archivePersona(ctx, { id }),
      () => importPersonasYaml(ctx, { yaml: 'version: 1' }),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'forbidden' })
  }
  expect(await listPersonas(stranger)).toEqual([])
  for (const act of [
    () => getPersona(stranger, { id }),
    () => savePersona(stranger, { id, slug: 'cantina', body }),
    () => archivePersona(stranger, { id }),
  ])
    await expect(act()).rejects.toMatchObject({ code: 'not_found' })
})
