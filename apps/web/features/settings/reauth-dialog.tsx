'use client'

import { Button, Dialog, DialogContent, Field, Input } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { describeError } from '../../lib/error'
import { useTRPC } from '../../lib/trpc'

/** Asks for the password before an action that needs it again. Show `dialog` somewhere. */
export function useReauth(): { dialog: ReactNode; withReauth: (action: () => void) => void } {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [waiting, setWaiting] = useState<{ action: () => void } | null>(null)
  const withReauth = async (action: () => void) => {
    const recent = await queryClient
      .fetchQuery({ ...trpc.user.recentAuth.queryOptions(), staleTime: 0 })
      .catch(() => null)
    // A minute's reserve: what follows must not come just too late.
    if (recent?.until && recent.until.getTime() > Date.now() + 60_000) action()
    else setWaiting({ action })
  }
  const close = () => setWaiting(null)
  const dialog = (
    <Dialog open={waiting !== null} onOpenChange={(open) => !open && close()}>
      <DialogContent
        title="Confirm that it is you"
        description="This cannot easily be undone, so Palate asks for your password again."
        className="max-w-sm"
      >
        <ReauthForm
          onConfirmed={() => {
            close()
            waiting?.action()
          }}
        />
      </DialogContent>
    </Dialog>
  )
  return { dialog, withReauth: (action) => void withReauth(action) }
}

function ReauthForm({ onConfirmed }: { onConfirmed: () => void }) {
  const trpc = useTRPC()
  const [password, setPassword] = useState('')
  const confirm = useMutation({ ...trpc.user.reauthenticate.mutationOptions(), onSuccess: onConfirmed })
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate({ password })
      }}
    >
      <Field label="Password" error={confirm.error ? describeError(confirm.error) : undefined}>
        <Input
          type="password"
          autoComplete="current-password"
          autoFocus
          required
          maxLength={200}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <Button type="submit" look="primary" busy={confirm.isPending} className="self-end">
        Continue
      </Button>
    </form>
  )
}
