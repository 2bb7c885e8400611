/** Everything is told as of this instant, never as of today: the sample is the same whenever it is made. */
export const referenceMs = Date.UTC(2026, 0, 1)

export const minuteMs = 60_000
export const dayMs = 24 * 60 * minuteMs
export const yearMs = 365.25 * dayMs

export const dateTimeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
export const instantOf = (ms: number): string => new Date(ms).toISOString()
export const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
export const yearOf = (ms: number): string => new Date(ms).toISOString().slice(0, 4)
