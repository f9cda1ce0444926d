import {
  type EstimateKind,
  type ModelShape,
  ModelSource,
  type PreflightFault,
  preflightFaults,
  roundOf,
  rounds,
  type TrainConfig,
} from '@palate/protocol'
import { Button, Notice, Skeleton } from '@palate/ui'
import Link from 'next/link'
import { type ReactNode, useState } from 'react'
import { Loaded } from '../../../lib/loaded'
import type { Outputs } from '../../../lib/trpc'
import { useMay } from '../../../lib/use-may'
import { useModelChoices } from '../../model/model-picker'
import { EstimatePanel } from '../estimate/estimate-panel'
import { OverrideField } from '../preflight/override-field'
import type { Preset } from './presets'
import { type Clone, type RunDraft, RunForm } from './run-form'
import { isWhole, readSource, type Start, StartModelField } from './start-model-field'

export type Readiness = Outputs['run']['readiness']

/** What each form gets: what there is to train on, and what to call with the new run. */
export interface TuningProps<Draft> {
  readiness: { data: Readiness | undefined; error: { message: string } | null; refetch: () => unknown }
  busy: boolean
  /** The run whose settings the form begins with. */
  clone?: Clone | undefined
  onSubmit: (draft: Draft) => void
}

/** Why a run cannot be created yet, and the page that helps. */
export interface Missing {
  message: string
  href: string
  action: string
}

type TuningKind = Exclude<EstimateKind, 'pretrain'>
type TuningDraft<Kind extends TuningKind> = RunDraft<TrainConfig<Kind>> & {
  baseModelVersionId: string | undefined
  baseShape: ModelShape | undefined
}

/** The form of a training of an existing model: the base model, the settings, the checks and the estimate. */
export function TuningForm<Kind extends TuningKind>({
  kind,
  presets,
  namePlaceholder,
  action,
  startHint,
  missing,
  about,
  extra,
  readiness,
  busy,
  clone,
  onSubmit,
}: {
  kind: Kind
  presets: readonly Preset[]
  namePlaceholder: string
  action: string
  startHint: string
  /** What is missing of the data; a missing base model is handled here. */
  missing: (readiness: Readiness) => Missing | null
  about?: (readiness: Readiness) => ReactNode
  /** Fields next to the base model. */
  extra?: ReactNode
} & TuningProps<TuningDraft<Kind>>) {
  const may = useMay()
  const [start, setStart] = useState<Start>(() => startOf(clone))
  const [allowed, setAllowed] = useState(() => allowedOf(clone))
  const { base, baseModelVersionId, baseShape } = readSource(start)
  const use = kind === 'sft' ? 'fine-tuning' : 'preference'
  const choices = useModelChoices(use, { enabled: start.from === 'registry' })
  const round =
    start.from === 'registry'
      ? roundOf(choices.data?.models ?? [], start.id ?? choices.data?.defaultId)
      : 'published'
  return (
    <Loaded query={readiness} skeleton={<Skeleton className="h-64" />}>
      {(known) => {
        const reason = missing(known)
        return (
          <RunForm
            kind={kind}
            presets={presets}
            suited={rounds[round][kind]}
            clone={clone}
            namePlaceholder={namePlaceholder}
            action={action}
            busy={busy}
            disabled={reason !== null || !isWhole(start) || (start.from === 'registry' && !known.hasModel)}
            own={{ base, overridePreflight: allowed.length > 0 ? allowed : undefined }}
            onSubmit={(draft) => onSubmit({ ...draft, baseModelVersionId, baseShape })}
            footer={(config) => (
              <>
                <EstimatePanel {...{ kind, config, base, baseShape, baseModelVersionId }} />
                {may('run:override') ? <OverrideField value={allowed} onChange={setAllowed} /> : null}
              </>
            )}
          >
            {reason ? <NotYet {...reason} /> : about?.(known)}
            {start.from === 'registry' && !known.hasModel ? (
              <NotYet
                title="No model yet"
                message="Add a model, train the starter model, or choose an external model below."
                href="/models"
                action="Open models"
              />
            ) : null}
            <div className="grid gap-4 sm:grid-cols-2">
              {extra}
              <StartModelField use={use} value={start} onChange={setStart} hint={startHint} />
            </div>
          </RunForm>
        )
      }}
    </Loaded>
  )
}

/** The model that a cloned run began with. */
function startOf(clone: Clone | undefined): Start {
  const source = ModelSource.safeParse(clone?.config.base).data
  if (source?.from === 'folder') return { from: 'folder', path: source.path, config: '' }
  if (source) return { from: 'hub', id: source.id, revision: source.revision ?? '', config: '' }
  return { from: 'registry', id: clone?.baseModel?.id }
}

/** The preflight faults that a cloned run allowed. */
function allowedOf(clone: Clone | undefined): PreflightFault[] {
  const allowed = clone?.config.overridePreflight
  return preflightFaults.filter((fault) => Array.isArray(allowed) && allowed.includes(fault))
}

function NotYet({ title = 'Nothing to train on yet', message, href, action }: Missing & { title?: string }) {
  return (
    <Notice
      title={title}
      action={
        <Button asChild>
          <Link href={href}>{action}</Link>
        </Button>
      }
    >
      {message}
    </Notice>
  )
}
