import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bearer } from '../support/bearer.ts'
import { enrol } from '../support/enrol.ts'
import { freePort } from '../support/free-port.ts'
import { onDisk } from '../support/on-disk.ts'
import { ndjson, populationLines } from '../support/population.ts'
import { smartEnvironment } from '../support/principals.ts'
import { runCli } from '../support/run-cli.ts'
import { startServer } from '../support/server-process.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'

let folder: string
let env: Record<string, string>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-admin-'))
  env = {
    ...onDisk(folder),
    LOG_LEVEL: 'error',
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => runCli(args, env)

const statusWith = async (url: string, key: string): Promise<number> =>
  (await fetch(`${url}/admin/api/jobs`, { headers: bearer(key) })).status

describe('sluice admin', () => {
  test('makes a database where there is none, and prints nothing but the link', async () => {
    const none = await run('admin', 'list')
    expect(none.stdout).toContain('There is no administrator')
    expect(none.stderr).toContain('so it is made now: if a server runs already, name the one it uses')
    const made = await run('admin', 'create', '--name', 'Ada')
    expect(made.exitCode).toBe(0)
    expect(made.stdout).toMatch(/^http:\/\/127\.0\.0\.1:8080\/enrol#[\w-]{43}\n$/)
    expect(made.stderr).toMatch(/^Ada \([0-9a-f-]{36}\) enrols by this link, once, until /)
    expect(made.stderr).toContain('BASE_URL is not set here')
    await run('admin', 'create', '--name', 'Eve', '--role', 'viewer')
    const list = JSON.parse((await run('admin', 'list', '--json')).stdout)
    expect(list).toMatchObject([
      { name: 'Ada', role: 'admin' },
      { name: 'Eve', role: 'viewer' },
    ])
    expect((await run('admin', 'suspend', list[0].administratorId)).stdout).toContain('Ada is suspended')
    expect((await run('admin', 'list')).stdout).toMatch(/admin {3}Ada {2}\(suspended\)\n.*viewer {2}Eve\n/)
    expect(await run('admin', 'suspend', 'nobody')).toMatchObject({ exitCode: 1 })
    expect(await run('admin', 'create', '--name', 'x', '--role', 'root')).toMatchObject({ exitCode: 2 })
  })

  test('works beside a server that uses the database and writes all the while', async () => {
    const PORT = String(await freePort())
    const BASE_URL = `http://127.0.0.1:${PORT}`
    const server = await startServer({ ...env, ...smartEnvironment, PORT, BASE_URL })
    try {
      const key = await enrol(server.url, (await run('admin', 'create', '--name', 'Ada')).stdout.trim())
      expect(await statusWith(server.url, key)).toBe(200)
      let isDone = false
      const statuses = new Set<number>()
      const writing = (async () => {
        while (!isDone) {
          const answer = await fetch(`${server.url}/admin/api/ingest`, {
            method: 'POST',
            headers: { ...bearer(key), 'content-type': 'application/ndjson' },
            body: ndjson(populationLines(20)),
          })
          statuses.add(answer.status)
          await answer.text()
        }
      })()
      const links = new Set<string>()
      for (let n = 0; n < 10; n++) {
        const { exitCode, stdout, stderr } = await run('admin', 'create', '--name', `Number ${n}`)
        expect(exitCode, stderr).toBe(0)
        links.add(stdout.trim())
      }
      isDone = true
      await writing
      expect([...statuses]).toEqual([200])
      expect(links.size).toBe(10)
      const [ada] = JSON.parse((await run('admin', 'list', '--json')).stdout)
      await run('admin', 'suspend', ada.administratorId)
      expect(await statusWith(server.url, key)).toBe(401)
    } finally {
      await server.stop()
    }
  }, 60_000)

  test.skipIf(isSqldMissing)('works on a libSQL server', async () => {
    const sqld = await startSqld()
    try {
      env = { ...env, BASE_URL: 'https://sluice.test' }
      const made = await run('admin', 'create', '--name', 'Ada', '--database', sqld.url)
      expect(made).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^https:\/\/sluice\.test\/enrol#/),
      })
      expect((await run('admin', 'list', '--database', sqld.url)).stdout).toContain('Ada')
    } finally {
      await sqld.stop()
    }
  })
})
