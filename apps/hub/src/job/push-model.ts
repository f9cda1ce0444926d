import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '@palate/config'
import { type Deps, endPush, type JobPayloads, mayGoOn, type PushProgress, startPush } from '@palate/core'
import { pushToOllama } from '../ollama/push'
import type { JobKind } from './kind'

type Payload = JobPayloads['push-model']

const askEveryMs = 500
const { connectSeconds, idleSeconds, createIdleSeconds, totalSeconds } = limits.push
const budget = {
  connectMs: connectSeconds * 1000,
  idleMs: idleSeconds * 1000,
  createIdleMs: createIdleSeconds * 1000,
  totalMs: totalSeconds * 1000,
}

/** Sends a model to an Ollama. A hub that stops leaves the rest to the next: files that arrived are not sent again. */
export const pushModelJob: JobKind<Payload> = {
  async run({ deps, pushAddresses: allowed }, { pushId }, stopping) {
    const work = await startPush(deps, pushId)
    if (!work) return
    const watch = watchPush(deps, pushId)
    const signal = AbortSignal.any([stopping, watch.canceled])
    try {
      const { storage } = deps
      await pushToOllama(work, { storage, allowed, budget, signal, report: watch.report })
      await watch.end()
      await endPush(deps, pushId, { status: 'finished', error: null })
    } catch (error) {
      await watch.end()
      if (!watch.canceled.aborted) throw error
      await endPush(deps, pushId, { status: 'canceled', error: null })
    }
  },
  async giveUp({ deps }, { pushId }, error) {
    await endPush(deps, pushId, { status: 'failed', error })
  },
}

/** Stores the progress a few times a second, and looks whether somebody has canceled. */
function watchPush(deps: Deps, pushId: string) {
  const canceled = new AbortController()
  const ended = new AbortController()
  let newest: PushProgress | null = null
  const look = async () => {
    const progress = newest
    newest = null
    if (!(await mayGoOn(deps, pushId, progress))) canceled.abort()
  }
  const watching = (async () => {
    while (!ended.signal.aborted) {
      await look().catch((error) =>
        deps.log.warn({ pushId, error: String(error) }, 'a push could not be noted'),
      )
      await sleep(askEveryMs, undefined, { signal: ended.signal }).catch(() => undefined)
    }
  })()
  return {
    canceled: canceled.signal,
    report: (progress: PushProgress) => {
      newest = { ...progress }
    },
    /** Stores the last progress. */
    async end() {
      ended.abort()
      await watching
      if (newest) await look().catch(() => undefined)
    },
  }
}
