/**
 * `setImmediate` as Node has it. Next.js replaces the global one by one that may call back within the same turn of the
 * event loop, but code that lets others go first needs a turn of its own. To be loaded before Next.js is.
 */
export const nextTurn = setImmediate
