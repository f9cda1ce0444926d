import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DatasetImportError, type ImportProgress, importRecipes, readExamples, sniffFormat } from './index'
import { csvRow, header, jsonRow, linesOf, useImports } from './testing'

const { folder, write, load, lastWork } = useImports()

describe('a CSV in RecipeNLG layout', () => {
  it('names each reason with the line where the row starts, also after line breaks in fields', async () => {
    const result = await load(
      [
        header,
        csvRow('Beans on toast'), // 2
        csvRow('A title\nover\nthree lines'), // 3 to 5
        csvRow('   '), // 6
        csvRow('Nothing in it', '[]'), // 7
        csvRow('No steps', '["beans"]', ''), // 8
        csvRow('Broken list', '["beans"'), // 9
        csvRow('A list of numbers', '[1]'), // 10
        csvRow('Too long', '["beans"]', JSON.stringify(['stir '.repeat(5000)])), // 11
        '1,too,few', // 12
        csvRow('BEANS   on Toast'), // 13
        '', // 14: no row
        '7,"a stray quote" here,"[""x""]","[""y""]",,,', // 15
        csvRow('Last, "quoted"'), // 16
      ].join('\r\n'),
    )
    expect(linesOf(result)).toEqual({
      'no title': [6],
      'no ingredients': [7],
      'no directions': [8],
      'ingredients: a list that is cut off or malformed': [9],
      'ingredients: not a list of texts': [10],
      'too long': [11],
      'broken CSV row': [12, 15],
      duplicate: [13],
    })
    expect(result).toMatchObject({ format: 'recipenlg-csv', rowsRead: 12, rowsKept: 3, rowsDropped: 9 })
    expect(result.profile.preview.map(({ line, title }) => [line, title])).toEqual([
      [2, 'Beans on toast'],
      [3, 'A title over three lines'],
      [16, 'Last, "quoted"'],
    ])
  })

  it('loses only the row whose quote never closes', async () => {
    const result = await load(
      [header, csvRow('One'), '1,"open,[],[],,,', csvRow('Two'), csvRow('Three')].join('\n'),
    )
    expect(linesOf(result)).toEqual({ 'broken CSV row': [3] })
    expect(result.rowsKept).toBe(3)
  })

  it('continues after an open quote with megabytes behind it', async () => {
    const plainRows = Array.from(
      { length: 40_000 },
      (_, row) => `${row},a title without lists and quotes,,,,,`,
    )
    const result = await load(
      [header, csvRow('One'), '1,"open,[],[],,,', ...plainRows, csvRow('Two')].join('\n'),
    )
    expect(result.profile.dropped.map(({ reason, count }) => [reason, count])).toEqual([
      ['no ingredients', 40_000],
      ['broken CSV row', 1],
    ])
    expect(result.profile.preview.map(({ line }) => line)).toEqual([2, 40_004])
  })

  it('finds columns in any order and ignores a byte order mark', async () => {
    const result = await load(`\uFEFFdirections,title,ingredients\n"[""Cook.""]",Beans,"[""beans""]"\n`)
    expect(result.profile.preview).toEqual([
      { line: 2, title: 'Beans', ingredients: ['beans'], directions: ['Cook.'] },
    ])
  })
})

describe('JSONL', () => {
  it('names each reason with its line', async () => {
    const result = await load(
      [
        jsonRow('Beans', { tags: ['quick'] }),
        '{"title": "cut',
        '[1, 2]',
        '',
        jsonRow(''),
        jsonRow('No ingredients', { ingredients: undefined }),
        jsonRow('No directions', { directions: [' '] }),
        jsonRow('No list', { ingredients: 'beans' }),
        `{"title": "${'x'.repeat(3_000_000)}"}`,
        jsonRow('Nul\u0000 and half \ud83d'),
        jsonRow('beans'),
      ].join('\n'),
    )
    expect(linesOf(result)).toEqual({
      'line is not JSON': [2],
      'line is not a JSON object': [3],
      'no title': [5],
      'no ingredients': [6],
      'no directions': [7],
      'ingredients: one text instead of a list': [8],
      'too long': [9],
      duplicate: [11],
    })
    expect(result.profile.preview.map(({ title }) => title)).toEqual(['Beans', 'Nul and half \uFFFD'])
    const examples = await readExamples(result.parquetPath, { spillFolder: tmpdir(), limit: 10, seed: 1 })
    expect(examples.find(({ title }) => title === 'Beans')).toEqual({
      id: expect.stringMatching(/^ex_[0-9a-f]{20}$/),
      line: 1,
      title: 'Beans',
      ingredients: ['beans'],
      directions: ['Cook.'],
      tags: ['quick'],
      text: '# Beans\n\n## Ingredients\n- beans\n\n## Method\n1. Cook.',
      split: expect.stringMatching(/^(train|validation|test)$/),
    })
  })
})

