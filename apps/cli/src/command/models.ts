import { chatTemplates, quantizations } from '@palate/protocol'
import type { Command } from 'commander'
import { CliError, exit } from '../exit'
import { followImport } from '../model/add'
import { exportModel } from '../model/export'
import { formats } from '../model/files'
import { findModel, type ModelView, nameOf } from '../model/find'
import { findAgentId, readSource } from '../model/source'
import { formatBytes, formatCount } from '../terminal/format'
import { bold, faint, green, type Piece, yellow } from '../terminal/styled'
import type { Tools } from '../tools'
import type { Run } from './run-command'

const addHelp = `
Examples:
  $ palate models add smollm2-135m-instruct                  of the list of starting models
  $ palate models add meta-llama/Llama-3.2-1B-Instruct       of Hugging Face
  $ palate models add /models/my-llama --agent gpu-1         a folder that the agent's owner opened
  $ palate models add Qwen/Qwen3-0.6B --revision main --quantization Q4_K_M

An agent fetches the model, checks and converts it, and compares what trainer and server read and
write. Exit codes: 0 added, 1 it failed or cannot be served, 2 canceled. Ctrl-C leaves the import as it is.`

const exportHelp = `
Examples:
  $ palate models export cook@3 --format gguf --out .
  $ palate models export cook --format ollama --persona mexican-vegan --out .

A zip with the files, a model card and SHA256SUMS, as the page Models has it. It has its name only
when it is whole and each file is as its checksum says; a file that is there is not overwritten
without --force. After an interruption the same command goes on.`

interface ExportFlags {
  format: string
  out: string
  persona?: string
  force?: boolean
}

interface AddOptions {
  revision?: string
  agent?: string
  name?: string
  quantization?: string
  chatTemplate?: string
  detach?: boolean
}

export function addModelCommands(program: Command, run: Run): void {
  const models = program.command('models').description('The models of the workspace.')
  models
    .command('list')
    .description('Lists the models, the newest first, with the public names of their deployments.')
    .option('--json', 'a line of JSON for each')
    .action(run(listModels))
  models
    .command('add')
    .argument('<model>', 'a starting model, owner/name of Hugging Face, or the path of a folder')
    .description('Imports a model and shows how it goes.')
    .option('--revision <name>', 'a branch, a tag or a commit of Hugging Face')
    .option('--agent <agent>', 'the agent that imports it, by name or id')
    .option('--name <text>', 'default: the last part of its source')
    .option('--quantization <type>', `of the weights for serving: ${quantizations.join(', ')}`)
    .option('--chat-template <name>', `for a model without one: ${chatTemplates.join(', ')}`)
    .option('--detach', 'do not wait for the end')
    .option('--json', 'lines of JSON')
    .addHelpText('after', addHelp)
    .action(run((tools, what: string, options: AddOptions) => addModel(tools, what, options)))
  models
    .command('export')
    .argument('<model>', 'by name (the newest of it), name@number, id, or the public name of its deployment')
    .description('Downloads a model as a zip with its model card and checksums.')
    .requiredOption(
      '--format <format>',
      'gguf for llama.cpp, safetensors for transformers, ollama for ollama create',
    )
    .requiredOption('--out <folder>', 'where it goes; it is made if it is not there')
    .option('--persona <name>', 'of an Ollama model: whose prompt becomes its system prompt')
    .option('--force', 'replace a file that is there')
    .option('--json', 'a line of JSON')
    .addHelpText('after', exportHelp)
    .action(run((tools, ref: string, flags: ExportFlags) => exportFiles(tools, ref, flags)))
}

async function exportFiles({ client: open, out }: Tools, ref: string, flags: ExportFlags): Promise<void> {
  const format = formats.find((one) => one === flags.format)
  if (!format)
    throw new CliError(
      `There is no format "${flags.format}".`,
      `Use one of ${formats.join(', ')}.`,
      exit.usage,
    )
  const { persona, force = false, out: folder } = flags
  if (persona && format !== 'ollama')
    throw new CliError('Only an Ollama model has a persona.', 'Leave out --persona.', exit.usage)
  const opened = await open()
  const model = await findModel(opened.client, ref)
  await exportModel(opened, model, { format, persona, folder, force, out })
}

async function listModels({ client: open, out }: Tools): Promise<void> {
  const { client } = await open()
  const models = await client.model.list.query()
  if (out.json) {
    for (const model of models) out.data(model)
    return
  }
  if (models.length === 0) out.note`There are no models yet. palate models add --help shows how to add one.`
  else out.table(['MODEL', 'KIND', 'SIZE', 'PARAMETERS', 'LICENSE', 'CHAT'], models.map(rowOf))
}

function rowOf(model: ModelView): Piece[] {
  const { kind, sizeBytes, quantization, parameters, license, deployments, notServable } = model
  return [
    bold(nameOf(model)),
    kind,
    `${formatBytes(sizeBytes)}${quantization ? ` ${quantization}` : ''}`,
    parameters === null ? faint('–') : formatCount(parameters),
    license ?? faint('–'),
    notServable
      ? yellow('not servable')
      : deployments.length > 0
        ? green(deployments.join(', '))
        : faint('not deployed'),
  ]
}

async function addModel({ client: open, out }: Tools, what: string, options: AddOptions): Promise<void> {
  const source = readSource(what, options.revision)
  const quantization = quantizations.find((one) => one === (options.quantization ?? 'original'))
  if (!quantization)
    throw new CliError(
      `There is no type of weights "${options.quantization}".`,
      `Use one of ${quantizations.join(', ')}.`,
      exit.usage,
    )
  const chatTemplate = chatTemplates.find((one) => one === (options.chatTemplate ?? 'own'))
  if (!chatTemplate)
    throw new CliError(
      `There is no chat template "${options.chatTemplate}".`,
      `Use one of ${chatTemplates.join(', ')}.`,
      exit.usage,
    )
  const { client } = await open()
  const agentId = await findAgentId(client, options.agent, source.from)
  const added = await client.model.add.mutate({
    source,
    quantization,
    chatTemplate,
    agentId,
    name: options.name,
  })
  if (out.json) out.data({ type: 'import', ...added })
  else out.note`The import is run ${bold(added.number)}. ${faint(added.runId)}`
  if (!options.detach) await followImport(client, added, out)
}
