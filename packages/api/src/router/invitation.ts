import {
  acceptInvitation,
  createInvitation,
  joinAsNew,
  listInvitations,
  previewInvitation,
  revokeInvitation,
} from '@palate/core'
import {
  CreateInvitationInput,
  InvitationRef,
  InvitationToken,
  JoinInput,
} from '@palate/core/invitation/schemas'
import { originOf } from '../context'
import { creates, publicProcedure, router, workspaceProcedure } from '../trpc'
import { person } from './user'

const write = workspaceProcedure('member:write')

export const invitationRouter = router({
  list: write.query(({ ctx }) => listInvitations(ctx.service)),
  create: write.input(CreateInvitationInput).mutation(creates(createInvitation)),
  revoke: write.input(InvitationRef).mutation(({ ctx, input }) => revokeInvitation(ctx.service, input)),
  preview: publicProcedure
    .input(InvitationToken)
    .query(({ ctx, input }) => previewInvitation(ctx.deps, originOf(ctx).address, input)),
  accept: person
    .input(InvitationToken)
    .mutation(({ ctx, input }) => acceptInvitation(ctx.deps, ctx.caller, input)),
  join: publicProcedure
    .input(JoinInput)
    .mutation(({ ctx, input }) => joinAsNew(ctx.deps, originOf(ctx).address, input)),
})
