'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { CreateApiKeyInput } from '@palate/core/api-key/schemas'
import { roleNames, roles, scopesOf, type WorkspaceRole } from '@palate/protocol'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input, Select } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { nameOf } from '../member/role-name'
import { useReauth } from './reauth-dialog'
import { ScopeChoice } from './scope-choice'

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: 'never', label: 'Until it is revoked' },
]

const owners = [
  { value: 'personal', label: 'Me', hint: 'ends when I leave, and never does more than I may' },
  { value: 'workspace', label: 'The workspace', hint: 'goes on when I leave' },
]

/** Creates an API key and shows it once. */
export function NewKeyDialog() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(false)
  const { dialog, withReauth } = useReauth()
  const create = useMutation(
    trpc.apiKey.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.apiKey.pathFilter()),
    }),
  )
  return (
    <>
      <Dialog
        open={open}
        onOpenChange={(next) => {
          setOpen(next)
          create.reset()
        }}
      >
        <DialogTrigger asChild>
          <Button size="sm">Create key</Button>
        </DialogTrigger>
        <DialogContent
          title="New API key"
          description="A script with this key acts in this workspace with what you choose here."
        >
          {create.data ? (
            <>
              <pre className="rounded-md bg-sunk p-3 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
                {create.data.key}
              </pre>
              <p className="text-sm text-ink-2">
                Copy the key now. It is not shown again; Palate stores only its hash.
              </p>
            </>
          ) : (
            <KeyForm busy={create.isPending} onCreate={(input) => withReauth(() => create.mutate(input))} />
          )}
        </DialogContent>
      </Dialog>
      {dialog}
    </>
  )
}

function KeyForm({ busy, onCreate }: { busy: boolean; onCreate: (input: CreateApiKeyInput) => void }) {
  const may = useMay()
  const form = useForm<CreateApiKeyInput>({
    resolver: zodResolver(CreateApiKeyInput),
    defaultValues: { name: '', role: 'viewer', scopes: null, personal: true, expiresInDays: 90 },
  })
  const { role = 'viewer', scopes = null, personal = true, expiresInDays = null } = form.watch()
  const { errors } = form.formState
  const choices = roleNames.filter((name) => scopesOf(name).every((scope) => may(scope)))
  return (
    <form onSubmit={form.handleSubmit(onCreate)} noValidate className="flex flex-col gap-4">
      <Field label="Name" hint="What the key is for" error={errors.name?.message}>
        <Input autoComplete="off" {...form.register('name')} />
      </Field>
      {may('apiKey:write') ? (
        <Field label="Acts for">
          <Select
            value={personal ? 'personal' : 'workspace'}
            onValueChange={(value) => form.setValue('personal', value === 'personal')}
            options={owners}
          />
        </Field>
      ) : null}
      <Field label="Role">
        <Select
          value={role}
          onValueChange={(value) => {
            form.setValue('role', value as WorkspaceRole)
            form.setValue('scopes', null)
          }}
          options={choices.map((value) => ({ value, label: nameOf(value), hint: roles[value] }))}
        />
      </Field>
      <ScopeChoice
        role={role}
        scopes={scopes}
        error={errors.scopes?.message}
        onChange={(next) => form.setValue('scopes', next, { shouldValidate: true })}
      />
      <Field label="Valid for">
        <Select
          value={expiresInDays === null ? 'never' : String(expiresInDays)}
          onValueChange={(value) => form.setValue('expiresInDays', value === 'never' ? null : Number(value))}
          options={lifetimes}
        />
      </Field>
      <Button type="submit" look="primary" size="lg" busy={busy} className="self-end">
        Create key
      </Button>
    </form>
  )
}
