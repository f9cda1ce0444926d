'use client'

import { Button, Progress, Tag, type Tone } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { formatBytes } from '../../lib/format'
import { type Outputs, useTRPC } from '../../lib/trpc'

type Push = Outputs['model']['pushes'][number]

/** The newest pushes of a model, with their progress; nothing without any. */
export function ExportPushes({ id, mayCancel }: { id: string; mayCancel: boolean }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const pushes = useQuery(trpc.model.pushes.queryOptions({ id }))
  const cancel = useMutation(
    trpc.model.cancelPush.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.model.pushes.pathFilter()),
    }),
  )
  if (!pushes.data || pushes.data.length === 0) return null
  return (
    <section aria-label="Pushes" className="flex flex-col">
      <h3 className="font-semibold">Pushes</h3>
      <ul aria-live="polite">
        {pushes.data.map((push) => (
          <li key={push.id} className="flex flex-col gap-1.5 border-b border-line py-2.5 last:border-0">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <b className="font-mono text-sm break-all">{push.name}</b>
              <span className="text-sm break-all text-ink-2">{push.address}</span>
              <Tag tone={tones[push.status]}>{push.canceling ? 'canceling' : push.status}</Tag>
              {mayCancel && isOpen(push) && !push.canceling ? (
                <Button
                  size="sm"
                  look="quiet"
                  className="ml-auto"
                  onClick={() => cancel.mutate({ pushId: push.id })}
                >
                  Cancel push
                </Button>
              ) : null}
            </div>
            {isOpen(push) ? <Progress label={`Push of ${push.name}`} value={shareOf(push)} /> : null}
            <p className="num text-sm text-ink-2">{push.error ?? sentenceOf(push)}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

const tones: Record<Push['status'], Tone> = {
  waiting: 'plain',
  running: 'accent',
  finished: 'good',
  failed: 'bad',
  canceled: 'plain',
}

const isOpen = ({ status }: Push) => status === 'waiting' || status === 'running'

function shareOf({ progress }: Push): number | undefined {
  return progress?.stage === 'upload' ? progress.sentBytes / Math.max(1, progress.totalBytes) : undefined
}

function sentenceOf({ status, progress, name }: Push): string {
  if (status === 'finished') return `It is there: ollama run ${name}`
  if (status === 'canceled') return 'Nothing more is sent.'
  if (status === 'waiting') return 'It waits for a push before it.'
  if (!progress || progress.stage === 'connect') return 'Asks whether an Ollama is there.'
  if (progress.stage === 'upload')
    return `Sent ${formatBytes(progress.sentBytes)} of ${formatBytes(progress.totalBytes)}.`
  return `Ollama makes the model${progress.line ? `: ${progress.line}` : ''}`
}
