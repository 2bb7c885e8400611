import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileUrlOfPath } from '../../worker/config/file-url.ts'
import { SluiceError } from '../../worker/errors.ts'
import { lockDatabase } from '../../worker/process/file-lock.ts'

const script = new URL('./hold-lock.ts', import.meta.url).pathname
const now = Date.UTC(2026, 10, 20, 12)

let folder: string
let children: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lock-'))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const start = (...args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

const startHolder = async (url: string): Promise<ChildProcess> => {
  const child = start('hold', url)
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

const urlOf = (name: string): string => fileUrlOfPath(join(folder, name))

const refusalOf = async (url: string): Promise<string> => {
  const error: unknown = await lockDatabase(url, 'sluice load', now).catch((reason: unknown) => reason)
  if (error instanceof SluiceError && error.code === 'conflict') return error.message
  throw new Error('expected a conflict', { cause: error })
}

describe('lockDatabase', () => {
  it('names another process that holds the lock, until that is killed', async () => {
    const url = urlOf('sluice.db')
    for (let round = 0; round < 3; round += 1) {
      const holder = await startHolder(url)
      expect(await refusalOf(url)).toMatch(
        new RegExp(
          `^Cannot lock database "sluice.db": held by sluice serve \\(process ${holder.pid} on host ${hostname()} since 20.*Z\\); stop it or wait until it ends$`,
        ),
      )
      holder.kill('SIGKILL')
      await once(holder, 'exit')
      const lock = await lockDatabase(url, 'sluice load', now)
      expect(await refusalOf(url)).toContain(
        `held by sluice load (process ${process.pid} on host ${hostname()} since 2026-11-20T12:00:00.000Z)`,
      )
      await lock.release()
    }
  })

  it('gives the lock back at once when released, twice if need be', async () => {
    const url = urlOf('sluice.db')
    for (let round = 0; round < 5; round += 1) {
      const lock = await lockDatabase(url, 'first', now)
      await lock.release()
      await lock.release()
    }
    const holder = await startHolder(url)
    expect(await refusalOf(url)).toContain(`process ${holder.pid} `)
  })

  it('says so when it does not know who holds the lock', async () => {
    const url = urlOf('sluice.db')
    const lock = await lockDatabase(url, 'first', now)
    writeFileSync(join(folder, 'sluice.db-lock.json'), '{"pid":')
    expect(await refusalOf(url)).toContain('held by another process; stop it')
    await lock.release()
  })

  it('knows a database under another spelling of its path', async () => {
    mkdirSync(join(folder, 'data'))
    symlinkSync(join(folder, 'data'), join(folder, 'link'))
    const lock = await lockDatabase(urlOf('data/sluice.db'), 'first', now)
    expect(await refusalOf(urlOf('link/sluice.db'))).toContain('held by first')
    writeFileSync(join(folder, 'data/sluice.db'), '')
    symlinkSync(join(folder, 'data/sluice.db'), join(folder, 'alias.db'))
    expect(await refusalOf(urlOf('alias.db'))).toContain('held by first')
    await lock.release()
  })

  it('locks each database by itself, whatever characters are in its name, and makes its folder', async () => {
    const names = ['a/sluice.db', 'b/sluice.db', 'b/100% ? #1.db']
    const locks = await Promise.all(names.map((name) => lockDatabase(urlOf(name), name, now)))
    for (const [index, name] of names.entries()) {
      expect(await refusalOf(urlOf(name))).toContain(`held by ${name} `)
      await locks[index]?.release()
    }
  })

  it('reports a lock file that is damaged, or a folder that cannot be, as no conflict', async () => {
    writeFileSync(join(folder, 'sluice.db-lock'), 'x'.repeat(5000))
    await expect(lockDatabase(urlOf('sluice.db'), 'first', now)).rejects.toMatchObject({
      code: 'database-unavailable',
      message: expect.stringMatching(/^Cannot lock database "sluice.db": .*it is damaged; remove it/),
    })
    await expect(lockDatabase(urlOf('sluice.db-lock/x.db'), 'first', now)).rejects.toMatchObject({
      code: 'database-unavailable',
    })
    await expect(lockDatabase('libsql://x', 'first', now)).rejects.toMatchObject({ code: 'invalid' })
  })

  it('lets one in at a time and never names a wrong one, though every holder is killed', async () => {
    const log = join(folder, 'log')
    const racers = Array.from({ length: 10 }, () => start('race', urlOf('sluice.db'), log))
    const endOf = new Map<number | undefined, number>()
    const seeEnd = (racer: ChildProcess) => endOf.set(racer.pid, performance.timeOrigin + performance.now())
    await Promise.all(racers.map((racer) => once(racer, 'exit').then(() => seeEnd(racer))))
    const { turns, refusals } = readLog(log)

    expect(turns.map(({ pid }) => pid).sort()).toEqual(racers.map(({ pid }) => pid).sort())
    for (const [index, turn] of turns.entries()) {
      expect(turn.acquired).toBeGreaterThanOrEqual(turns[index - 1]?.until ?? 0)
    }
    // Right is who held the lock at some moment of the attempt; a killed process holds it until the kernel has taken it apart.
    const wrong = refusals.filter(({ from, refused, named }) => {
      const turn = turns.find(({ pid }) => pid === named)
      return named !== 0 && !(turn && turn.from <= refused && from <= (endOf.get(named) ?? 0))
    })
    expect(wrong).toEqual([])
    expect(refusals.filter(({ named }) => named !== 0).length).toBeGreaterThan(0)
  }, 60_000)
})

const lineSchema = z.union([
  z.object({ pid: z.number(), from: z.number(), acquired: z.number(), until: z.number() }),
  z.object({ pid: z.number(), from: z.number(), refused: z.number(), named: z.number() }),
])

const readLog = (path: string) => {
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  const entries = lines.map((line) => lineSchema.parse(JSON.parse(line)))
  return {
    turns: entries.filter((entry) => 'acquired' in entry).sort((a, b) => a.acquired - b.acquired),
    refusals: entries.filter((entry) => 'refused' in entry),
  }
}
