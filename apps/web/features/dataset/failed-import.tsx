'use client'

import { Button, Confirm, ErrorState } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { toast } from '../../lib/toast'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'

/** Why an import failed, and the button that removes it. */
export function FailedImport({ version }: { version: Outputs['dataset']['version'] }) {
  const trpc = useTRPC()
  const router = useRouter()
  const may = useMay()
  const queryClient = useQueryClient()
  const remove = useMutation(
    trpc.dataset.removeImport.mutationOptions({
      onSuccess: () => {
        toast.success(`The failed import of ${version.filename} was removed.`)
        router.push('/datasets')
        void queryClient.invalidateQueries(trpc.dataset.list.queryFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
      },
    }),
  )
  return (
    <div className="flex flex-col items-start gap-4">
      <ErrorState
        title="The import failed"
        message={`${version.error ?? 'The file could not be read.'} No rows were imported.`}
      />
      {may('dataset:create') ? (
        <Confirm
          trigger={<Button busy={remove.isPending}>Remove failed import</Button>}
          title={`Remove the failed import of ${version.filename}?`}
          description="It leaves the datasets and the overview. Other versions of the dataset stay."
          action="Remove failed import"
          onConfirm={() => remove.mutate({ id: version.id })}
        />
      ) : null}
    </div>
  )
}
