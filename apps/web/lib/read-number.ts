/** Reads a number field, for `setValueAs` of react-hook-form: an empty field is undefined, not zero. */
export const readNumber = (text: unknown): number | undefined =>
  text === '' || text === undefined || text === null ? undefined : Number(text)
