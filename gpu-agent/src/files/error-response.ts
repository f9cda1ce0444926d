import { FinalError } from './retry'

/** A conflict of the moment (two uploads that differ on where they are) passes; one over the lease does not. */
const passing = new Set([408, 423, 425, 429, 460])

/**
 * What an answer that is no success means: a FinalError where no repetition mends it, which is every 4xx but timeouts,
 * conflicts of the moment and rate limits.
 */
export function readErrorResponse(status: number, body: string): Error {
  const { code, message } = readBody(body)
  const sentence = `The hub answered ${status}${message ? `: ${message}` : '.'}`
  const again = status >= 500 || passing.has(status) || (status === 409 && code === 'refused')
  return again ? new Error(sentence) : new FinalError(sentence, code)
}

function readBody(text: string): { code: string; message: string } {
  try {
    const value = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } }
    return { code: String(value.error?.code ?? 'refused'), message: String(value.error?.message ?? '') }
  } catch {
    return { code: 'refused', message: text.slice(0, 200) }
  }
}
