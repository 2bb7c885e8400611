/** Time as a port: the engine and the store see no other clock. */
export type Clock = {
  /** Milliseconds since the Unix epoch, a whole number. */
  now(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Lets whatever else is waiting on this thread run first. */
  yield(): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  yield: () => new Promise((resolve) => setTimeout(resolve, 0)),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, { once: true })
    }),
}
