'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { CreateInvitationInput } from '@palate/core/invitation/schemas'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input, Select } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useForm } from 'react-hook-form'
import { formatDate } from '../../lib/format'
import { toast } from '../../lib/toast'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useRoleOptions } from '../member/member-table'

/** Makes an invitation and shows its link once. */
export function InviteDialog({ trigger }: { trigger: ReactNode }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(false)
  const create = useMutation(
    trpc.invitation.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.invitation.pathFilter()),
    }),
  )
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        create.reset()
      }}
    >
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title="Invite to this workspace"
        description="You get a link to pass on. It lets one person in, within seven days."
      >
        {create.data ? (
          <InvitationLink made={create.data} />
        ) : (
          <InviteForm busy={create.isPending} onInvite={(input) => create.mutate(input)} />
        )}
      </DialogContent>
    </Dialog>
  )
}

function InviteForm({ busy, onInvite }: { busy: boolean; onInvite: (input: CreateInvitationInput) => void }) {
  const options = useRoleOptions()
  const form = useForm<CreateInvitationInput>({
    resolver: zodResolver(CreateInvitationInput),
    defaultValues: { role: 'labeler', email: null },
  })
  return (
    <form onSubmit={form.handleSubmit(onInvite)} noValidate className="flex flex-col gap-4">
      <Field label="Role" hint={options.find(({ value }) => value === form.watch('role'))?.hint}>
        <Select
          value={form.watch('role')}
          onValueChange={(value) => {
            const chosen = options.find((one) => one.value === value)
            if (chosen) form.setValue('role', chosen.value)
          }}
          options={options}
        />
      </Field>
      <Field
        label="Email (optional)"
        hint="Only this address can then use the link. Without one, anybody who has the link can."
        error={form.formState.errors.email?.message}
      >
        <Input
          type="email"
          autoComplete="off"
          {...form.register('email', { setValueAs: (text) => (text ? text : null) })}
        />
      </Field>
      <Button type="submit" look="primary" size="lg" busy={busy} className="self-end">
        Create link
      </Button>
    </form>
  )
}

function InvitationLink({ made }: { made: Outputs['invitation']['create'] }) {
  const link = `${window.location.origin}${made.path}`
  const copy = () =>
    navigator.clipboard.writeText(link).then(
      () => toast.success('The link is on the clipboard.'),
      () => toast.error('The browser did not allow it. Select the link and copy it yourself.'),
    )
  return (
    <div className="flex flex-col gap-3">
      <Field label="Link" hint={`Valid until ${formatDate(made.expiresAt)}, for one person.`}>
        <Input
          readOnly
          value={link}
          onFocus={(event) => event.target.select()}
          className="font-mono text-xs"
        />
      </Field>
      <p className="text-sm text-ink-2">
        Copy the link now and send it to them. It is not shown again; Palate stores only its hash.
      </p>
      <Button look="primary" onClick={copy} className="self-end">
        Copy link
      </Button>
    </div>
  )
}
