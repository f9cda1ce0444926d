import type { Command } from 'commander'
import { CliError } from '../exit'
import { colorStatus, describeState, toRunData } from '../run/describe'
import { findRun, isOver } from '../run/find'
import { watchRun } from '../run/watch'
import { bold, faint } from '../terminal/styled'
import type { Tools } from '../tools'
import { numberFrom } from './number'
import type { Run } from './run-command'
import { addCreateCommands } from './runs-create'

const watchHelp = `
Ctrl-C leaves the run as it is. Exit codes: 0 the run finished, 1 it failed, 2 it was canceled,
3 Palate was not reached for ten minutes, 130 Ctrl-C. With --json every line is an object:
{"type":"run"}, {"type":"state"} when its state changes, {"type":"log"}, and {"type":"end"} at last.

Examples:
  $ palate runs watch 12
  $ palate runs watch run_4f2… --json | jq .loss`

/** <run> is its number, as the pages show it, or its id. */
export function addRunCommands(program: Command, run: Run): void {
  const runs = program.command('runs').description('Trainings and the other work of the agents.')
  runs
    .command('list')
    .description('Lists the newest runs.')
    .option('--kind <kind>', 'only of this kind, for example dpo')
    .option('--limit <count>', 'at most 200', numberFrom({ min: 1, max: 200, whole: true }), 20)
    .option('--json', 'a line of JSON for each')
    .action(run(listRuns))
  addCreateCommands(runs, run)
  runs
    .command('watch')
    .argument('<run>', 'its number or id')
    .description('Shows state, loss and log of a run until it is over.')
    .option('--json', 'lines of JSON')
    .addHelpText('after', watchHelp)
    .action(
      run(async ({ client: open, out }, ref: string) => {
        const { client } = await open()
        await watchRun(client, await findRun(client, ref), out)
      }),
    )
  runs
    .command('cancel')
    .argument('<run>', 'its number or id')
    .description('Cancels a run. A queued run ends at once, a running one at its next checkpoint.')
    .option('--json', 'one line of JSON')
    .action(run((tools, ref: string) => change(tools, ref, 'cancel')))
  runs
    .command('stop')
    .argument('<run>', 'its number or id')
    .description('Ends a training after its current step and keeps its model.')
    .option('--json', 'one line of JSON')
    .action(run((tools, ref: string) => change(tools, ref, 'stop')))
}

const kinds = ['pretrain', 'sft', 'dpo', 'kto', 'import', 'generate', 'probe'] as const

async function listRuns(
  { client: open, out }: Tools,
  { kind: named, limit }: { kind?: string; limit: number },
): Promise<void> {
  const kind = kinds.find((one) => one === named)
  if (named && !kind) throw new CliError(`There is no kind "${named}".`, `Use one of ${kinds.join(', ')}.`)
  const { client } = await open()
  const found = await client.run.list.query({ limit, ...(kind ? { kind } : {}) })
  if (out.json) {
    for (const one of found) out.data(toRunData(one))
    return
  }
  if (found.length === 0) out.note`There are no runs yet. palate runs create --help shows how to make one.`
  else
    out.table(
      ['RUN', 'KIND', 'STATUS', 'NAME', 'NOW'],
      found.map((one) => [
        bold(one.number),
        one.kind,
        colorStatus(one.status),
        one.name,
        faint(isOver(one) ? one.createdAt.toISOString().slice(0, 10) : describeState(one)),
      ]),
    )
}

async function change({ client: open, out }: Tools, ref: string, verb: 'cancel' | 'stop'): Promise<void> {
  const { client } = await open()
  const { id, number } = await findRun(client, ref)
  await client.run[verb].mutate({ id })
  const after = await client.run.get.query({ id })
  if (out.json) out.data(toRunData(after))
  else if (after.status === 'canceled') out.line`Run ${bold(number)} is canceled.`
  else if (verb === 'cancel')
    out.line`Run ${bold(number)} is being canceled. Watch it with: palate runs watch ${number}`
  else out.line`Run ${bold(number)} stops after its current step and keeps its model.`
}
