const numbers = new Intl.NumberFormat('en')
const day = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

export const formatCount = (value: number) => numbers.format(value)

/** "1 pair", "2 pairs"; give the plural if it does not end in s. */
export const plural = (value: number, noun: string, many = `${noun}s`) =>
  `${numbers.format(value)} ${value === 1 ? noun : many}`

/** A rate in percent with one decimal: "64.3%". */
export const formatPercent = (value: number) => `${value.toFixed(1).replace(/^-/, '−')}%`

/** A signed difference in points. */
export const formatPoints = (value: number) =>
  `${value > 0 ? '+' : value < 0 ? '−' : '±'}${Math.abs(value).toFixed(1)} points`

/** A 95% interval: "67.4 to 82.6". */
export const formatInterval = ({ low, high }: { low: number; high: number }) =>
  `${low.toFixed(1).replace(/^-/, '−')} to ${high.toFixed(1).replace(/^-/, '−')}`

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`
}

export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** "about 12 min left": as exact as an estimate is. */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 45) return 'less than a minute left'
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `about ${minutes} min left`
  const rounded = 5 * Math.round(minutes / 5)
  return `about ${Math.floor(rounded / 60)} h ${String(rounded % 60).padStart(2, '0')} min left`
}

export const formatDate = (value: Date | string) => day.format(new Date(value))

/** "just now", "4 min ago", then the date. */
export function formatAgo(value: Date | string, now: number): string {
  const elapsed = now - new Date(value).getTime()
  if (elapsed < 45_000) return 'just now'
  if (elapsed < 3_600_000) return `${Math.max(1, Math.round(elapsed / 60_000))} min ago`
  if (elapsed < 24 * 3_600_000) return `${Math.round(elapsed / 3_600_000)} h ago`
  return formatDate(value)
}

/** "3.21 B" */
export function formatParameters(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} B`
  if (count >= 1e6) return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} M`
  return formatCount(count)
}

/** An amount of money in its currency: "€3.20"; small amounts have up to four decimals. */
export function formatMoney({ amount, currency }: { amount: number; currency: string }): string {
  const digits = amount > 0 && amount < 0.1 ? 4 : 2
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount)
}

/** Floating-point operations per second: "1.9 TFLOP/s", "43 GFLOP/s". */
export function formatFlops(flops: number): string {
  const tera = flops >= 1e12
  const value = flops / (tera ? 1e12 : 1e9)
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${tera ? 'TFLOP/s' : 'GFLOP/s'}`
}

/** The loopback of a sign-in is this machine: `127.0.0.1`, or the network that `::1` is stored as. */
export function formatAddress(address: string): string {
  return /^(127\.|::1$|0:0:0:0::\/64$)/.test(address) ? 'this machine' : address
}
