'use client'

import { Button, Dialog, DialogContent, DialogTrigger } from '@palate/ui'
import { type FormEvent, useState } from 'react'
import { HubTokenField } from './hub-token-field'

/** Starts an import of a gated model again, with the token of somebody who has accepted its license. */
export function RetryWithToken({
  name,
  busy,
  onStart,
}: {
  name: string
  busy: boolean
  onStart: (hubToken?: string) => void
}) {
  const [open, setOpen] = useState(false)
  const [token, setToken] = useState('')
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    onStart(token.trim() || undefined)
    setToken('')
    setOpen(false)
  }
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm" busy={busy}>
          Start again
        </Button>
      </DialogTrigger>
      <DialogContent
        title={`Import ${name} again`}
        description="First accept the license on the model's page, with the account of the token."
      >
        <form onSubmit={onSubmit} className="flex flex-col gap-4">
          <HubTokenField
            value={token}
            onChange={setToken}
            hint="Empty for the token that the import had, or the agent's own. It is encrypted and goes to the agent alone."
          />
          <Button type="submit" look="primary" size="lg" className="self-stretch sm:self-end">
            Start again
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  )
}