describe('a file that is of no use', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ['empty', '', /is empty/],
    ['blank', '\n \n', /blank lines/],
    ['binary', Buffer.from([1, 2, 0, 3]), /binary/],
    ['a ZIP', Buffer.from('PK\x03\x04rest'), /ZIP archive/],
    ['UTF-16', Buffer.from('\uFEFF{"title":1}', 'utf16le'), /UTF-16/],
    ['a JSON list', '[{"title":"x"}]', /one JSON list/],
    [
      'a NUL character',
      `${jsonRow('x'.repeat(70_000))}\n${jsonRow('b')}\u0000\n`,
      /Line 2 holds a NUL character/,
    ],
    ['prose', 'Dear cook,\nthis is a letter.', /names no column title, ingredients, directions/],
    ['one word', 'recipes', /neither/],
    ['another CSV', 'title,price\nx,3', /names no column ingredients, directions/],
    ['a header alone', `${header}\n`, /no recipe/],
    ['nothing usable', `${jsonRow('')}\n${jsonRow('')}`, /None of the 2 rows .* 2 × no title \(line 1\)/],
    [
      'Latin-1 in the middle',
      Buffer.concat([Buffer.from(`${jsonRow('a')}\n${jsonRow('b')}\n`), Buffer.from([0xe9, 0x0a])]),
      /not UTF-8 text: line 3/,
    ],
    ['cut inside a character', Buffer.concat([Buffer.from(jsonRow('a')), Buffer.from([0xc3])]), /not UTF-8/],
  ])('%s: says so in a sentence, with a remedy, and leaves nothing', async (_name, content, sentence) => {
    const error = await load(content).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DatasetImportError)
    expect(error).toMatchObject({
      message: expect.stringMatching(sentence),
      remedy: expect.stringMatching(/\.$/),
    })
    const work = lastWork()
    expect(existsSync(work) ? await readdir(work) : []).toEqual([])
  })

  it('has the format of its content', async () => {
    expect(await sniffFormat(await write(jsonRow('a')))).toBe('recipe-jsonl')
  })
})

it('gives the same bytes for the same file, and the same split for the same recipe elsewhere', async () => {
  const rows = Array.from({ length: 5000 }, (_, row) => jsonRow(`Recipe ${row}`))
  const hash = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  const first = await load(rows.join('\n'))
  const second = await load(rows.join('\n'))
  expect(await hash(second.parquetPath)).toBe(await hash(first.parquetPath))
  expect(first.profile.splits.train / 5000).toBeCloseTo(0.9, 1)
  const fewer = await load(rows.slice(100, 200).reverse().join('\n'))
  const splitOf = async (path: string) =>
    new Map(
      (await readExamples(path, { spillFolder: tmpdir(), limit: 5000, seed: 3 })).map((row) => [
        row.id,
        JSON.stringify({ ...row, line: 0 }),
      ]),
    )
  const all = await splitOf(first.parquetPath)
  for (const [id, row] of await splitOf(fewer.parquetPath)) expect(all.get(id)).toBe(row)
  const draw = (seed: number) => readExamples(first.parquetPath, { spillFolder: tmpdir(), limit: 20, seed })
  expect(await draw(1)).toEqual(await draw(1))
  expect((await draw(1)).map(({ id }) => id)).not.toEqual((await draw(2)).map(({ id }) => id))
})

it('stops when it is aborted and leaves nothing', async () => {
  const abort = new AbortController()
  const rows = Array.from({ length: 20_000 }, (_, row) => jsonRow(`Recipe ${row}`))
  const work = load(rows.join('\n'), {
    signal: abort.signal,
    onProgress: () => abort.abort(new Error('the hub stops')),
  })
  await expect(work).rejects.toThrow('the hub stops')
  expect(await readdir(lastWork())).toEqual([])
})

/** The full size, 200,000 rows, runs nightly. */
const [many, distinct] = process.env.PALATE_NIGHTLY ? [200_000, 180_000] : [40_000, 36_000]

it('imports many rows with 128 MB for DuckDB, and reports its progress', async () => {
  const path = join(folder(), 'large.jsonl')
  const rows = function* () {
    for (let row = 0; row < many; row += 1) {
      const title = `Recipe ${row % distinct}`
      const directions = Array.from({ length: 6 }, (_, step) => `Step ${step} of ${title}: stir.`)
      yield `${JSON.stringify({ title, ingredients: ['beans', 'salt', 'water'], directions })}\n`
    }
  }
  await pipeline(Readable.from(rows()), createWriteStream(path))
  const progress: ImportProgress[] = []
  const result = await importRecipes({
    path,
    workFolder: join(folder(), 'large'),
    memoryLimitMb: 128,
    onProgress: (now) => void progress.push(now),
  })
  expect(result).toMatchObject({ rowsRead: many, rowsKept: distinct, rowsDropped: many - distinct })
  expect(result.profile.dropped).toMatchObject([{ reason: 'duplicate', count: many - distinct }])
  expect(result.profile.dropped[0]?.lines.slice(0, 3)).toEqual([1, 2, 3].map((after) => distinct + after))
  const percents = progress.map(({ percent }) => percent)
  expect(percents).toEqual([...percents].sort((a, b) => a - b))
  expect(percents.length).toBeGreaterThan(many / 2000)
  expect(percents.at(-1)).toBe(100)
}, 600_000)

const shared = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
describe.skipIf(!existsSync(shared))('real files (../shared/data; skipped where it is absent)', () => {
  it.each([
    ['recipenlg/sample.csv', 'recipenlg-csv', 49],
    ['public-domain-recipes/recipes.jsonl', 'recipe-jsonl', 402],
  ])('%s', async (name, format, rows) => {
    const result = await importRecipes({ path: join(shared, name), workFolder: join(folder(), format) })
    expect(result).toMatchObject({ format, rowsRead: rows, rowsKept: rows, rowsDropped: 0 })
  })
})
