'use client'

import { roles } from '@palate/protocol'
import { Button, buttonStyles, Skeleton } from '@palate/ui'
import { useMutation, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { signOut } from 'next-auth/react'
import { formatDate } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { switchWorkspace } from '../../lib/workspace-choice'
import { JoinForm } from './join-form'

/** What a link lets somebody into: they join with their account, or with a new one. */
export function InvitationPage({ token, signedInAs }: { token: string; signedInAs: string | null }) {
  const trpc = useTRPC()
  const preview = useQuery({ ...trpc.invitation.preview.queryOptions({ token }), retry: false })
  return (
    <Loaded query={preview} page skeleton={<Skeleton className="h-60" />}>
      {(invitation) => (
        <>
          <header className="flex flex-col gap-2">
            <h1 className="title text-3xl [overflow-wrap:anywhere]">Join {invitation.workspace}</h1>
            <p className="text-ink-2 [overflow-wrap:anywhere]">
              {invitation.invitedBy} invites you as {invitation.role} ({roles[invitation.role]}). The link is
              valid until {formatDate(invitation.expiresAt)}.
            </p>
          </header>
          {signedInAs ? (
            <JoinSignedIn token={token} invitation={invitation} email={signedInAs} />
          ) : (
            <JoinNew token={token} invitation={invitation} />
          )}
        </>
      )}
    </Loaded>
  )
}

type Invitation = Outputs['invitation']['preview']

function JoinSignedIn({
  token,
  invitation,
  email,
}: {
  token: string
  invitation: Invitation
  email: string
}) {
  const trpc = useTRPC()
  const accept = useMutation(
    trpc.invitation.accept.mutationOptions({
      // A full page load: data of another workspace is dropped.
      onSuccess: ({ workspaceId }) => switchWorkspace(workspaceId),
    }),
  )
  const forOther = invitation.email !== null && invitation.email !== email
  return (
    <div className="flex flex-col gap-4">
      <p className="[overflow-wrap:anywhere]">
        You are signed in as <b className="font-semibold">{email}</b>.
        {forOther ? ` The invitation is for ${invitation.email}.` : null}
      </p>
      <div className="flex flex-wrap gap-2">
        {forOther ? null : (
          <Button
            look="primary"
            size="lg"
            busy={accept.isPending || accept.isSuccess}
            onClick={() => accept.mutate({ token })}
          >
            Join workspace
          </Button>
        )}
        <Button size="lg" onClick={() => signOut({ callbackUrl: `/invite/${encodeURIComponent(token)}` })}>
          Use another account
        </Button>
      </div>
    </div>
  )
}

function JoinNew({ token, invitation }: { token: string; invitation: Invitation }) {
  const target = `/sign-in?to=${encodeURIComponent(`/invite/${token}`)}`
  return (
    <>
      <JoinForm token={token} email={invitation.email} />
      <p className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line pt-5 text-ink-2">
        You have an account already?
        <Link href={target} className={buttonStyles({ look: 'plain' })}>
          Sign in to join
        </Link>
      </p>
    </>
  )
}
