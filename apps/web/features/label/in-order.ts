/**
 * Runs works one after another, in the order of the calls: an undo must not overtake the vote or skip before it. A
 * work that fails does not stop the next one.
 */
export function inOrder(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }
}
