/** Text that PostgreSQL can store: without NUL characters and halves of surrogate pairs, which a byte-level model may write. */
export function cleanText(text: string): string {
  const whole = text.replaceAll('\u0000', '')
  return /[\ud800-\udfff]/.test(whole) ? Buffer.from(whole, 'utf8').toString('utf8') : whole
}
