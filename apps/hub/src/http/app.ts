import type { HttpBindings } from '@hono/node-server'
import { type Deps, DomainError } from '@palate/core'
import { Hono } from 'hono'
import { type ChatTools, postChatCompletions } from '../chat/complete'
import { getModels } from '../chat/list-models'
import type { ArtifactUploads } from './artifact-uploads'
import { postEnroll } from './enroll-agent'
import { answerError } from './error'
import { getDownload } from './get-download'
import { getHealth } from './get-health'
import { getObject } from './get-object'
import { getProbe } from './get-probe'
import { putUpload } from './put-upload'

/** The routes. Each is a file: parse, call core, answer; errors are said in one place. */
export function createApp(
  deps: Deps,
  chat: ChatTools,
  artifacts: ArtifactUploads,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/files/probe/:mebibytes', (c) => getProbe(c, deps))
  app.get('/files/health', (c) => getHealth(c, deps))
  app.put('/files/uploads/:uploadId', (c) => putUpload(c, deps))
  app.post('/files/agents/enroll', (c) => postEnroll(c, deps))
  app.get('/files/objects/:sha256', (c) => getObject(c, deps))
  app.all('/files/artifacts/:uploadId?', (c) => artifacts.handle(c))
  app.get('/files/download/:ticket', (c) => getDownload(c, deps))
  app.get('/v1/models', (c) => getModels(c, deps))
  app.post('/v1/chat/completions', (c) => postChatCompletions(c, chat))
  app.notFound((c) =>
    answerError(new DomainError('not_found', `There is no ${c.req.method} ${c.req.path}.`), c, deps.log),
  )
  app.onError((error, c) => answerError(error, c, deps.log))
  return app
}
