import { openDeps } from '@palate/core'
import { expect, it } from 'vitest'
import { toErrorResponse } from './error-response'
import { openTestDeps } from './testing/hub'

const { deps } = await openTestDeps()

/** The error of a query to a database that is down, or that stops during the query. */
async function failureOf(
  url: string,
  ask: (opened: ReturnType<typeof openDeps>['deps']) => Promise<unknown>,
) {
  const opened = openDeps({ ...deps, databaseUrl: url, secret: 'x'.repeat(32), applicationName: 'test' })
  try {
    return await ask(opened.deps).then(
      () => null,
      (error: unknown) => error,
    )
  } finally {
    await opened.close()
  }
}

it('a database that is down gives an error that a client may retry', async () => {
  const nobody = 'postgres://palate:x@127.0.0.1:1/palate'
  const failures = [
    await failureOf(nobody, ({ db }) => db.execute('select 1')),
    await failureOf(nobody, ({ db }) => db.transaction(async (tx) => tx.execute('select 1'))),
    await failureOf(deps.url, ({ db }) => db.execute('select pg_terminate_backend(pg_backend_pid())')),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  ]
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(Error)
    expect(toErrorResponse(failure, deps.log, 'run-lines')).toMatchObject({
      code: 'unavailable',
      message: 'The database is not available at the moment.',
    })
  }
})

it('an interrupted transfer may be sent again', () => {
  const error = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  expect(toErrorResponse(error, deps.log, 'PUT /files/uploads/upload_1')).toMatchObject({
    code: 'unavailable',
    message: 'The transfer was interrupted.',
  })
})
