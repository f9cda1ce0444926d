import { performance } from 'node:perf_hooks'
import type { ProbeResult } from '@palate/protocol'
import type { HubHttp } from '../files/hub-http'

const trips = 5
const mebibytes = 8

/**
 * Measures the connection to the hub: the median of a few round trips, and the rate of one download. Null where the
 * connection breaks.
 */
export async function probeConnection(
  http: HubHttp,
  token: string,
  signal: AbortSignal,
): Promise<Pick<ProbeResult, 'hubRoundTripMs' | 'hubBytesPerSecond'>> {
  return {
    hubRoundTripMs: await measure(() => roundTrip(http, token, signal)),
    hubBytesPerSecond: await measure(() => download(http, token, signal)),
  }
}

async function roundTrip(http: HubHttp, token: string, signal: AbortSignal): Promise<number> {
  const times: number[] = []
  // The first round trip opens the connection and is not counted.
  for (let trip = 0; trip <= trips; trip += 1) {
    const began = performance.now()
    await (await http.get('/files/health', token, signal)).text()
    if (trip > 0) times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)[Math.floor(trips / 2)] ?? Number.NaN
}

async function download(http: HubHttp, token: string, signal: AbortSignal): Promise<number> {
  const began = performance.now()
  const bytes = await (await http.get(`/files/probe/${mebibytes}`, token, signal)).arrayBuffer()
  return bytes.byteLength / ((performance.now() - began) / 1000)
}

async function measure(task: () => Promise<number>): Promise<number | null> {
  const value = await task().catch(() => null)
  return value !== null && Number.isFinite(value) ? value : null
}
