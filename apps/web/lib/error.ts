import { TRPCClientError } from '@trpc/client'

/** An error as one text for the user: core's errors carry a message and a remedy, the text has both. */
export function describeError(error: unknown): string {
  const transport = describeTransport(error)
  if (transport) return transport
  const { message, data } = (error ?? {}) as {
    message?: unknown
    data?: { remedy?: unknown; fields?: FieldFaults | null } | null
  }
  const faults = sentencesOf(data?.fields)
  return (
    joinSentences(...(faults.length > 0 ? faults : [message]), data?.remedy) ||
    'Something went wrong. Try again.'
  )
}

type FieldFaults = { formErrors?: string[]; fieldErrors?: Record<string, string[] | undefined> }

/** What is wrong with single fields, in our own sentences; a schema's words ("expected number to be >0") are left out. */
function sentencesOf(fields: FieldFaults | null | undefined): string[] {
  const all = [...(fields?.formErrors ?? []), ...Object.values(fields?.fieldErrors ?? {}).flat()]
  return all.filter((text) => text !== undefined && /^[A-Z].*[.!?]$/.test(text)) as string[]
}

/** What a failed request says when no procedure has answered it: fetch's or a JSON parser's own words help nobody. */
function describeTransport(error: unknown): string | undefined {
  if (!(error instanceof TRPCClientError) || error.data) return undefined
  const isLost = error.cause instanceof TypeError
  return isLost
    ? 'Palate cannot be reached. Check the connection and try again.'
    : 'The server gave an answer that Palate cannot read. Try again in a minute.'
}

/** Joins a message and its remedy; a message without a final punctuation mark gets a period. */
export function joinSentences(...parts: readonly unknown[]): string {
  return parts
    .filter((part): part is string => typeof part === 'string' && part !== '')
    .map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`))
    .join(' ')
}

/** The message and remedy in the body of an HTTP error response of the hub (`{error: {message, remedy?}}`). */
export function describeErrorBody(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: string; remedy?: string } }
    if (error?.message) return joinSentences(error.message, error.remedy)
  } catch {
    // Not JSON: the page of a proxy, or an empty body.
  }
  return 'The server rejected the request and gave no reason. Try again in a minute.'
}
