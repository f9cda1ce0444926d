import { type AnyPgColumn, text, timestamp } from 'drizzle-orm/pg-core'

/** Shared columns: an id with its kind as prefix, and the time of creation. */
export const id = () => text('id').primaryKey()
export const createdAt = () => timestamp('created_at', { withTimezone: true }).notNull().defaultNow()
export const at = (name: string) => timestamp(name, { withTimezone: true })

/** The row that this one belongs to, and is deleted with. */
export const belongsTo = (name: string, owner: () => AnyPgColumn) =>
  text(name).notNull().references(owner, { onDelete: 'cascade' })
