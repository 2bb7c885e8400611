import cliProgress from 'cli-progress'
import { type CommandIo, sayLine } from '../command-io.ts'
import { counted } from '../load-report.ts'
import { contentOf, type ListedFile } from './manifest.ts'
import { printable } from './printable.ts'

/** Tells how far an export has come: first the server's word, then the lines that have arrived, type by type. */
export type ExportProgress = {
  /** `X-Progress` of a status answer. */
  polled(text: string | undefined): void
  /** The files are known, and come now. */
  listed(files: readonly ListedFile[]): void
  lines(file: Pick<ListedFile, 'type'>, delta: number): void
  say(notice: string): void
  stop(): void
}

export const openExportProgress = (io: CommandIo): ExportProgress =>
  io.stderr.isTTY ? progressBars(io) : progressLines(io)

/** What our own server says, `64% in-progress Observation 12000/50000`; other servers say what they like. */
export type ServerProgress = {
  readonly percent: number
  readonly current: { readonly type: string; readonly done: number; readonly total: number } | undefined
}

export const readProgress = (text: string): ServerProgress | undefined => {
  const found = /^(\d{1,3})%(?:\s+[a-z-]+(?:\s+([A-Z][A-Za-z]*)\s+(\d+)\/(\d+))?)?\s*$/.exec(text)
  if (found === null) return undefined
  const [, percent, type, done, total] = found
  const current = type === undefined ? undefined : { type, done: Number(done), total: Number(total) }
  return { percent: Math.min(100, Number(percent)), current }
}

/** A bar for all of it and one for each type that the server names; then one a type for what arrives. */
const progressBars = ({ stderr }: CommandIo): ExportProgress => {
  const open = () =>
    new cliProgress.MultiBar(
      {
        format: '{bar} {percentage}% {what} {detail}',
        stream: stderr,
        hideCursor: false, // whoever ends a long export by Ctrl-C wants it back
        clearOnComplete: true,
        barsize: 30,
      },
      cliProgress.Presets.shades_classic,
    )
  let group = open()
  let bars = new Map<string, cliProgress.SingleBar>()
  const bar = (what: string, total: number): cliProgress.SingleBar => {
    const found = bars.get(what) ?? group.create(total, 0, { what: printable(what), detail: '' })
    bars.set(what, found)
    return found
  }
  return {
    polled: (text) => {
      const said = readProgress(text ?? '')
      bar('export', 100).update(said?.percent ?? 0, {
        detail: said === undefined ? printable(text ?? '') : '',
      })
      if (said?.current === undefined) return
      const { type, done, total } = said.current
      const current = bar(type, total)
      // The server names the first type that is still being written.
      for (const [other, each] of bars) {
        if (other !== 'export' && other !== type) each.update(each.getTotal(), { detail: 'written' })
      }
      current.setTotal(total)
      current.update(done, { detail: `${done}/${total}` })
    },
    listed: (files) => {
      group.stop()
      group = open()
      bars = new Map()
      for (const [type, total] of totalsOf(files)) bar(type, total).update(0, { detail: 'arriving' })
    },
    lines: (file, delta) => bars.get(contentOf(file))?.increment(delta),
    // Without a bar nothing would show it until there is one.
    say: (notice) => (bars.size === 0 ? sayLine(stderr, notice) : group.log(`${notice}\n`)),
    stop: () => group.stop(),
  }
}

const totalsOf = (files: readonly ListedFile[]): ReadonlyMap<string, number> => {
  const totals = new Map<string, number>()
  for (const file of files) {
    const content = contentOf(file)
    totals.set(content, (totals.get(content) ?? 0) + (file.count ?? 0))
  }
  return totals
}

/** For a log file: a line now and then, and when something begins. */
const progressLines = ({ stderr, now }: CommandIo): ExportProgress => {
  let [total, done, saidAt, saidText] = [0, 0, now(), '']
  const sayNow = (line: string) => {
    saidAt = now()
    sayLine(stderr, line)
  }
  return {
    polled: (text) => {
      if (text === undefined || text === saidText || now() - saidAt < lineEveryMs) return
      saidText = text
      sayNow(printable(text))
    },
    listed: (files) => {
      total = files.reduce((sum, { count = 0 }) => sum + count, 0)
      sayNow(`downloading ${counted(files.length, 'file')}, ${counted(total, 'resource')}`)
    },
    lines: (_file, delta) => {
      done += delta
      if (now() - saidAt >= lineEveryMs) sayNow(`${done} of ${counted(total, 'resource')} arrived`)
    },
    say: (notice) => sayLine(stderr, notice),
    stop: () => {},
  }
}

const lineEveryMs = 5000
