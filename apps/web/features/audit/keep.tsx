'use client'

import { Field, Select } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type Inputs, useTRPC } from '../../lib/trpc'

type Days = Inputs['auditLog']['keep']['days']

const choices: readonly { value: string; label: string; days: Days }[] = [
  { value: 'always', label: 'For good', days: null },
  { value: '730', label: '2 years', days: 730 },
  { value: '365', label: '1 year', days: 365 },
  { value: '180', label: '180 days', days: 180 },
  { value: '90', label: '90 days', days: 90 },
  { value: '30', label: '30 days', days: 30 },
]

/** How long entries are kept. */
export function Keep({ days }: { days: number | null }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const keep = useMutation(
    trpc.auditLog.keep.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.auditLog.pathFilter()),
    }),
  )
  return (
    <Field
      label="Keep entries"
      hint="Older ones are removed within an hour, and do not come back."
      error={keep.error?.message}
      className="w-72"
    >
      <Select
        value={String(days ?? 'always')}
        disabled={keep.isPending}
        onValueChange={(value) => {
          const chosen = choices.find((choice) => choice.value === value)
          if (chosen) keep.mutate({ days: chosen.days })
        }}
        options={choices.map(({ value, label }) => ({ value, label }))}
      />
    </Field>
  )
}
