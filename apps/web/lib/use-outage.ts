import { useEffect, useRef, useState } from 'react'
import { describeErrorBody } from './error'

const askEveryMs = 3000
const unreachable =
  'Palate cannot be reached. Check the connection; this page goes on by itself when it is back.'

/**
 * Whether a page failed because a part of Palate is away: asks the web process after its health until that is good.
 *
 * @param onOver called once, when an outage is over; never where there was none
 * @returns what is away and what to do, or null
 */
export function useOutage(onOver: () => void): string | null {
  const [outage, setOutage] = useState<string | null>(null)
  const callback = useRef(onOver)
  callback.current = onOver
  useEffect(() => {
    let wasAway = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const stopping = new AbortController()
    const ask = async () => {
      const problem = await findProblem(stopping.signal)
      if (stopping.signal.aborted) return
      setOutage(problem)
      if (problem === null) {
        if (wasAway) callback.current()
        return
      }
      wasAway = true
      timer = setTimeout(ask, askEveryMs)
    }
    void ask()
    return () => {
      stopping.abort()
      clearTimeout(timer)
    }
  }, [])
  return outage
}

async function findProblem(signal: AbortSignal): Promise<string | null> {
  try {
    const response = await fetch('/api/health', { cache: 'no-store', signal })
    return response.ok ? null : describeErrorBody(await response.text())
  } catch {
    return unreachable
  }
}
