import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './missing'
import type { Point } from './recorder'

export interface SpoolView {
  attemptId: string
  /** Points that the agent knew were stored. */
  acked: Point[]
  /** Points that were on its disk and not acked yet. */
  waiting: Point[]
}

/** Reads every spool of a killed agent: what it had accepted, before anything else happens to it. */
export async function readSpools(agentHome: string): Promise<SpoolView[]> {
  const runs = join(agentHome, 'runs')
  const views: SpoolView[] = []
  for (const run of await readdir(runs).catch(isMissing<string[]>([]))) {
    const attempts = join(runs, run, 'attempts')
    for (const attemptId of await readdir(attempts).catch(isMissing<string[]>([])))
      views.push(await readSpool(join(attempts, attemptId, 'spool'), attemptId))
  }
  return views
}

async function readSpool(folder: string, attemptId: string): Promise<SpoolView> {
  const names = await readdir(folder).catch(isMissing<string[]>([]))
  const acked = Number(await readFile(join(folder, 'acked'), 'utf8').catch(isMissing('0')))
  const view: SpoolView = { attemptId, acked: [], waiting: [] }
  for (const name of names.filter((one) => one.endsWith('.jsonl')).sort()) {
    const text = await readFile(join(folder, name), 'utf8')
    for (const line of text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)) {
      const { seq, event } = JSON.parse(line) as Line
      if (event.type !== 'metric') continue
      const points = Object.entries(event.values).map(([key, value]) => ({
        key,
        step: event.position,
        value,
      }))
      ;(seq <= acked ? view.acked : view.waiting).push(...points)
    }
  }
  return view
}

interface Line {
  seq: number
  event: { type: string; position: number; values: Record<string, number> }
}
