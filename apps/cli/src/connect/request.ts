import { CliError, exit } from '../exit'

/** What broke a connection, in a sentence. */
const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'this name is unknown',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'there is no way to this machine',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
  UND_ERR_SOCKET: 'the connection was cut',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak https',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak https',
  HPE_INVALID_CONSTANT: 'it does not speak http',
}
const isOfTls = (code: string) => /CERT|SIGNATURE/.test(code)

/** The code of the innermost cause: fetch hides it under "fetch failed". */
function codeOf(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code } = one as NodeJS.ErrnoException
    if (code && code !== 'ERR_INVALID_ARG_TYPE') return code
    if (one instanceof AggregateError) return codeOf(one.errors[0])
  }
  return ''
}

function innermostMessage(error: unknown): string {
  let message = 'the connection was cut'
  for (let one = error; one instanceof Error; one = one.cause) message = one.message
  return message
}

/** Palate was not reached. */
export class Unreachable extends CliError {
  constructor(
    message: string,
    remedy: string,
    /** The connection was there and broke: the same request may succeed now. */
    readonly wasCut: boolean,
  ) {
    super(message, remedy, exit.unreachable)
  }
}

const cuts: readonly string[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

/** @param origin where Palate should be */
export function unreachable(origin: string, error: unknown): Unreachable {
  const code = codeOf(error)
  const why = causes[code] ?? (code ? `the connection failed with ${code}` : innermostMessage(error))
  const remedy = isOfTls(code)
    ? 'For an authority of your own set NODE_EXTRA_CA_CERTS to its certificate.'
    : 'Check the address (palate whoami shows it), and that Palate is running.'
  return new Unreachable(`Palate was not reached at ${origin}: ${why}.`, remedy, cuts.includes(code))
}

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
  /** Until the response begins. */
  timeoutMs?: number
}

/** One request, without redirects: they would turn a POST into a GET, or carry the key elsewhere. */
export async function send(origin: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const { timeoutMs = 60_000, signal, ...init } = options
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  try {
    const signals = signal ? [signal, late.signal] : [late.signal]
    const response = await fetch(new URL(path, origin), {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.any(signals),
    })
    if (response.status >= 300 && response.status < 400 && response.headers.has('location'))
      throw redirected(origin, response.headers.get('location') ?? '')
    return response
  } catch (error) {
    if (error instanceof CliError || signal?.aborted) throw error
    if (late.signal.aborted)
      throw new CliError(
        `Palate at ${origin} did not answer within ${Math.round(timeoutMs / 1000)} s.`,
        'Try again in a moment.',
        exit.unreachable,
      )
    throw unreachable(origin, error)
  } finally {
    clearTimeout(timer)
  }
}

function redirected(origin: string, location: string): CliError {
  const target = URL.canParse(location, origin) ? new URL(location, origin).origin : location
  return new CliError(
    `${origin} sends its visitors to ${target === origin ? location : target}.`,
    target === origin ? 'Is this Palate? Check the address.' : `Run palate login ${target}.`,
    exit.unreachable,
  )
}

/** What answered is not Palate, or is broken. */
export function notPalate(origin: string, response: Response): CliError {
  const type = response.headers.get('content-type')?.split(';')[0] ?? 'nothing that has a type'
  return new CliError(
    `${origin} answered with HTTP ${response.status} and ${type}, not as Palate does.`,
    response.status >= 500
      ? 'Try again in a moment; if it stays, read the log of Palate or of the proxy before it.'
      : 'Check the address.',
    exit.unreachable,
  )
}

export const isJson = (response: Response): boolean =>
  /^application\/([\w.+-]+\+)?json\b/.test(response.headers.get('content-type') ?? '')
