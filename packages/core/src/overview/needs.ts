import { agent, datasetVersion, feedback, run } from '@palate/db'
import { and, count, desc, eq, gt } from 'drizzle-orm'
import { agentStatus, isOutdated } from '../agent-status'
import type { ServiceContext } from '../context'

export interface Need {
  title: string
  detail: string
  href: string
  /** The label of the button. */
  action: string
}

const recentMs = 24 * 60 * 60_000

/** What needs a person: no agent or an outdated one, failures of the last day, and thumbs down of the last day. */
export async function readNeeds(ctx: ServiceContext): Promise<Need[]> {
  return [
    ...(await needAgent(ctx)),
    ...(await failedRun(ctx)),
    ...(await failedImport(ctx)),
    ...(await disliked(ctx)),
  ]
}

async function needAgent({ db, workspaceId, now }: ServiceContext): Promise<Need[]> {
  const agents = await db.select().from(agent).where(eq(agent.workspaceId, workspaceId))
  const old = agents.filter((row) => row.revokedAt === null && isOutdated(row.protocol))
  if (old.length > 0)
    return old.map(({ name }) => ({
      title: `${name} must be updated`,
      detail: 'This hub does not support its version. It gets no runs until it is updated.',
      href: '/agents',
      action: 'Open agents',
    }))
  if (agents.some((row) => agentStatus(row, now()) === 'online')) return []
  const title = agents.length > 0 ? 'No agent is online' : 'No agent is enrolled'
  return [
    {
      title,
      detail: 'Runs wait, and the chat cannot answer.',
      href: '/agents',
      action: 'Open agents',
    },
  ]
}

/** Only the newest run: a failed run that was repeated with success needs nothing. */
async function failedRun({ db, workspaceId, now }: ServiceContext): Promise<Need[]> {
  const [newest] = await db
    .select()
    .from(run)
    .where(eq(run.workspaceId, workspaceId))
    .orderBy(desc(run.number))
    .limit(1)
  if (newest?.status !== 'failed' || isOld(newest.finishedAt ?? newest.createdAt, now())) return []
  const detail = newest.failure?.message ?? 'It reported no reason.'
  return [{ title: `Run ${newest.number} failed`, detail, href: `/runs/${newest.id}`, action: 'Open run' }]
}

async function failedImport({ db, workspaceId, now }: ServiceContext): Promise<Need[]> {
  const [newest] = await db
    .select()
    .from(datasetVersion)
    .where(eq(datasetVersion.workspaceId, workspaceId))
    .orderBy(desc(datasetVersion.createdAt))
    .limit(1)
  if (newest?.status !== 'failed' || isOld(newest.createdAt, now())) return []
  const detail = newest.error ?? 'It reported no reason.'
  return [
    {
      title: `${newest.filename} was not imported`,
      detail,
      href: `/datasets/${newest.id}`,
      action: 'Open dataset',
    },
  ]
}

async function disliked({ db, workspaceId, now }: ServiceContext): Promise<Need[]> {
  const [row] = await db
    .select({ down: count() })
    .from(feedback)
    .where(
      and(
        eq(feedback.workspaceId, workspaceId),
        eq(feedback.thumb, 'down'),
        gt(feedback.createdAt, new Date(now().getTime() - recentMs)),
      ),
    )
  const down = row?.down ?? 0
  if (down === 0) return []
  const title = down === 1 ? 'One thumb down from the chat' : `${down} thumbs down from the chat`
  return [{ title, detail: 'In the last 24 hours.', href: '/models', action: 'Open feedback' }]
}

function isOld(date: Date, now: Date): boolean {
  return now.getTime() - date.getTime() > recentMs
}
