import type { Client } from '../connect/client'
import { CliError, Exit, exit } from '../exit'
import { nameOf } from '../model/find'
import { sparkline } from '../terminal/format'
import type { Output } from '../terminal/output'
import { bold, faint, green, red, yellow } from '../terminal/styled'
import { describeDuration, describeLeft, describeState, toRunData } from './describe'
import type { RunView } from './find'
import { followRun } from './follow'
import { LogTail } from './log-tail'

/**
 * Shows a run until it is over: its state, its loss and its log. Ctrl-C leaves the run as it is.
 *
 * @throws Exit with what the run came to: 1 failed, 2 canceled; 130 for Ctrl-C
 */
export async function watchRun(client: Client, first: RunView, out: Output): Promise<void> {
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt)
  const tail = new LogTail(client, first.id)
  if (out.json) out.data({ type: 'run', ...toRunData(first) })
  else out.line`Run ${bold(first.number)} · ${first.kind} · ${first.name}`
  let shown = ''
  const onState = async (run: RunView) => {
    const lines = await tail.read()
    const loss = await readLoss(client, run)
    for (const { level, text, time } of lines) {
      if (out.json) out.data({ type: 'log', time, level, text })
      else
        out.line`${faint(clock(time))} ${level === 'error' ? red(text) : level === 'warn' ? yellow(text) : text}`
    }
    const state = describeState(run)
    if (!out.json) out.status(describeLine(run, loss), rough(run))
    else if (state !== shown) out.data({ type: 'state', ...toRunData(run), loss: loss.at(-1) ?? null })
    shown = state
  }
  try {
    const last = await followRun(client, first.id, {
      signal: stop.signal,
      onState,
      onOutage: (error) => out.warn`${yellow(error.message)} Trying again.`,
    })
    if (!last) {
      out.note`Run ${first.number} goes on. Cancel it with: palate runs cancel ${first.number}`
      throw new Exit(exit.interrupted)
    }
    await endOf(client, last, out)
  } finally {
    out.clearStatus()
    process.off('SIGINT', interrupt)
  }
}

const clock = (time: Date) => time.toTimeString().slice(0, 8)

function describeLine(run: RunView, loss: readonly number[]): string {
  const last = loss.at(-1)
  const figures = last === undefined ? '' : `loss ${last.toPrecision(3)} ${sparkline(loss)}`
  return [describeState(run), figures, describeLeft(run)].filter(Boolean).join(' · ')
}

/** Elsewhere than in a terminal a line comes at each tenth of a stage. */
function rough(run: RunView): string {
  const { progress } = run
  if (run.status !== 'running' || !progress?.totalSteps) return describeState(run)
  return `${progress.stage} ${Math.floor((10 * progress.step) / progress.totalSteps)}`
}

/** Of a training: its loss so far, as many points as a line shows. */
async function readLoss(client: Client, { id, kind, status }: RunView): Promise<number[]> {
  if (status === 'queued' || ['import', 'generate', 'probe'].includes(kind)) return []
  const { series } = await client.run.metrics.query({ runId: id, keys: ['loss'], maxPoints: 24 })
  return series[0]?.points.map(([, value]) => value) ?? []
}

/** The last lines, and what it came to as the exit code. */
async function endOf(client: Client, run: RunView, out: Output): Promise<void> {
  out.clearStatus()
  const { status, number, failure, modelVersionId, stopped } = run
  const model = modelVersionId ? await client.model.get.query({ id: modelVersionId }) : null
  if (out.json)
    out.data({
      type: 'end',
      ...toRunData(run),
      model: model ? { id: model.id, name: model.name, number: model.number } : null,
    })
  if (status === 'failed')
    throw new CliError(`Run ${number} failed: ${failure?.message ?? 'no reason is known.'}`, failure?.remedy)
  if (status === 'canceled') {
    out.note`${yellow(`Run ${number} was canceled.`)}`
    throw new Exit(exit.canceled)
  }
  if (out.json) return
  const early = stopped ? `, stopped after ${stopped.step} of ${stopped.totalSteps} steps` : ''
  out.line`${green(`Run ${number} finished`)} after ${describeDuration(run)}${early}.`
  if (model) out.line`Model ${bold(nameOf(model))} ${faint(model.id)}`
}
