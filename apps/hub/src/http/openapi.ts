import { OpenAiError } from '@palate/protocol'
import { z } from 'zod'
import { ErrorBody } from './error'
import type { Content, Route } from './route'

export interface OpenApiDocument {
  openapi: '3.1.0'
  paths: Record<string, Record<string, Operation>>
  [key: string]: unknown
}

interface Operation {
  requestBody?: { required: boolean; content: Record<string, { schema: unknown }> }
  [key: string]: unknown
}

/** The OpenAPI 3.1 document of a list of routes. Its schemas are made from the zod schemas that the routes parse. */
export function describeRoutes(routes: readonly Route[]): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) {
    const path = toOpenApiPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Palate hub',
      version: '1',
      description: 'Chat in the shape of the OpenAI API, and the files of datasets, runs and models.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: toSchema(ErrorBody, 'output'), OpenAiError: toSchema(OpenAiError, 'output') },
      responses: {
        Error: {
          description: 'An error, with its cause and, where there is one, a remedy.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
        OpenAiError: {
          description: 'An error in the shape of the OpenAI API.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/OpenAiError' } } },
        },
      },
      securitySchemes: {
        ticket: {
          type: 'http',
          scheme: 'bearer',
          description: 'A ticket for one purpose, from the API or from the lease of a run.',
        },
      },
    },
  }
}

/** `/files/objects/:sha256` as OpenAPI writes it: `/files/objects/{sha256}`. */
export function toOpenApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

function describeRoute({ method, path, summary, ticket, parameters = {}, body, success }: Route): Operation {
  return {
    operationId: [method.toLowerCase(), ...path.split(/\W+/).filter(Boolean)].join('-'),
    summary,
    security: ticket ? [{ ticket: [] }] : [],
    ...(ticket ? { description: `Needs a ${ticket} ticket as Bearer token.` } : {}),
    parameters: Object.entries(parameters).map(([name, parameter]) => ({
      name,
      ...parameter,
      required: parameter.in === 'path' || parameter.required === true,
      schema: { type: 'string' },
    })),
    ...(body ? { requestBody: { required: true, content: toContent([body], 'input') } } : {}),
    responses: {
      [success.status]: {
        description: success.description,
        ...(success.content ? { content: toContent(success.content, 'output') } : {}),
      },
      default: {
        $ref: `#/components/responses/${path.startsWith('/v1/') ? 'OpenAiError' : 'Error'}`,
      },
    },
  }
}

function toContent(
  contents: readonly Content[],
  io: 'input' | 'output',
): Record<string, { schema: unknown }> {
  return Object.fromEntries(
    contents.map(({ mediaType = 'application/json', json }) => [
      mediaType,
      { schema: json ? toSchema(json, io) : { type: 'string', format: 'binary' } },
    ]),
  )
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  return rest
}
