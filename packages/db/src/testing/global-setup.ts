import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { prepareRoles } from '../../../../scripts/lib/postgres-roles.mjs'
import { migrateDatabase } from '../migrate'
import { startTestServer } from './server'

/** One PostgreSQL for all tests, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer()
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined })
  const name = `palate_template_${process.pid}`
  await admin.unsafe(`create database ${name}`)
  const url = new URL(server.url)
  url.pathname = `/${name}`
  await giveRoles(url)
  await migrateDatabase(url.toString())
  project.provide('templateUrl', url.toString())
  return async () => {
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end()
    await server.stop()
  }
}

/** The role as which web and hub connect, in the template, so that each copy has its rights. */
async function giveRoles(url: URL): Promise<void> {
  const client = postgres(url.toString(), { max: 1, onnotice: () => undefined })
  await prepareRoles({ query: (text) => client.unsafe(text) }, decodeURIComponent(url.password))
  await client.end()
}
