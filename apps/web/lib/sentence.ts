/**
 * What went wrong and what to do about it, in the server's own words: core's errors carry a remedy beside the
 * message.
 */
export function sentenceOf(error: unknown): string {
  const { message, data } = (error ?? {}) as { message?: unknown; data?: { remedy?: unknown } | null }
  const parts = [message, data?.remedy].filter((part) => typeof part === 'string' && part !== '')
  return parts.length > 0 ? parts.join(' ') : 'Something went wrong. Please try again.'
}
