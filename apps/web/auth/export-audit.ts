import { formatAudit, readAudit, resolveWorkspace, toFailure } from '@palate/core'
import { AuditFilter, auditFormats } from '@palate/core/audit-log/schemas'
import { z } from 'zod'
import { createApiContext } from './context'
import { deps } from './deps'

/** Parameters of an address: a day begins at midnight in UTC. */
const Query = AuditFilter.extend({
  from: z.coerce.date().optional(),
  to: z.coerce.date().optional(),
  format: z.enum(auditFormats),
  workspace: z.string().max(64),
})

const types = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' } as const
const statuses: Record<string, number> = {
  unauthenticated: 401,
  forbidden: 403,
  rate_limited: 429,
  unavailable: 503,
}

/** The audit log as a file, streamed: `GET /api/audit?workspace=…&format=csv`, with the filters of the page. */
export async function exportAudit(request: Request): Promise<Response> {
  const query = Query.safeParse(Object.fromEntries(new URL(request.url).searchParams))
  if (!query.success) return new Response('Open the audit log and export it from there.\n', { status: 400 })
  const { format, workspace, ...filter } = query.data
  try {
    const { caller, origin, deps: opened } = await createApiContext(request, 1)
    if (caller.kind === 'nobody') return new Response('Sign in first.\n', { status: 401 })
    const ctx = { ...(await resolveWorkspace(opened, caller, workspace)), origin }
    const pieces = formatAudit(readAudit(ctx, filter), format)
    const first = await pieces.next() // what refuses, refuses before the file begins
    return new Response(toStream(first, pieces), {
      headers: {
        'content-type': types[format],
        'content-disposition': `attachment; filename="audit-log.${format}"`,
        'cache-control': 'private, no-store',
      },
    })
  } catch (error) {
    const { code, message } = toFailure(error, (await deps()).log, 'audit export')
    return new Response(`${message}\n`, { status: statuses[code] ?? 500 })
  }
}

function toStream(first: IteratorResult<string>, pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next: Promise<IteratorResult<string>> = Promise.resolve(first)
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await next
      if (done) return controller.close()
      controller.enqueue(encoder.encode(value))
      next = pieces.next()
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
