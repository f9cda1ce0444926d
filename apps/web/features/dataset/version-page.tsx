'use client'

import { Bars, Card, CardBody, CardHead, Progress, Skeleton, Stat } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { formatBytes, formatCount, formatDate, plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { isMoving, StatusTag } from '../run/run-status'
import { Page } from '../shell/page'
import { DroppedRows } from './dropped-rows'
import { FailedImport } from './failed-import'
import { Preview } from './preview'

type Version = Outputs['dataset']['version']

export function VersionPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const version = useQuery(trpc.dataset.version.queryOptions({ id }))
  return (
    <Page crumbs={[{ name: 'Datasets', href: '/datasets' }, { name: version.data?.filename ?? 'Version' }]}>
      <Loaded page query={version} skeleton={<Skeleton className="h-80" />}>
        {(data) => <VersionView version={data} />}
      </Loaded>
    </Page>
  )
}

function VersionView({ version }: { version: Version }) {
  const { profile } = version
  return (
    <>
      <header className="flex flex-wrap items-center gap-3">
        <h1 className="title text-2xl">
          {version.filename} <span className="text-ink-3">v{version.number}</span>
        </h1>
        <StatusTag status={version.status} />
        <span className="num text-sm text-ink-3">{formatDate(version.createdAt)}</span>
      </header>
      {version.status === 'failed' ? <FailedImport version={version} /> : null}
      {isMoving(version.status) ? <ImportProgress version={version} /> : null}
      {profile ? (
        <>
          <section aria-label="Result" className="grid grid-cols-2 gap-4 lg:grid-cols-4">
            <Card className="px-4.5 py-4">
              <Stat
                label="Rows kept"
                value={formatCount(version.rowsKept ?? 0)}
                note={`of ${formatCount(version.rowsRead ?? 0)} read`}
              />
            </Card>
            <Card className="px-4.5 py-4">
              <Stat
                label="Rows dropped"
                value={formatCount(version.rowsDropped ?? 0)}
                note={
                  profile.dropped.length > 0 ? plural(profile.dropped.length, 'reason') : 'every row was kept'
                }
              />
            </Card>
            <Card className="px-4.5 py-4">
              <Stat
                label="Median length"
                value={formatCount(profile.lengthMedian)}
                note={`characters · longest ${formatCount(profile.lengthMax)}`}
              />
            </Card>
            <Card className="px-4.5 py-4">
              <Stat
                label="Training split"
                value={formatCount(profile.splits.train)}
                note={`rows · ${formatCount(profile.splits.validation)} validation · ${formatCount(profile.splits.test)} test`}
              />
            </Card>
          </section>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <DroppedRows dropped={profile.dropped} />
            <Card>
              <CardHead
                title="Recipe length"
                aside={version.sizeBytes ? `${formatBytes(version.sizeBytes)} Parquet` : null}
              />
              <CardBody>
                <LengthHistogram bins={profile.lengthHistogram} />
              </CardBody>
            </Card>
          </div>
          <Preview rows={profile.preview} />
          {version.sha256 ? (
            <p className="truncate font-mono text-xs text-ink-3" title="SHA-256 of the Parquet file">
              sha256 {version.sha256}
            </p>
          ) : null}
        </>
      ) : null}
    </>
  )
}

function ImportProgress({ version }: { version: Version }) {
  const { progress } = version
  return (
    <Card className="flex flex-col gap-2 px-5 py-5" aria-live="polite">
      <p className="font-medium">
        {progress ? `${progress.stage}, ${formatCount(progress.rows)} rows` : 'Waiting for the hub'}
      </p>
      <Progress value={progress ? progress.percent / 100 : undefined} label="Import" tone="accent" />
    </Card>
  )
}

function LengthHistogram({ bins }: { bins: readonly { from: number; to: number; count: number }[] }) {
  if (bins.length === 0) return <p className="text-ink-2">No rows were kept.</p>
  return (
    <Bars
      unit="characters"
      bars={bins.map(({ from, to, count }) => ({
        label: `${formatCount(Math.round(from))}–${formatCount(Math.round(to))}`,
        count,
      }))}
    />
  )
}
