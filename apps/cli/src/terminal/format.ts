const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** "93 MB" */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toPrecision(2)} ${units[unit]}`
}

/** "3 min 20 s" */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ''}`
  const minutes = Math.round((whole % 3600) / 60)
  return `${Math.floor(whole / 3600)} h${minutes ? ` ${minutes} min` : ''}`
}

/** "135 M" parameters */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toPrecision(3)} B`
  if (count >= 1e6) return `${Math.round(count / 1e6)} M`
  return count >= 1e3 ? `${Math.round(count / 1e3)} k` : String(count)
}

const bars = '▁▂▃▄▅▆▇█'

/** The last values as bars between their least and their greatest. */
export function sparkline(values: readonly number[], width = 24): string {
  const shown = values.filter(Number.isFinite).slice(-width)
  const low = Math.min(...shown)
  const range = Math.max(...shown) - low
  return shown
    .map((value) => bars[range > 0 ? Math.round(((value - low) / range) * (bars.length - 1)) : 0])
    .join('')
}
