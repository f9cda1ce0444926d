import { randomBytes } from 'node:crypto'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { afterAll, inject } from 'vitest'
import { appPassword, appRole } from '../../../../scripts/lib/postgres-roles.mjs'
import { type Database, type OpenDatabase, openDatabase } from '../client'
import * as schema from '../schema'

declare module 'vitest' {
  export interface ProvidedContext {
    templateUrl: string
  }
}

/** A database of a test. What a process of Palate opens, it opens as the app's role, as it does in production. */
export interface TestDatabase extends OpenDatabase {
  /** Of the app's role. */
  url: string
  /** Of the owner, who sees and changes every row of every workspace: for what a test arranges and looks up. */
  all: Database
  owner: postgres.Sql
}

/** A database for the calling test file: a copy of the migrated template, dropped at the end of the file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('templateUrl'))
  const name = `palate_test_${randomBytes(6).toString('hex')}`
  const adminUrl = new URL(template)
  adminUrl.pathname = '/postgres'
  const admin = postgres(adminUrl.toString(), { max: 1, onnotice: () => undefined })
  await admin.unsafe(`create database ${name} template ${template.pathname.slice(1)}`)
  const url = new URL(template)
  url.pathname = `/${name}`
  const ownerUrl = url.toString()
  const quiet = { max: 4, onnotice: () => undefined }
  const owner = postgres(ownerUrl, quiet)
  const arranging = postgres(ownerUrl, quiet)
  url.password = appPassword(decodeURIComponent(template.password))
  url.username = appRole
  const database = openDatabase(url.toString())
  afterAll(async () => {
    await Promise.all([database.close(), owner.end(), arranging.end()])
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end()
  })
  return { ...database, url: url.toString(), all: drizzle(arranging, { schema }), owner }
}
