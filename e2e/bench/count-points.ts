import postgres from 'postgres'
import { metricKeys, metricValue } from './points'

interface Found {
  lost: number
  duplicates: number
}

async function ask<Answer>(url: string, question: (sql: postgres.Sql) => Promise<Answer>): Promise<Answer> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await question(sql)
  } finally {
    await sql.end()
  }
}

export async function createDatabase(url: string, name: string): Promise<string> {
  await ask(url, (sql) => sql.unsafe(`create database ${name}`))
  return Object.assign(new URL(url), { pathname: `/${name}` }).toString()
}

/** Finds each point by attempt, key, step and exact value: a point that is not stored as it was sent is lost. */
export async function countPalate(
  url: string,
  attempts: { attemptId: string; points: number }[],
  steps: number,
): Promise<Found> {
  const found: Found = { lost: 0, duplicates: 0 }
  for (const { attemptId, points } of attempts) {
    const rows = await ask(
      url,
      (sql) => sql<{ key: string; step: number; value: number }[]>`
        select s.key, p.position as step, p.value from metric_series s join metric_point p on p.series_id = s.id
        where s.attempt_id = ${attemptId}`,
    )
    const right = new Set<number>()
    for (const { key, step, value } of rows) {
      const at = metricKeys.indexOf(key)
      if (value === metricValue(step, at)) right.add(at * steps + step)
    }
    found.lost += points - right.size
    found.duplicates += rows.length - right.size
  }
  return found
}

export async function countMlflow(url: string, runs: string[], points: number): Promise<Found> {
  const [row] = await ask(
    url,
    (sql) => sql<{ rows: number; different: number }[]>`
      select count(*)::int as rows, count(distinct (run_uuid, key, step))::int as different
      from metrics where run_uuid = any(${runs}) and key <> 'warm'`,
  )
  const { rows = 0, different = 0 } = row ?? {}
  return { lost: points - different, duplicates: rows - different }
}
