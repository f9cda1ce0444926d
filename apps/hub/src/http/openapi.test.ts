import type { Deps } from '@palate/core'
import { expect, it } from 'vitest'
import { createApp } from './app'
import { describeRoutes, toOpenApiPath } from './openapi'
import type { HttpTools } from './route'
import { routes } from './routes'

/** Only the log: every request here ends before it needs the database. */
const log: Deps['log'] = { info: () => undefined, warn: () => undefined, error: () => undefined }
const app = createApp({ deps: { log } } as HttpTools)

/** The document as a client gets it. */
async function fetchDocument(): Promise<ReturnType<typeof describeRoutes>> {
  const response = await app.request('/v1/openapi.json')
  expect(response.status).toBe(200)
  return (await response.json()) as ReturnType<typeof describeRoutes>
}

interface ObjectSchema {
  properties: Record<string, unknown>
  required: string[]
}

it('describes every route of the app, and no other', async () => {
  const { paths } = await fetchDocument()
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    // Hono serves a HEAD request by the route of a GET.
    Object.keys(operations).map((method) => `${method === 'head' ? 'GET' : method.toUpperCase()} ${path}`),
  )
  const served = app.routes.map(({ method, path }) => `${method} ${toOpenApiPath(path)}`)
  expect(served.length).toBeGreaterThan(9)
  expect(described.sort()).toEqual(served.sort())
})

it('describes each path parameter', async () => {
  const { paths } = await fetchDocument()
  for (const [path, operations] of Object.entries(paths))
    for (const operation of Object.values(operations)) {
      const parameters = operation.parameters as { name: string; in: string }[]
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`)
      expect(inPath.sort()).toEqual([...path.matchAll(/\{\w+\}/g)].map(([name]) => name).sort())
    }
})

const withJson = Object.entries(describeRoutes(routes).paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { requestBody }]) => {
    const schema = requestBody?.content['application/json']?.schema
    return schema ? [{ method: method.toUpperCase(), path, schema: schema as ObjectSchema }] : []
  }),
)

it('finds the routes with a JSON body', () => {
  expect(withJson.map(({ path }) => path)).toEqual([
    '/v1/chat/completions',
    '/v1/warm-up',
    '/files/agents/enroll',
  ])
})

it.each(withJson)('$method $path parses the schema that is documented', async ({ method, path, schema }) => {
  const messageOf = async (body: object) => {
    const response = await app.request(path, { method, body: JSON.stringify(body) })
    const { error } = (await response.json()) as { error: { message: string } }
    expect(response.status).toBe(400)
    return error.message
  }
  const samples = { model: 'cook', persona: 'vegan', code: 'pen_12345678', name: 'machine' }
  const valid = Object.fromEntries(Object.entries(samples).filter(([name]) => name in schema.properties))
  expect(Object.keys(valid).sort()).toEqual([...schema.required].sort())
  for (const name of schema.required)
    expect(await messageOf({ ...valid, [name]: undefined })).toMatch(`not valid at ${name}`)
  for (const name of Object.keys(schema.properties))
    expect(await messageOf({ ...valid, [name]: [{ nonsense: true }] })).toMatch(`not valid at ${name}`)
})
