'use client'

import { useEffect, useState } from 'react'

/** The current time, updated every `everyMs`: for "4 min ago" and running clocks. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
