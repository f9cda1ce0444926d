/** For a read of something that may not be there: gives `instead` then, and throws whatever else went wrong. */
export function isMissing<Value>(instead: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead
    throw error
  }
}
