import type { Command } from 'commander'
import type { Client, Inputs } from '../connect/client'
import { CliError, exit } from '../exit'
import { findModel } from '../model/find'
import { toRunData } from '../run/describe'
import { findDatasetVersion } from '../run/find-dataset'
import { describeSettings, readSettings, type Training, trainings } from '../run/read-settings'
import { watchRun } from '../run/watch'
import { bold, faint } from '../terminal/styled'
import type { Tools } from '../tools'
import { collect, numberFrom } from './number'
import type { Run } from './run-command'

const about: Readonly<Record<Training, string>> = {
  pretrain: 'Trains a starter model from nothing on recipes that Palate generates.',
  sft: 'Trains a model on the recipes of a dataset.',
  dpo: 'Trains a model on votes: pairs of a chosen and a rejected answer.',
  kto: "Trains a model on the thumbs of the chat's visitors.",
}
const examples: Readonly<Record<Training, string>> = {
  pretrain: '$ palate runs create pretrain --set steps=600 --watch',
  sft: '$ palate runs create sft --model SmolLM2-135M-Instruct --dataset recipes.csv --set epochs=1',
  dpo: '$ palate runs create dpo --set beta=0.2 --set epochs=3 --source person --watch',
  kto: '$ palate runs create kto --set desirableWeight=2',
}
const sources = ['person', 'judge', 'rule'] as const

interface CreateOptions {
  name?: string
  seed?: number
  priority?: number
  gpus?: number
  label?: string[]
  set?: string[]
  model?: string
  dataset?: string
  batch?: string[]
  source?: string[]
  watch?: boolean
}

/** `runs create <kind>`, each kind with the settings that it has. */
export function addCreateCommands(runs: Command, run: Run): void {
  const create = runs.command('create').description('Queues a training.')
  for (const kind of trainings) {
    const command = create
      .command(kind)
      .description(about[kind])
      .option('--name <text>', 'default: of its kind and model')
      .option('--set <name=value>', 'a setting; may be given several times', collect)
    if (kind !== 'pretrain')
      command.option(
        '--model <model>',
        'a model of the registry, by name, name@number or id; default: the newest',
      )
    if (kind === 'sft')
      command.option('--dataset <dataset>', 'by name or id; default: the newest that is ready')
    if (kind === 'dpo')
      command
        .option('--batch <id>', 'only the votes of this batch; may be given several times', collect)
        .option('--source <who>', `only votes of ${sources.join(', ')}; may be given several times`, collect)
    command
      .option(
        '--seed <number>',
        'the same seed gives the same run',
        numberFrom({ min: 0, max: 2 ** 31 - 1, whole: true }),
      )
      .option('--priority <number>', 'higher goes first', numberFrom({ min: -100, max: 100, whole: true }))
      .option('--label <label>', 'the agent must have it; may be given several times', collect)
      .option('--gpus <count>', 'at least so many', numberFrom({ min: 0, max: 64, whole: true }))
      .option('--watch', 'show the run until it is over')
      .option('--json', 'lines of JSON')
      .addHelpText('after', () => `\n${describeSettings(kind)}\n\nExample:\n  ${examples[kind]}`)
      .action(run((tools, options: CreateOptions) => createRun(tools, kind, options)))
  }
}

async function createRun(
  { client: open, out }: Tools,
  kind: Training,
  options: CreateOptions,
): Promise<void> {
  // What is wrong here needs no connection to be found.
  const settings = options.set ?? []
  readSettings(kind, settings)
  const sources = readSources(options.source)
  const { client } = await open()
  const made = await client.run.create.mutate(
    await inputOf(client, kind, { ...options, set: settings }, sources),
  )
  if (out.json && !options.watch) out.data(toRunData(made))
  else if (!out.json) out.line`Run ${bold(made.number)} is queued. ${faint(made.id)}`
  if (options.watch) return watchRun(client, made, out)
  out.note`Watch it with: palate runs watch ${made.number}`
}

type VoteSource = (typeof sources)[number]

function readSources(given: readonly string[] | undefined): VoteSource[] | undefined {
  return given?.map((one) => {
    const known = sources.find((source) => source === one)
    if (known) return known
    throw new CliError(`There are no votes of "${one}".`, `Use one of ${sources.join(', ')}.`, exit.usage)
  })
}

async function inputOf(
  client: Client,
  kind: Training,
  { name, seed, priority, gpus, label, model, dataset, batch, set = [] }: CreateOptions,
  sources: VoteSource[] | undefined,
): Promise<Inputs['run']['create']> {
  const shared = { name, seed, priority, gpus, labels: label }
  if (kind === 'pretrain') return { kind, ...shared, config: readSettings(kind, set) }
  const baseModelVersionId = model ? (await findModel(client, model)).id : undefined
  const tuning = { ...shared, baseModelVersionId }
  if (kind === 'kto') return { kind, ...tuning, config: readSettings(kind, set) }
  if (kind === 'dpo') return { kind, ...tuning, config: readSettings(kind, set), batchIds: batch, sources }
  const datasetVersionId = dataset ? await findDatasetVersion(client, dataset) : undefined
  return { kind, ...tuning, config: readSettings(kind, set), datasetVersionId }
}
