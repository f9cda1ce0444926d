/** Controls but tab and line feed, separators of lines, and marks that turn the direction of the text around them. */
const unsafe = /(?![\t\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
/** JSON escapes the controls below space itself; a terminal also obeys those from 0x7f to 0x9f. */
const obeyed = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/**
 * A text from outside that a terminal only shows: a model, a log or a name could move the cursor, change the title or
 * write to the clipboard with escape sequences. Without their first character the rest of them is plain text.
 */
export const clean = (text: string): string => text.replaceAll(unsafe, '')

/** The same on one line. */
export const cleanLine = (text: string): string => clean(text.replaceAll(/[\t\n]+/g, ' '))

/** One line of JSON that is harmless in a terminal; every character comes back when it is parsed. */
export const toJsonLine = (value: unknown): string =>
  JSON.stringify(value).replaceAll(obeyed, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
