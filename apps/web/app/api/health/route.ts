import { findDatabaseProblem } from '../../../auth/health'

export const dynamic = 'force-dynamic'

/** Whether the web process reaches its database; `/files/health` says the same of the hub. */
export async function GET(): Promise<Response> {
  const error = await findDatabaseProblem()
  const health = { ok: error === null, parts: { database: error ? 'down' : 'up' } }
  return Response.json(error ? { ...health, error } : health, {
    status: error ? 503 : 200,
    headers: { 'cache-control': 'no-store' },
  })
}
