import type { HttpBindings } from '@hono/node-server'
import type { AskDatabase, Deps } from '@palate/core'
import type { Context } from 'hono'
import type { z } from 'zod'
import type { ChatTools } from '../chat/tools'
import type { ArtifactUploads } from './artifact-uploads'
import type { FileUploads } from './file-uploads'
import { readJson } from './request'

export type HubContext = Context<{ Bindings: HttpBindings }>

export interface HttpTools {
  deps: Deps
  chat: ChatTools
  artifacts: ArtifactUploads
  uploads: FileUploads
  askDatabase: AskDatabase
}

/** What a body or a response holds: JSON of a schema, a stream of such objects, or bytes. */
export interface Content {
  json?: z.ZodType
  /** JSON where it is left out. */
  mediaType?: string
}

interface Parameter {
  in: 'path' | 'header'
  description: string
  required?: boolean
}

/** One HTTP route: what serves it and what the OpenAPI document says of it. */
export interface Route {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH'
  /** As Hono writes it: `/files/objects/:sha256`. */
  path: string
  summary: string
  /** Which ticket the header `Authorization: Bearer …` must hold; null where none is needed. */
  ticket: 'upload' | 'lease' | 'lease or serve' | null
  parameters?: Record<string, Parameter>
  body?: Content
  /** The response of a success; errors are described once for all routes. */
  success: { status: number; description: string; content?: Content[] }
  handle(c: HubContext, tools: HttpTools): Promise<Response>
}

/** A route with a JSON body: the schema that is documented is the schema that is parsed. */
export function jsonRoute<Schema extends z.ZodType>({
  body,
  maxBytes,
  handle,
  ...route
}: Omit<Route, 'body' | 'handle'> & {
  body: Schema
  maxBytes: number
  handle(c: HubContext, tools: HttpTools, input: z.output<Schema>): Promise<Response>
}): Route {
  return {
    ...route,
    body: { json: body },
    handle: async (c, tools) => handle(c, tools, await readJson(c, body, maxBytes)),
  }
}
