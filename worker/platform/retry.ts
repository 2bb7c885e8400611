/** Backoff of a work unit that failed: doubles from `retryBaseMs`, never above `retryMaxMs`, the upper half random. */
export const backoffMs = (
  attempt: number,
  limits: { readonly retryBaseMs: number; readonly retryMaxMs: number },
  random: () => number = Math.random,
): number => {
  const full = Math.min(limits.retryMaxMs, limits.retryBaseMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(full / 2 + (full / 2) * random())
}
