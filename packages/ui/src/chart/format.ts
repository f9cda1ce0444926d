/** A figure as short as it stays true: 3 significant digits, exponents only where plain digits would mislead. */
export function formatFigure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size !== 0 && size < 0.001) return value.toExponential(1).replace('e-', 'e−').replace(/^-/, '−')
  if (size >= 1000) return Math.round(value).toLocaleString('en')
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  return value.toFixed(digits).replace(/^-/, '−')
}
