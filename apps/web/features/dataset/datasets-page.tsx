'use client'

import { Button, Card, cn, Progress, Skeleton, Table, Td, TdNote, Th, Tr, wideOnly } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { formatCount, formatDate, plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { StatusTag } from '../run/run-status'
import { Page } from '../shell/page'
import { DropZone } from './drop-zone'
import { useImport } from './use-import'

type Dataset = Outputs['dataset']['list'][number]

export function DatasetsPage() {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const may = useMay()
  const datasets = useQuery(trpc.dataset.list.queryOptions())
  const open = ({ datasetVersionId }: { datasetVersionId: string }) =>
    router.push(`/datasets/${datasetVersionId}`)
  const upload = useImport(open)
  const sample = useMutation(
    trpc.dataset.importSample.mutationOptions({
      onSuccess: (version) => {
        void queryClient.invalidateQueries(trpc.dataset.pathFilter())
        open(version)
      },
    }),
  )
  const mayCreate = may('dataset:create')
  return (
    <Page
      crumbs={[{ name: 'Datasets' }]}
      title="Datasets"
      lead="Recipes for training and for prompts. Each import checks every line and creates a version that never changes."
    >
      {mayCreate ? (
        <div className="grid gap-4 lg:grid-cols-[1.6fr_1fr]">
          <DropZone
            onFile={upload.start}
            sending={
              upload.isPending && upload.file
                ? { name: upload.file.name, sizeBytes: upload.file.size, share: upload.share }
                : null
            }
          />
          <Card className="flex flex-col justify-center gap-3 px-5 py-5">
            <h2 className="font-semibold">Sample datasets</h2>
            <p className="text-ink-2">
              Palate includes two small samples. Some of their lines are invalid on purpose, to show how an
              import reports them.
            </p>
            <div className="flex flex-wrap gap-2">
              <Button
                busy={sample.isPending && sample.variables?.sample === 'csv'}
                onClick={() => sample.mutate({ sample: 'csv' })}
              >
                Import sample CSV
              </Button>
              <Button
                busy={sample.isPending && sample.variables?.sample === 'jsonl'}
                onClick={() => sample.mutate({ sample: 'jsonl' })}
              >
                Import sample JSONL
              </Button>
            </div>
          </Card>
        </div>
      ) : null}
      <Loaded query={datasets} skeleton={<Skeleton className="h-40" />}>
        {(list) => (list.length > 0 ? <DatasetTable datasets={list} /> : <NoData mayCreate={mayCreate} />)}
      </Loaded>
    </Page>
  )
}

function NoData({ mayCreate }: { mayCreate: boolean }) {
  return (
    <p className="py-6 text-center text-ink-2">
      {mayCreate
        ? 'No datasets yet. Datasets appear here after their import.'
        : 'No datasets yet. An engineer of this workspace can import one.'}
    </p>
  )
}

function DatasetTable({ datasets }: { datasets: readonly Dataset[] }) {
  return (
    <Card>
      <Table>
        <thead>
          <tr>
            <Th>Dataset</Th>
            <Th>Newest version</Th>
            <Th numeric>Kept</Th>
            <Th numeric className={wideOnly}>
              Dropped
            </Th>
            <Th className={wideOnly}>Imported</Th>
          </tr>
        </thead>
        <tbody>
          {datasets.map(({ id, name, latest, versions }) => (
            <Tr data-row key={id} className="hover:bg-sunk/60">
              <Td className="font-semibold [overflow-wrap:anywhere] sm:min-w-44">
                {latest ? (
                  <Link href={`/datasets/${latest.id}`} className="hover:text-accent">
                    {name}
                  </Link>
                ) : (
                  name
                )}
                <TdNote>
                  {latest?.rowsDropped ? `${formatCount(latest.rowsDropped)} dropped · ` : ''}
                  {latest ? formatDate(latest.createdAt) : ''}
                </TdNote>
              </Td>
              <Td>
                {latest ? (
                  <LatestVersion version={latest} versions={versions} />
                ) : (
                  <span className="text-ink-3">none</span>
                )}
              </Td>
              <Td numeric>{latest?.rowsKept == null ? '–' : formatCount(latest.rowsKept)}</Td>
              <Td numeric className={wideOnly}>
                {latest?.rowsDropped == null ? '–' : formatCount(latest.rowsDropped)}
              </Td>
              <Td className={cn('num whitespace-nowrap text-ink-2', wideOnly)}>
                {latest ? formatDate(latest.createdAt) : ''}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

function LatestVersion({ version, versions }: { version: NonNullable<Dataset['latest']>; versions: number }) {
  return (
    <div className="flex items-center gap-2.5 whitespace-nowrap">
      <StatusTag status={version.status} />
      {version.status === 'importing' && version.progress ? (
        <Progress value={version.progress.percent / 100} label="Import" tone="accent" className="w-24" />
      ) : (
        <span className="text-xs text-ink-3">
          {version.number === versions ? `v${version.number}` : plural(versions, 'version')}
        </span>
      )}
    </div>
  )
}
