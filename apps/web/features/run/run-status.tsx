import { Tag, type Tone } from '@palate/ui'

const tones: Record<string, Tone> = {
  queued: 'plain',
  preparing: 'plain',
  waiting: 'plain',
  running: 'accent',
  generating: 'accent',
  scoring: 'accent',
  importing: 'accent',
  canceling: 'warn',
  finished: 'good',
  ready: 'good',
  failed: 'bad',
  lost: 'warn',
  canceled: 'plain',
}

const moving = new Set(['running', 'generating', 'scoring', 'importing', 'canceling', 'preparing'])

/** Whether something of this status still changes by itself. */
export const isMoving = (status: string) => moving.has(status) || status === 'queued' || status === 'waiting'

export function StatusTag({ status, children }: { status: string; children?: string }) {
  return (
    <Tag tone={tones[status] ?? 'plain'} live={moving.has(status)}>
      {children ?? status}
    </Tag>
  )
}
