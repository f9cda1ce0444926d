import { expect, it } from 'vitest'
import { findWordsIn, parseWordRules } from './check-words.mjs'
import { readProjectFile } from './lib/project-files.mjs'

/** What each rule of the list must find, in the list's order. */
const samples: [text: string, file?: string][] = [
  ['the next rung of it'],
  ['runProof'],
  ['run_receipts'],
  ['estimate_fit'],
  ['this box has two GPUs'],
  ['free places'],
  ['openKitchen()', 'e2e/a.test.ts'],
  ['a witness process'],
  ['its patience ends'],
  ['on the shelf'],
  ['lanes'],
  ['a refusal'],
  ['a model from elsewhere'],
  ['the agent is told'],
  ['what befell it'],
  ['it was shown out'],
  ['gone with the run'],
  ['onLook()'],
  ['honourRate'],
  ['the map of the house'],
  ['it shall end'],
  ['cancelled'],
  ['enrolment'],
  ['a neighbour'],
  ['labelling'],
  ['quantised'],
  ['to analyse'],
  ['a licence'],
  ['CorpusError'],
  ['self.cook(model)', 'gpu-agent/trainer/a.py'],
  ['the front asks each'],
  ['a run begins with it'],
  ['whoever asks'],
  ['hence'],
  ['nothing of record'],
  ['for want of memory'],
  ['none can be had'],
  ['its own end'],
  ['never heard of'],
]

const list = () => parseWordRules(readProjectFile('scripts/words.txt'))

it('finds a sample of each rule in the list', () => {
  const rules = list()
  expect(rules).toHaveLength(samples.length)
  for (const [index, rule] of rules.entries()) {
    const [text, file = 'docs/a.md'] = samples[index] ?? ['']
    expect(findWordsIn([rule], file, text), `${rule.pattern} in "${text}"`).toHaveLength(1)
  }
})

it.each([
  'a boxplot in a sandbox-like view, with a viewBox',
  'recognize the color of a canceled run',
  'early_stop_patience',
  'The preflight fits; the place is taken',
  'prooftext and tolder',
])('leaves "%s" alone', (text) => {
  expect(findWordsIn(list(), 'docs/a.md', text)).toEqual([])
})

it('names the file, the line, the word and what to say; looks at names of files and parts of names too', () => {
  const rules = parseWordRules('# a comment\n\nproofs? -> preflight')
  expect(findWordsIn(rules, 'docs/proof.md', 'fine\nconst runProof_row = 1')).toEqual([
    'docs/proof.md:0: "proof"; say preflight',
    'docs/proof.md:2: "Proof"; say preflight',
  ])
})

it('respects except and only', () => {
  const rules = parseWordRules(
    'shelf -> cache | except: docs/**\nhouse -> stack | only: e2e/**, **/*.test.ts',
  )
  const found = (file: string) => findWordsIn(rules, file, 'shelf house').map((line) => line.split('"')[1])
  expect(found('docs/a.md')).toEqual([])
  expect(found('packages/a.ts')).toEqual(['shelf'])
  expect(found('e2e/chaos/stack.ts')).toEqual(['shelf', 'house'])
  expect(found('packages/core/src/a.test.ts')).toEqual(['shelf', 'house'])
  expect(found('.github/a.yml')).toEqual(['shelf'])
})

it.each(['only a word', 'a -> b -> c', 'a -> b | excpt: x', '-> b'])('refuses the line "%s"', (line) => {
  expect(() => parseWordRules(`fine -> good\n${line}`)).toThrow('words.txt:2')
})
