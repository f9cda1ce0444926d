import {
  changeRole,
  disableMember,
  enableMember,
  leaveWorkspace,
  listMembers,
  removeMember,
  resolveWorkspace,
  transferOwnership,
} from '@palate/core'
import { ChangeRoleInput, MemberRef } from '@palate/core/member/schemas'
import { router, workspaceProcedure } from '../trpc'
import { person } from './user'

const write = workspaceProcedure('member:write')

export const memberRouter = router({
  list: workspaceProcedure('member:read').query(({ ctx }) => listMembers(ctx.service)),
  changeRole: write.input(ChangeRoleInput).mutation(({ ctx, input }) => changeRole(ctx.service, input)),
  disable: write.input(MemberRef).mutation(({ ctx, input }) => disableMember(ctx.service, input)),
  enable: write.input(MemberRef).mutation(({ ctx, input }) => enableMember(ctx.service, input)),
  remove: write.input(MemberRef).mutation(({ ctx, input }) => removeMember(ctx.service, input)),
  leave: person.mutation(async ({ ctx }) =>
    leaveWorkspace(await resolveWorkspace(ctx.deps, ctx.caller, ctx.workspace)),
  ),
  transfer: workspaceProcedure('workspace:own')
    .input(MemberRef)
    .mutation(({ ctx, input }) => transferOwnership(ctx.service, input)),
})
