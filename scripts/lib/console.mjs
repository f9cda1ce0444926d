// Progress for people: one line a step, with its time. Only Node's built-ins: this runs before anything is installed.
const color = process.stdout.isTTY && !process.env.NO_COLOR

/** @param {string} code an ANSI color @returns {(text: string) => string} */
const paint = (code) => (text) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
export const bold = paint('1')
export const faint = paint('2')
const green = paint('32')
const red = paint('31')

/** An error with a sentence for a person; printed without a stack. */
export class Stop extends Error {}

/**
 * Runs one step and prints its name, a note while it works, and how long it took.
 *
 * @param {string} name
 * @param {() => unknown} work may return a note, which is printed in parentheses
 */
export async function step(name, work) {
  const started = Date.now()
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`
  const ticker = process.stdout.isTTY
    ? setInterval(() => process.stdout.write(`\r  ${faint('…')} ${name} ${faint(seconds())}   `), 200)
    : null
  if (!ticker) process.stdout.write(`  … ${name}\n`)
  try {
    const note = await work()
    if (ticker) process.stdout.write('\r\u001b[2K')
    const text = typeof note === 'string' && note ? ` ${faint(`(${note})`)}` : ''
    process.stdout.write(`  ${green('✓')} ${name}${text} ${faint(seconds())}\n`)
  } catch (error) {
    if (ticker) process.stdout.write('\r\u001b[2K')
    process.stdout.write(`  ${red('✗')} ${name} ${faint(seconds())}\n`)
    throw error
  } finally {
    if (ticker) clearInterval(ticker)
  }
}

/**
 * Prints why a script failed: a sentence for a Stop, a stack for a defect.
 *
 * @param {unknown} error
 */
export function fail(error) {
  const text = error instanceof Stop ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`\n${red(text ?? '')}\n`)
  process.exitCode = 1
}
