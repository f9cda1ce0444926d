import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { BriefText, describeRules, rulesOf } from './brief'
import { PairView } from './pair-view'

const left =
  '# Beans\n20 min | serves 2 | mexican\n\n## Ingredients\n- 200 g beans\n- 1 lime\n\n## Method\n1. Warm the beans.\n2. Serve with lime.'
const right = left.replace('- 1 lime', '- 100 g cheese')
const body = {
  name: 'a vegan cook',
  style: '',
  cuisines: [],
  flavors: [],
  preferred: [],
  diets: ['vegan'],
  forbidden: ['milk', 'butter', 'yogurt', 'eggs', 'honey', 'lard', 'gelatin', 'crema', 'ghee', 'whey'],
}
const pair = {
  pairId: 'pair_1',
  left,
  right,
  persona: { slug: 'vegan', name: 'a vegan cook', body },
  inventory: ['beans'],
  request: 'I need a main dish.',
  expiresAt: new Date(0),
} as unknown as Parameters<typeof PairView>[0]['pair']

const nothing = () => undefined
const html = renderToStaticMarkup(
  <PairView pair={pair} onVote={nothing} onSkip={nothing} onUndo={nothing} onHelp={nothing} />,
)

it('marks what the persona forbids, with the reason, on the card that has it', () => {
  const [, a = '', b = ''] = html.split('<article')
  expect(a).not.toContain('bg-bad-soft')
  expect(b).toMatch(/<mark[^>]*bg-bad-soft[^>]*>cheese<\/mark>/)
  expect(b).toMatch(/dairy/i)
})

it('fades the lines that both answers have by a color that can be read, not by transparency', () => {
  expect(html).not.toMatch(/<li[^>]*opacity-/)
  expect(html).toMatch(/<li[^>]*text-ink-3/)
})

it('opens all rules by a button; none is dropped', () => {
  const rules = rulesOf(body)
  expect(rules).toHaveLength(11)
  expect(html).toMatch(/<button[^>]*>All 11 rules<\/button>/)
  const text = renderToStaticMarkup(<BriefText inventory={['beans']} rules={rules} />)
  for (const word of body.forbidden) expect(text).toContain(`no ${word}`)
})

it('promises no rules where a persona has none', () => {
  expect([0, 1, 2].map(describeRules)).toEqual(['Details', 'The rule', 'All 2 rules'])
})

it('names each choice by the words on its button', () => {
  const bar = html.slice(html.indexOf('role="toolbar"'))
  expect(bar).not.toMatch(/<button[^>]*aria-label/)
  expect(bar).not.toMatch(/<kbd(?![^>]*aria-hidden)/)
})

it('has a brief of one height, and choices that stand below the cards instead of over them', () => {
  expect(html).toMatch(/<header class="[^"]*\bh-38\b[^"]*\bmd:h-26\b/)
  expect(html).not.toMatch(/role="toolbar"[^>]*sticky/)
  expect(html).toMatch(/overflow-y-auto/)
})
