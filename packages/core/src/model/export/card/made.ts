import type { RunKind } from '@palate/protocol'
import { code, count, plain } from './markdown'
import type { Step, Story } from './story'

const kinds: Partial<Record<RunKind, string>> = {
  pretrain: 'trained from nothing',
  import: 'imported',
  sft: 'fine-tuned on recipes (SFT)',
  dpo: 'tuned on votes (DPO)',
  kto: 'tuned on thumbs (KTO)',
}

export function describeStep({ kind, merged }: Pick<Step, 'kind' | 'merged'>): string {
  return merged ? 'merged with its base' : (kinds[kind] ?? kind)
}

/** Each run on the way, with its data and its settings. */
export function writeMade({ steps }: Story): string {
  const parts = steps.map((step, index) => {
    const title = `### ${index + 1}. ${plain(step.model.name)} v${step.model.number}: ${describeStep(step)}`
    return [title, writeData(step), writeSettings(step)].filter(Boolean).join('\n\n')
  })
  return ['## How it was made', ...parts].join('\n\n')
}

function writeData({ lineage, examples, kind }: Step): string {
  const { run, votes, pairs, thumbs, personas, batches, datasets } = lineage
  const list = <T>(items: readonly T[], name: (item: T) => string) => items.map(name).join(', ')
  const lines = [
    `Run ${run.number} of ${run.createdAt.toISOString().slice(0, 10)}, seed ${run.seed}.${stoppedSentence(run.stopped)}`,
    kind === 'pretrain' && 'Data: generated texts of the recipe grammar; they follow from the seed.',
    examples !== null && `Examples: ${count(examples)}.`,
    votes &&
      `Votes: ${count(votes.count)} (people ${count(votes.person)}, judges ${count(votes.judge)}, rules ${count(votes.rule)}), SHA-256 of their sorted ids \`${votes.sha256}\`.`,
    pairs && `Pairs with a winner: ${count(pairs.decided)}; ties left out: ${count(pairs.ties)}.`,
    thumbs &&
      `Thumbs of the chat: ${count(thumbs.up)} up, ${count(thumbs.down)} down, SHA-256 \`${thumbs.sha256}\`.`,
    datasets.length > 0 &&
      `Datasets: ${list(datasets, ({ name, number, sha256 }) => `${plain(name)} v${number}${sha256 ? ` (SHA-256 \`${sha256}\`)` : ''}`)}.`,
    batches.length > 0 &&
      `Batches of variants: ${list(batches, ({ number, seed }) => `${number} (seed ${seed})`)}.`,
    personas.length > 0 && `Personas: ${list(personas, ({ name, number }) => `${plain(name)} v${number}`)}.`,
  ]
  return lines.flatMap((line) => (line ? [`- ${line}`] : [])).join('\n')
}

function stoppedSentence(stopped: Step['lineage']['run']['stopped']): string {
  return stopped ? ` It ended at step ${count(stopped.step)} of ${count(stopped.totalSteps)}.` : ''
}

/** Where a model lies on somebody's machine is nobody else's business. */
const privateSettings = new Set(['source', 'base'])

function writeSettings({ config }: Step): string {
  const shown = Object.entries(config)
    .filter(([key, value]) => !privateSettings.has(key) && value !== null && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  if (shown.length === 0) return ''
  return code('json', JSON.stringify(Object.fromEntries(shown), null, 2))
}
