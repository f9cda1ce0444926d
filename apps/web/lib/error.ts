/** An error as one text for the user: core's errors carry a message and a remedy, the text has both. */
export function describeError(error: unknown): string {
  const { message, data } = (error ?? {}) as { message?: unknown; data?: { remedy?: unknown } | null }
  const parts = [message, data?.remedy].filter((part) => typeof part === 'string' && part !== '')
  return parts.length > 0 ? parts.join(' ') : 'Something went wrong. Try again.'
}

/** The message and remedy in the body of an HTTP error response of the hub (`{error: {message, remedy?}}`). */
export function describeErrorBody(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: string; remedy?: string } }
    if (error?.message) return [error.message, error.remedy].filter(Boolean).join(' ')
  } catch {
    // Not JSON: the page of a proxy, or an empty body.
  }
  return 'The server rejected the request and gave no reason. Try again in a minute.'
}
