/** A figure as short as it stays true: 3 significant digits, exponents only where plain digits would mislead. */
export function formatFigure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 0.0001) return value.toExponential(1).replace('e-', 'e−').replace(/^-/, '−')
  if (size >= 999.5) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3).replace(/^-/, '−')
}

/** A share of a whole in per cent. */
export function formatShare(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? '–'
    : `${Math.round(value * 100)}%`
}

/** Seconds as a clock shows them: 0:05, 12:30, 2:00:00. */
export function formatClock(seconds: number): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const whole = Math.round(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** A tick of an axis with as many decimals as tell it from its neighbor, `increment` away. */
export function formatTick(value: number, increment: number): string {
  const size = Math.abs(value)
  const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((count) => isWhole(increment * 10 ** count)) ?? 10
  if (size < increment / 1000 && increment < 0.001) return '0'
  // A small figure near nothing is read by its exponent; one far from it by all the digits in which neighbors differ.
  if (size !== 0 && size < 0.01 && increment < 0.001) {
    const mantissa = Math.max(1, digits + Math.floor(Math.log10(size)))
    return value.toExponential(mantissa).replace('e-', 'e−').replace(/^-/, '−')
  }
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return text.replace(/^-(?=0(\.0*)?$)/, '').replace(/^-/, '−')
}

const isWhole = (value: number) => value > 0.5 && Math.abs(value - Math.round(value)) < 1e-6

/** What x counts: the steps of a training, or seconds. */
export type ChartAxis = 'step' | 'seconds'

export const formatPosition = (position: number, axis: ChartAxis) =>
  axis === 'seconds' ? formatClock(position) : `step ${position.toLocaleString('en')}`

/** A value with its unit. `%` reads a share of a whole, 0 to 1, in per cent. */
export function formatValue(value: number | null | undefined, unit?: string): string {
  if (unit === '%') return formatShare(value)
  const figure = formatFigure(value)
  return unit === undefined || figure === '–' ? figure : `${figure} ${unit}`
}
