'use client'

import { quantizations } from '@palate/protocol'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Select } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { OnDemand } from '../../lib/on-demand'
import { toast } from '../../lib/toast'
import { useTRPC } from '../../lib/trpc'

export interface MergeProps {
  id: string
  name: string
}

/** Makes a whole model of an adapter and its imported base. */
export function MergeDialog({ id, name, trigger, startOpen = false }: MergeProps & OnDemand) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(startOpen)
  const [quantization, setQuantization] = useState<(typeof quantizations)[number]>('F16')
  const merge = useMutation(
    trpc.model.merge.mutationOptions({
      onSuccess: ({ runId, number }) => {
        setOpen(false)
        toast.success(`Run ${number} merges ${name}.`, {
          action: { label: 'Open run', onClick: () => router.push(`/runs/${runId}`) },
        })
        void queryClient.invalidateQueries(trpc.run.pathFilter())
      },
    }),
  )
  const options = quantizations
    .filter((value) => value !== 'original')
    .map((value) => ({ value, label: value }))
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title={`Merge ${name} into its base`}
        description="An agent makes a whole model of the two, which is served without an adapter and can be trained further."
      >
        <Field label="Weights for serving" hint="Smaller ones answer faster and lose a little quality">
          <Select
            value={quantization}
            onValueChange={(value) =>
              setQuantization(quantizations.find((one) => one === value) ?? quantization)
            }
            options={options}
          />
        </Field>
        <Button
          look="primary"
          size="lg"
          className="self-end"
          busy={merge.isPending}
          onClick={() => merge.mutate({ id, quantization })}
        >
          Merge adapter
        </Button>
      </DialogContent>
    </Dialog>
  )
}
