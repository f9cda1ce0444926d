'use client'

import { cn, Skeleton, Tag } from '@palate/ui'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { formatBytes, formatDate, formatParameters } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'
import { Deploy } from '../deployment/deploy'
import { Merge } from './merge'
import { Export } from './model-dialogs'

const ModelFacts = dynamic(() => import('./model-facts').then((module) => module.ModelFacts), {
  loading: () => <Skeleton className="h-24" />,
})
const Lineage = dynamic(() => import('./lineage').then((module) => module.Lineage), {
  loading: () => <Skeleton className="h-24" />,
})

type Model = Outputs['model']['list'][number]
interface Rights {
  mayDeploy: boolean
  /** An adapter on an imported base can be merged into it. */
  mayMerge: boolean
}

/** Base models and the adapters trained on them, as a tree. */
export function ModelTree({ models, mayDeploy, mayMerge }: { models: readonly Model[] } & Rights) {
  const roots = models.filter((model) => !models.some(({ id }) => id === model.baseId))
  return (
    <ul className="px-4.5 py-3">
      {roots.map((root) => (
        <li key={root.id} className="border-b border-line py-2 last:border-0">
          <ModelRow model={root} mayDeploy={mayDeploy} mayMerge={false} />
          <ul className="ml-[8.5px] border-l-[1.5px] border-line-strong">
            {models
              .filter(({ baseId }) => baseId === root.id)
              .map((model) => (
                <li
                  key={model.id}
                  className="relative pl-6 before:absolute before:top-5.5 before:left-0 before:h-[1.5px] before:w-4 before:bg-line-strong"
                >
                  <ModelRow
                    model={model}
                    mayDeploy={mayDeploy}
                    mayMerge={mayMerge && root.parameters !== null}
                  />
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  )
}

function ModelRow({ model, mayDeploy, mayMerge }: { model: Model } & Rights) {
  const [open, setOpen] = useState(false)
  const isBase = model.kind === 'base'
  return (
    <div className="flex flex-col gap-2 py-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span
          aria-hidden="true"
          className={cn(
            'size-4.5 shrink-0 rounded-full border-[1.5px]',
            isBase ? 'border-ink bg-card' : 'border-accent bg-accent-soft',
          )}
        />
        <b className="font-semibold">
          {model.name} v{model.number}
        </b>
        <Tag tone={isBase ? 'plain' : 'accent'}>{isBase ? 'base' : 'tuned'}</Tag>
        {model.notServable ? (
          <Tag tone="bad">
            <span title={model.notServable}>not servable</span>
          </Tag>
        ) : null}
        {model.deployments.map((slug) => (
          <Tag key={slug} tone="good" live>
            {slug}
          </Tag>
        ))}
        <span className="num text-sm text-ink-3">
          {model.parameters ? `${formatParameters(model.parameters)} · ` : ''}
          {model.license ? `${model.license} · ` : ''}
          {formatBytes(model.sizeBytes)}
          {model.quantization ? ` ${model.quantization}` : ''} ·{' '}
          <Link href={`/runs/${model.runId}`} className="underline underline-offset-3 hover:text-ink">
            run {model.runNumber}
          </Link>{' '}
          · {formatDate(model.createdAt)}
        </span>
        <span className="ml-auto flex flex-wrap items-center justify-end gap-2">
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="rounded-md px-2 py-1 text-sm font-medium text-ink-2 hover:bg-sunk hover:text-ink"
          >
            {open ? 'Hide lineage' : 'Show lineage'}
          </button>
          <Export
            id={model.id}
            name={`${model.name} v${model.number}`}
            adapter={isBase ? null : { mayMerge }}
          />
          {mayMerge ? <Merge id={model.id} name={`${model.name} v${model.number}`} /> : null}
          {mayDeploy ? <Deploy modelId={model.id} /> : null}
        </span>
      </div>
      {open ? <ModelFacts modelId={model.id} /> : null}
      {open ? <Lineage modelId={model.id} /> : null}
    </div>
  )
}
