import { DomainError } from '@palate/core'

/** What ended a request here, rather than there. */
export class CallError extends Error {
  constructor(readonly why: 'connect' | 'idle' | 'endless') {
    super(why)
  }
}

const start = 'Start Ollama there. OLLAMA_HOST=0.0.0.0 lets it answer other machines.'
const again = 'Push again: files that arrived whole are not sent twice.'

const byCode: Record<string, (origin: string) => [message: string, remedy: string]> = {
  ECONNREFUSED: (origin) => [`Nothing answers at ${origin}.`, start],
  ENOTFOUND: (origin) => [`The hub does not know the name in ${origin}.`, 'Check it, or use an IP address.'],
  EAI_AGAIN: (origin) => [`The name in ${origin} could not be looked up.`, 'Check the hub’s DNS.'],
  EHOSTUNREACH: (origin) => [`There is no way from the hub to ${origin}.`, 'Check the network between them.'],
  ENETUNREACH: (origin) => [`There is no way from the hub to ${origin}.`, 'Check the network between them.'],
  ETIMEDOUT: (origin) => [`${origin} did not answer.`, start],
  ECONNRESET: (origin) => [`${origin} closed the connection in the middle.`, again],
  EPIPE: (origin) => [`${origin} closed the connection in the middle.`, again],
  ERR_STREAM_PREMATURE_CLOSE: (origin) => [`${origin} closed the connection in the middle.`, again],
}

/** The sentence for a request that failed; errors of other kinds, for example of the object store, stay as they are. */
export function explainFailure(error: unknown, origin: string): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error
  if (error instanceof CallError) return explainEnd(error, origin)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = byCode[code]
  if (known) return new DomainError('unavailable', ...known(origin))
  if (/^(HPE_|ERR_HTTP_INVALID|ERR_INVALID_PROTOCOL)/.test(code)) return notOllama(origin)
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code))
    return new DomainError(
      'unavailable',
      `There is no secure connection to ${origin} (${code}).`,
      'Use http:// for an Ollama without a certificate, or give it one that the hub trusts.',
    )
  return error
}

function explainEnd({ why }: CallError, origin: string): DomainError {
  if (why === 'connect') return new DomainError('unavailable', `${origin} did not answer.`, start)
  if (why === 'endless')
    return new DomainError('unavailable', `${origin} sent more than an Ollama would.`, 'Check the address.')
  return new DomainError('unavailable', `${origin} fell silent in the middle.`, again)
}

export function tookTooLong(origin: string): DomainError {
  return new DomainError('unavailable', `The push to ${origin} took too long.`, again)
}

export function notOllama(origin: string): DomainError {
  return new DomainError(
    'unavailable',
    `What answers at ${origin} is not an Ollama.`,
    'Check the address and the port; Ollama’s is 11434 where nobody changed it.',
  )
}

export function tooOld(origin: string, version: string): DomainError {
  return new DomainError(
    'unavailable',
    `The Ollama at ${origin} is too old: ${version}.`,
    'Update it to 0.5.5 or newer.',
  )
}

/** The sentence for an answer that refuses. @param said what Ollama wrote */
export function explainStatus(origin: string, status: number, said: string): DomainError {
  const words = said ? ` It says: ${said}` : ''
  if (status >= 300 && status < 400)
    return new DomainError(
      'unavailable',
      `${origin} redirects to another address, and redirects are not followed.`,
      'Use the address that Ollama itself has.',
    )
  if (status === 401 || status === 403)
    return new DomainError(
      'unavailable',
      `${origin} refuses the hub (HTTP ${status}).${words}`,
      'Let the hub’s machine through: OLLAMA_ORIGINS, or the reverse proxy before it.',
    )
  if (/digest mismatch|invalid digest/i.test(said))
    return new DomainError(
      'unavailable',
      `${origin} received a file whose digest is another one.${words}`,
      'Push again. If it happens again, something between the machines changes the data.',
    )
  if (/adapter/i.test(said))
    return new DomainError(
      'unavailable',
      `This Ollama does not take the adapter.${words}`,
      'Merge the adapter into its base, and push the merged model.',
    )
  if (status === 404 || status === 405) return notOllama(origin)
  return new DomainError(
    'unavailable',
    `The Ollama at ${origin} could not do it${status === 200 ? '' : ` (HTTP ${status})`}.${words}`,
    'Look into the log of Ollama; a full disk is a frequent cause.',
  )
}

/** What Ollama wrote, as one short line. */
export function wordsOf(text: string): string {
  let said: unknown = text
  try {
    said = (JSON.parse(text) as { error?: unknown }).error
  } catch {
    // A proxy's page is no sentence for people.
    said = text.includes('<') ? '' : text
  }
  return typeof said === 'string' ? said.replace(/\s+/g, ' ').trim().slice(0, 300) : ''
}
