import type { Logger } from './context'

/** A logger whose entries hold no values of queries: people's texts, addresses and hashes stay out of the log. */
export function redactLogger(log: Logger): Logger {
  const redacted = (data: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, redact(value)]))
  return {
    info: (data, text) => log.info(redacted(data), text),
    warn: (data, text) => log.warn(redacted(data), text),
    error: (data, text) => log.error(redacted(data), text),
  }
}

function redact(value: unknown): unknown {
  if (value instanceof Error) return describeError(value)
  return typeof value === 'string' ? withoutParameters(value) : value
}

/** An error as plain data: its message without values, where it was thrown, and its cause. */
export function describeError(error: Error): Record<string, unknown> {
  const { name, message, stack = '', cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const at = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return {
    name,
    ...(code ? { code } : {}),
    message: withoutValue(withoutParameters(message), code),
    at: at.slice(0, 12).map((line) => line.trim()),
    ...(cause instanceof Error ? { cause: describeError(cause) } : {}),
  }
}

/** Drizzle ends the message of a failed query with its parameters, which may have several lines. */
function withoutParameters(text: string): string {
  return text.replace(/\nparams: [\s\S]*?(?=\n\s+at |$)/g, '')
}

/** PostgreSQL quotes the value at the end of a data exception (class 22): `invalid input syntax …: "secret"`. */
function withoutValue(message: string, code: string | undefined): string {
  return code?.startsWith('22') ? message.replace(/: "[\s\S]*$/, '') : message
}
