/**
 * Some templates write today's date. It is fixed, as in training: a model must read the same prompt tomorrow.
 * The date is the one that Llama 3's template takes where it knows none.
 */
const fixedDate = new Date(Date.UTC(2024, 6, 26))

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const two = (value: number) => String(value).padStart(2, '0')

/** The fixed date in the codes of strftime that templates use; any other code stays as it is. */
export function formatFixedDate(format: string): string {
  const month = months[fixedDate.getUTCMonth()] ?? ''
  const day = days[fixedDate.getUTCDay()] ?? ''
  const codes: Readonly<Record<string, string>> = {
    Y: String(fixedDate.getUTCFullYear()),
    ...{ m: two(fixedDate.getUTCMonth() + 1), d: two(fixedDate.getUTCDate()) },
    ...{ B: month, b: month.slice(0, 3), A: day, a: day.slice(0, 3) },
    ...{ H: '00', M: '00', S: '00' },
  }
  return format.replaceAll(/%([A-Za-z])/g, (whole, code: string) => codes[code] ?? whole)
}
