'use client'

import { Button, Card, CardBody, CardHead, Select } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toast } from '../../lib/toast'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useReauth } from '../settings/reauth-dialog'

/** An owner hands the workspace to another member. */
export function HandOver({ members }: { members: Outputs['member']['list'] }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [next, setNext] = useState('')
  const { dialog, withReauth } = useReauth()
  const transfer = useMutation(
    trpc.member.transfer.mutationOptions({
      onSuccess: async () => {
        setNext('')
        toast.success('The workspace was handed over. You are an admin now.')
        await Promise.all([
          queryClient.invalidateQueries(trpc.member.pathFilter()),
          queryClient.invalidateQueries(trpc.session.pathFilter()),
        ])
      },
    }),
  )
  const others = members.filter(({ self, disabledAt }) => !self && disabledAt === null)
  if (others.length === 0) return null
  return (
    <Card>
      <CardHead title="Hand the workspace over" />
      <CardBody className="flex flex-col gap-3">
        <p className="text-ink-2">
          The member you choose becomes an owner, and you become an admin. This asks for your password.
        </p>
        <div className="flex flex-wrap gap-2">
          <Select
            aria-label="New owner"
            className="w-60"
            value={next}
            placeholder="Choose a member…"
            onValueChange={setNext}
            options={others.map(({ id, name, email }) => ({ value: id, label: name, hint: email }))}
          />
          <Button
            look="danger"
            disabled={next === ''}
            busy={transfer.isPending}
            onClick={() => withReauth(() => transfer.mutate({ id: next }))}
          >
            Hand over
          </Button>
        </div>
        {dialog}
      </CardBody>
    </Card>
  )
}
