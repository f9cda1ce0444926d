import { DomainError, requireCleanInput } from '@palate/core'
import type { Context } from 'hono'
import type { z } from 'zod'

/** @throws DomainError `unauthenticated` without a Bearer token */
export function bearerOf(c: Context): string {
  const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  if (token) return token
  throw new DomainError(
    'unauthenticated',
    'This address needs a ticket in the header Authorization: Bearer ….',
  )
}

/**
 * Reads a JSON body.
 *
 * @throws DomainError `invalid` when it is too long, not JSON or nested too deeply; ZodError when it does not match the schema
 */
export async function readJson<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
  maxBytes: number,
): Promise<z.output<Schema>> {
  const body = parse(await readText(c, maxBytes))
  requireCleanInput(body)
  return schema.parse(body)
}

async function readText(c: Context, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes)
      throw new DomainError('invalid', `The body is longer than ${Math.round(maxBytes / 1024)} KB.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DomainError('invalid', 'The body is not JSON.', 'Send a JSON object, as UTF-8.')
  }
}
