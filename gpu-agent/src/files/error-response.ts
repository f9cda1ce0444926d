import { FinalError } from './retry'

/** Statuses of temporary errors, such as two requests of one upload that disagree on its offset. */
const temporary = new Set([408, 423, 425, 429, 460])

/**
 * The error of a response that is not a success: a FinalError where a retry cannot help, which is every 4xx except
 * timeouts, temporary conflicts and rate limits.
 */
export function readErrorResponse(status: number, body: string): Error {
  const { code, message } = readBody(body)
  const sentence = `The hub answered ${status}${message ? `: ${message}` : '.'}`
  const again = status >= 500 || temporary.has(status) || (status === 409 && code === 'refused')
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
