import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../client'

declare module 'vitest' {
  export interface ProvidedContext {
    templateUrl: string
  }
}

/** A database for the calling test file: a copy of the migrated template, dropped at the end of the file. */
export async function createTestDatabase(): Promise<OpenDatabase & { url: string }> {
  const template = new URL(inject('templateUrl'))
  const name = `palate_test_${randomBytes(6).toString('hex')}`
  const adminUrl = new URL(template)
  adminUrl.pathname = '/postgres'
  const admin = postgres(adminUrl.toString(), { max: 1, onnotice: () => undefined })
  await admin.unsafe(`create database ${name} template ${template.pathname.slice(1)}`)
  const url = new URL(template)
  url.pathname = `/${name}`
  const database = openDatabase(url.toString())
  afterAll(async () => {
    await database.close()
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end()
  })
  return { ...database, url: url.toString() }
}
