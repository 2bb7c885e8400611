/**
 * A process that takes the lock of a database, for `file-lock.test.ts`.
 *
 *   node hold-lock.ts hold <database URL>         takes the lock, says `held`, and stays
 *   node hold-lock.ts race <database URL> <log>   tries until it has had the lock once, then kills itself while it holds it
 */
import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { SluiceError } from '../../worker/errors.ts'
import { lockDatabase } from '../../worker/process/file-lock.ts'

const now = (): number => performance.timeOrigin + performance.now()

const hold = async (url: string): Promise<void> => {
  await lockDatabase(url, 'sluice serve', Date.now())
  console.log('held')
  setInterval(() => {}, 60_000)
}

const race = async (url: string, log: string): Promise<void> => {
  for (;;) {
    const from = now()
    try {
      await lockDatabase(url, 'racer', Date.now())
      const acquired = now()
      await sleep(15)
      appendFileSync(log, `${JSON.stringify({ pid: process.pid, from, acquired, until: now() })}\n`)
      process.kill(process.pid, 'SIGKILL')
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'conflict') throw error
      const named = Number(/process (\d+) on/.exec(error.message)?.[1] ?? 0)
      appendFileSync(log, `${JSON.stringify({ pid: process.pid, from, refused: now(), named })}\n`)
      await sleep(Math.random() * 8)
    }
  }
}

const [mode, url = '', log = ''] = process.argv.slice(2)
await (mode === 'race' ? race(url, log) : hold(url))
