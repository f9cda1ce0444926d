import {
  archivePersona,
  exportPersonasYaml,
  getPersona,
  importPersonasYaml,
  listPersonas,
  savePersona,
} from '@palate/core'
import { ImportPersonasInput, PersonaRef, SavePersonaInput } from '@palate/core/persona/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('persona:read')
const write = workspaceProcedure('persona:write')

export const personaRouter = router({
  list: read.query(({ ctx }) => listPersonas(ctx.service)),
  get: read.input(PersonaRef).query(({ ctx, input }) => getPersona(ctx.service, input)),
  save: write.input(SavePersonaInput).mutation(creates(savePersona)),
  archive: write.input(PersonaRef).mutation(({ ctx, input }) => archivePersona(ctx.service, input)),
  exportYaml: read.query(({ ctx }) => exportPersonasYaml(ctx.service)),
  importYaml: write.input(ImportPersonasInput).mutation(creates(importPersonasYaml)),
})
