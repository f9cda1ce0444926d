import { countFailed } from '@palate/protocol'
import type { Client, Outputs } from '../connect/client'
import { CliError, Exit, exit } from '../exit'
import { describeState } from '../run/describe'
import { followRun } from '../run/follow'
import { formatCount } from '../terminal/format'
import type { Output } from '../terminal/output'
import { bold, faint, green, yellow } from '../terminal/styled'

type Model = Outputs['model']['get']

/**
 * Shows an import until its model is registered, and what the comparison of trainer and server found.
 *
 * @throws CliError when it fails or the model is not servable; Exit when it was canceled, or on Ctrl-C
 */
export async function followImport(
  client: Client,
  { runId, number }: { runId: string; number: number },
  out: Output,
): Promise<void> {
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt)
  let shown = ''
  try {
    const run = await followRun(client, runId, {
      signal: stop.signal,
      onState: (state) => {
        const text = describeState(state)
        if (out.json && text !== shown)
          out.data({ type: 'state', runId, number, status: state.status, progress: state.progress })
        out.status(`Import: ${text}`, `Import: ${state.progress?.stage ?? state.status}`)
        shown = text
      },
      onOutage: (error) => out.warn`${yellow(error.message)} Trying again.`,
    })
    if (!run) {
      out.note`The import goes on. See it with: palate runs watch ${number}`
      throw new Exit(exit.interrupted)
    }
    if (run.status === 'failed')
      throw new CliError(
        `The import failed: ${run.failure?.message ?? 'no reason is known.'}`,
        run.failure?.remedy,
      )
    if (run.status === 'canceled') {
      out.note`The import was canceled.`
      throw new Exit(exit.canceled)
    }
    if (!run.modelVersionId)
      throw new CliError(
        'The import finished, but registered no model.',
        `palate runs watch ${number} shows its log.`,
      )
    showModel(await client.model.get.query({ id: run.modelVersionId }), out)
  } finally {
    out.clearStatus()
    process.off('SIGINT', interrupt)
  }
}

function showModel(model: Model, out: Output): void {
  const { id, name, number, facts, notServable, license } = model
  const gate = facts?.gate ?? null
  if (out.json) out.data({ type: 'end', id, name, number, license, notServable, gate })
  else {
    const what = facts
      ? ` · ${facts.architecture} · ${formatCount(facts.parameters)} parameters · ${facts.quantization}`
      : ''
    out.line`${green('Added')} ${bold(`${name}@${number}`)}${faint(`${what}${license ? ` · ${license}` : ''}`)}`
    if (gate)
      out.line`Trainer and server agree in ${gate.conversations - countFailed(gate)} of ${gate.conversations} conversations ${faint(`(${gate.equalPrompts} prompts and ${gate.equalAnswers} answers equal, ${gate.tiedAnswers} answers but for ties)`)}`
  }
  if (notServable)
    throw new CliError(
      `${name}@${number} is registered, but cannot be served. ${notServable}`,
      'It can be trained on; its page shows what differs.',
    )
}
