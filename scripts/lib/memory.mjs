/**
 * Keeps the servers' memory near what they use. By default V8 lets its heap grow to a multiple before it collects, and
 * glibc keeps large blocks that were freed once, and an arena for each thread: after a burst of requests a server would
 * hold more than twice the memory. Measured by `npm run bench abuse`.
 */
export const memoryArgs = ['--max-semi-space-size=8', '--heap-growing-percent=30']

/** Read by glibc alone; elsewhere these have no effect. */
export const memoryEnv = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
}
