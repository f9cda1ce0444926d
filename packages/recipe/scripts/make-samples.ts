/**
 * Writes the product's own small inputs, data/samples/recipes.csv and recipes.jsonl, from a seed and the
 * templates of dishes.ts: `npx tsx packages/recipe/scripts/make-samples.ts`. Running it again changes nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '../src/random'
import { type Dish, writeDishes } from './dishes'

const folder = fileURLToPath(new URL('../data/samples/', import.meta.url))
mkdirSync(folder, { recursive: true })

const dishes = writeDishes(seededRandom(20), 134)
const lined = dishes
  .slice(0, 80)
  .map(({ title, tags, ingredients, directions }) => JSON.stringify({ title, tags, ingredients, directions }))
writeFileSync(`${folder}recipes.jsonl`, `${lined.join('\n')}\n`)

const rows = dishes.slice(80).map((dish, index) => toRow(index, dish))
const [first = '', second = ''] = rows
// Rows as real corpora have them: what the import must drop, and say why.
const bad = [
  `54,,"[""2 eggs"", ""30 g butter""]","[""Beat the eggs."", ""Fry them in the butter.""]",palate.example/54,Palate,"[""eggs"", ""butter""]"`,
  `55,Soup Without Ingredients,[],"[""Boil the pot."", ""Serve.""]",palate.example/55,Palate,[]`,
  `56,Toast Without a Method,"[""2 slices bread"", ""30 g butter""]",[],palate.example/56,Palate,"[""bread"", ""butter""]"`,
  `57,Broken List,"[""200 g flour"", ""1 egg","[""Mix.""]",palate.example/57,Palate,[]`,
  first.replace(/^0,/, '58,'),
  second.replace(/^1,/, '59,'),
]
writeFileSync(
  `${folder}recipes.csv`,
  [',title,ingredients,directions,link,source,NER', ...rows, ...bad, ''].join('\n'),
)

function toRow(index: number, { title, ingredients, directions, names }: Dish): string {
  const list = (items: string[]) => quote(JSON.stringify(items).replaceAll('","', '", "'))
  const cells = [String(index), quote(title), list(ingredients), list(directions)]
  return [...cells, `palate.example/${index}`, 'Palate', list(names)].join(',')
}

function quote(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
