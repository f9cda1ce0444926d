import { text, timestamp } from 'drizzle-orm/pg-core'

/** Shared columns: every table has an id that carries its kind, and says when a row was made. */
export const id = () => text('id').primaryKey()
export const createdAt = () => timestamp('created_at', { withTimezone: true }).notNull().defaultNow()
export const at = (name: string) => timestamp(name, { withTimezone: true })
