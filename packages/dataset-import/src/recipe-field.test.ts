import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readExamples } from './index'
import { csvRow, header, jsonRow, linesOf, useImports } from './testing'

const { load } = useImports()

describe('what is plainly meant', () => {
  const rowOf = async (content: string) => (await load(content)).profile.preview

  it.each([
    ['JSON', '["1 can beans", "salt"]', '["Mix.", "Bake."]'],
    ['Python lists', "['1 can beans', 'salt']", `['Mix.', "Bake."]`],
    ['steps in lines', '1 can beans\nsalt', '1. Mix.\n2. Bake.'],
    ['numbered steps', '["1 can beans", "salt"]', 'Step 1: Mix. Step 2: Bake.'],
    ['sentences', '["1 can beans", "salt"]', 'Mix. Bake.'],
  ])('a CSV with %s', async (_name, ingredients, directions) => {
    expect(await rowOf(`${header}\n${csvRow('Beans', ingredients, directions)}`)).toEqual([
      { line: 2, title: 'Beans', ingredients: ['1 can beans', 'salt'], directions: ['Mix.', 'Bake.'] },
    ])
  })

  it.each([
    ['a Python object', `{'title': 'Beans', 'ingredients': ['beans'], 'directions': ['Mix.', "Bake."]}`],
    ['name and instructions', '{"name":"Beans","ingredients":["beans"],"instructions":["Mix.","Bake."]}'],
    ['name and steps', '{"name":"Beans","ingredients":"[\'beans\']","steps":"Mix. Bake."}'],
    [
      'NaN in unused keys',
      `${jsonRow('Beans', { directions: ['Mix.', 'Bake.'] }).slice(0, -1)},"rating":NaN,"x":-Infinity}`,
    ],
  ])('a JSONL line with %s', async (_name, line) => {
    expect(await rowOf(line)).toEqual([
      { line: 1, title: 'Beans', ingredients: ['beans'], directions: ['Mix.', 'Bake.'] },
    ])
  })

  it('a CSV whose columns are called name and steps', async () => {
    expect(await rowOf(`name,id,steps,ingredients\nBeans,1,"['Mix.', 'Bake.']",['beans']`)).toEqual([
      { line: 2, title: 'Beans', ingredients: ['beans'], directions: ['Mix.', 'Bake.'] },
    ])
  })

  it('but NaN in a used key drops the line with this reason', async () => {
    const result = await load(
      [
        jsonRow('Beans'),
        '{"title":NaN,"ingredients":["beans"],"directions":["Cook."]}',
        '{"title":"a","ingredients":[NaN],"directions":["Cook."]}',
        '{"title":"b","ingredients":["beans"],"directions":NaN}',
        '{"title":7,"ingredients":["beans"],"directions":["Cook."]}',
        '{"title":"c","ingredients":["beans"],"directions":{"1":"Cook."}}',
      ].join('\n'),
    )
    expect(linesOf(result)).toEqual({
      'title: NaN': [2],
      'ingredients: NaN': [3],
      'directions: NaN': [4],
      'title: not text': [5],
      'directions: not a list of texts': [6],
    })
  })

  it('and a missing value that a program wrote as text is no step', async () => {
    const result = await load(
      [header, csvRow('A'), csvRow('B', '["beans"]', 'nan'), csvRow('None')].join('\n'),
    )
    expect(linesOf(result)).toEqual({ 'no directions': [3], 'no title': [4] })
  })
})

describe('line separators of Unicode in a text', () => {
  /** JavaScript and Python take these for ends of lines; JSON Lines and CSV do not. */
  const title = 'Beans\u2028on\u2029toast\u0085today'

  it.each([
    ['JSONL', [jsonRow(title), jsonRow('Soup')].join('\n'), [1, 2]],
    ['CSV', [header, csvRow(title), csvRow('Soup')].join('\n'), [2, 3]],
  ])('do not split a row of %s', async (_name, content, lines) => {
    const result = await load(content)
    expect(result).toMatchObject({ rowsRead: 2, rowsKept: 2 })
    const examples = await readExamples(result.parquetPath, { spillFolder: tmpdir(), limit: 10, seed: 1 })
    const inOrder = examples.sort((a, b) => a.line - b.line)
    expect(inOrder.map(({ line, title }) => [line, title])).toEqual([
      [lines[0], 'Beans on toast today'],
      [lines[1], 'Soup'],
    ])
  })
})
