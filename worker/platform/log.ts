/**
 * Structured log lines. `fields` holds identifiers, counts and durations only: no secret, no token, no resource content,
 * no resource id. `least`: from which level on this line is wanted, where that is not for the whole service to say.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Log = (level: LogLevel, message: string, fields?: LogFields, least?: LogLevel) => void

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** One JSON object a line, through the console of whatever runtime this is. */
export const consoleLog =
  (leastOfAll: LogLevel, now: () => number): Log =>
  (level, message, fields = {}, least = leastOfAll) => {
    if (rank[level] < rank[least]) return
    const line = toLine({ time: new Date(now()).toISOString(), level, message, ...fields })
    if (level === 'error' || level === 'warn') console.error(line)
    else console.log(line)
  }

/** JSON leaves characters as they are that end a line, steer a terminal or turn the direction of text for some readers of logs. */
const toLine = (fields: LogFields): string =>
  JSON.stringify(fields).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The same log, of which other levels are wanted. */
export const logFrom =
  (log: Log, least: LogLevel): Log =>
  (level, message, fields) =>
    log(level, message, fields, least)

export const silentLog: Log = () => {}
