'use client'

import { HourlyPrice } from '@palate/protocol'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import type { OnDemand } from '../../lib/on-demand'
import { useTRPC } from '../../lib/trpc'
import type { Agent } from './types'

/** Changes the hourly price of an agent. */
export function PriceDialog({ agent, trigger, startOpen = false }: { agent: Agent } & OnDemand) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(startOpen)
  const form = useForm<{ amount: string; currency: string }>({
    values: {
      amount: agent.price ? String(agent.price.amount) : '',
      currency: agent.price?.currency ?? 'EUR',
    },
  })
  const save = useMutation(
    trpc.agent.setPrice.mutationOptions({
      onSuccess: () => {
        setOpen(false)
        void queryClient.invalidateQueries(trpc.agent.pathFilter())
      },
    }),
  )
  const submit = form.handleSubmit(({ amount, currency }) => {
    if (amount.trim() === '') return save.mutate({ id: agent.id, price: null })
    const parsed = HourlyPrice.safeParse({ amount: Number(amount), currency: currency.trim().toUpperCase() })
    if (parsed.success) return save.mutate({ id: agent.id, price: parsed.data })
    for (const { path, message } of parsed.error.issues)
      form.setError(path[0] === 'currency' ? 'currency' : 'amount', { message })
  })
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title={`Price of ${agent.name}`}
        description="The cost of new runs is computed from it. Leave it empty for no price."
      >
        <form onSubmit={submit} className="flex flex-col gap-4">
          <div className="grid grid-cols-[1fr_96px] gap-4">
            <Field label="Price per hour" error={form.formState.errors.amount?.message}>
              <Input type="number" step="any" min={0} placeholder="none" {...form.register('amount')} />
            </Field>
            <Field label="Currency" error={form.formState.errors.currency?.message}>
              <Input maxLength={3} {...form.register('currency')} />
            </Field>
          </div>
          <Button type="submit" look="primary" busy={save.isPending} className="self-end">
            Save price
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  )
}
