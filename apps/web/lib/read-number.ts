/** A number field's text for react-hook-form's `setValueAs`: empty is left out, not zero. */
export const readNumber = (text: unknown): number | undefined =>
  text === '' || text === undefined || text === null ? undefined : Number(text)
