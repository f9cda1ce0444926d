/**
 * Reports to the other tabs of this browser which pairs were judged here, so that none of them asks for a judgment twice.
 * Elsewhere the server has the last word.
 */
export function openOtherTabs(onJudged: (pairId: string) => void): {
  report: (pairId: string) => void
  close: () => void
} {
  const channel = new BroadcastChannel('palate-labels')
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') onJudged(data)
  }
  return { report: (pairId) => channel.postMessage(pairId), close: () => channel.close() }
}
