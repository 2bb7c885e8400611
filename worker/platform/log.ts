/**
 * Structured log lines. `fields` holds identifiers, counts and durations only: no secret, no token, no resource content,
 * no resource id.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** One JSON object a line, through the console of whatever runtime this is. */
export const consoleLog =
  (least: LogLevel, now: () => number): Log =>
  (level, message, fields = {}) => {
    if (rank[level] < rank[least]) return
    const line = JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields })
    if (level === 'error' || level === 'warn') console.error(line)
    else console.log(line)
  }

export const silentLog: Log = () => {}
