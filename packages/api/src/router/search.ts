import { search } from '@palate/core'
import { SearchInput } from '@palate/core/search/schemas'
import { router, workspaceProcedure } from '../trpc'

export const searchRouter = router({
  find: workspaceProcedure('workspace:read')
    .input(SearchInput)
    .query(({ ctx, input }) => search(ctx.service, input)),
})
