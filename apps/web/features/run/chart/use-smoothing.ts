import { useEffect, useState } from 'react'

const key = 'palate.chart-smoothing'
const standard = 0.6

/** What was kept, or the standard where nothing was or it is no weight. */
export function readSmoothing(kept: string | null): number {
  const value = kept === null || kept === '' ? Number.NaN : Number(kept)
  return value >= 0 && value <= 0.98 ? value : standard
}

/** The smoothing of all charts, kept in this browser. A browser that keeps nothing has the standard again on reload. */
export function useSmoothing(): [number, (value: number) => void] {
  const [smoothing, setSmoothing] = useState(standard)
  useEffect(() => {
    try {
      setSmoothing(readSmoothing(localStorage.getItem(key)))
    } catch {
      // Storage is blocked.
    }
  }, [])
  const keep = (value: number) => {
    setSmoothing(value)
    try {
      localStorage.setItem(key, String(value))
    } catch {
      // Storage is blocked or full.
    }
  }
  return [smoothing, keep]
}
