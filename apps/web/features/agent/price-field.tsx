'use client'

import { HourlyPrice } from '@palate/protocol'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { formatMoney } from '../../lib/format'
import { type Outputs, useTRPC } from '../../lib/trpc'

type Agent = Outputs['agent']['list'][number]

/** What an hour of the agent costs, and for who may, a way to change it. */
export function AgentPrice({ agent, mayWrite }: { agent: Agent; mayWrite: boolean }) {
  const words = agent.price ? `${formatMoney(agent.price)} an hour` : 'no price set'
  if (!mayWrite) return <span className="num">{words}</span>
  return <PriceDialog agent={agent} words={words} />
}

function PriceDialog({ agent, words }: { agent: Agent; words: string }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(false)
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
      <span className="num flex items-center gap-2">
        {words}
        <DialogTrigger asChild>
          <Button size="sm" look="quiet" aria-label={`Price of ${agent.name}`}>
            {agent.price ? 'Change' : 'Set a price'}
          </Button>
        </DialogTrigger>
      </span>
      <DialogContent
        title={`What an hour of ${agent.name} costs`}
        description="Runs that begin from now on show their cost by it. Leave it empty for none."
      >
        <form onSubmit={submit} className="flex flex-col gap-4">
          <div className="grid grid-cols-[1fr_96px] gap-4">
            <Field label="An hour" error={form.formState.errors.amount?.message}>
              <Input type="number" step="any" min={0} placeholder="none" {...form.register('amount')} />
            </Field>
            <Field label="Currency" error={form.formState.errors.currency?.message}>
              <Input maxLength={3} {...form.register('currency')} />
            </Field>
          </div>
          <Button type="submit" look="primary" busy={save.isPending} className="self-end">
            Save
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  )
}
