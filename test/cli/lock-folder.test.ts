import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from '../../worker/cli/export/lock-folder.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lock-'))
  path = join(folder, '.sluice-export.lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const now = Date.UTC(2026, 10, 20, 12)
const lock = () => lockFolder(folder, now)
const leave = (note: Readonly<Record<string, unknown>>) =>
  writeFileSync(path, JSON.stringify({ host: hostname(), ...note }))

describe('the lock of a folder', () => {
  it('is refused while this process has it, and leaves nothing behind', async () => {
    const unlock = await lock()
    await expect(lock()).rejects.toThrow(
      `process ${process.pid} on host ${hostname()} does so since 2026-11-20T12:00:00.000Z; if it does not any more, remove its lock ${path}`,
    )
    expect(readdirSync(folder)).toEqual(['.sluice-export.lock'])
    await unlock()
    expect(readdirSync(folder)).toEqual([])
  })

  it.each<[string, () => void]>([
    ['a process that is there no more', () => leave({ pid: 4_194_303 })],
    [
      'an earlier process with our number, as in a container',
      () => leave({ pid: process.pid, processId: 'x' }),
    ],
    ['a machine that stopped before the note was on disk', () => writeFileSync(path, '')],
  ])('is taken over from %s', async (_case, leaves) => {
    leaves()
    const unlock = await lock()
    expect(readFileSync(path, 'utf8')).toContain(`"pid":${process.pid}`)
    await unlock()
    expect(readdirSync(folder)).toEqual([])
  })

  it.runIf(process.platform === 'linux')(
    'is taken over from a process whose number another one has now, and not from that one',
    async () => {
      leave({ pid: process.ppid })
      await expect(lock()).rejects.toThrow(`process ${process.ppid} on host`)
      leave({ pid: process.ppid, processStart: '1' })
      await (await lock())()
    },
  )

  it('is believed when it is of another machine', async () => {
    leave({ pid: process.pid, host: 'elsewhere' })
    await expect(lock()).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is had by one of many that come at once, also where a stale one lies', async () => {
    for (const leaves of [() => {}, () => leave({ pid: 4_194_303 })]) {
      leaves()
      const results = await Promise.allSettled(Array.from({ length: 8 }, lock))
      const unlocks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      expect(unlocks).toHaveLength(1)
      for (const unlock of unlocks) await unlock()
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('is taken over though another command was killed while it did so', async () => {
    leave({ pid: 4_194_303 })
    writeFileSync(`${path}.guard`, JSON.stringify({ pid: 4_194_303, host: hostname() }))
    await (await lock())()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is not taken away from another who has it meanwhile', async () => {
    const unlock = await lock()
    leave({ pid: 1, host: 'elsewhere' })
    await unlock()
    expect(readdirSync(folder)).toEqual(['.sluice-export.lock'])
  })

  it('tells what the system says when it cannot be written', async () => {
    mkdirSync(path)
    await expect(lock()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^Cannot export into ".*": EISDIR/),
    })
    const deep = join(folder, ...Array.from({ length: 40 }, () => 'x'.repeat(100))).slice(0, 4085)
    await expect(lockFolder(deep, now)).rejects.toThrow(/ENAMETOOLONG/)
  })
})
