import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDemo } from '../../worker/cli/demo/run-demo.ts'
import { captureIo } from '../support/capture-io.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-demo-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type WhileUp = (printed: string) => Promise<void>
const run = async (
  args: readonly string[],
  { whileUp = async () => {}, port = '0' }: { whileUp?: WhileUp; port?: string } = {},
) => {
  const { io, stdout, stderr } = captureIo({
    PORT: port,
    DATABASE_URL: 'file:./never-used.db',
    LOG_LEVEL: 'error',
  })
  const untilStopped = () => whileUp(stdout())
  const exitCode = await runDemo(['--data', folder, '--patients', '2', ...args], { ...io, untilStopped })
  return { exitCode, stdout: stdout(), stderr: stderr() }
}

describe('The demo', () => {
  it('loads the sample, exports it over HTTP, shows the manifest and where the files are, and ends when told', async () => {
    const { exitCode, stdout, stderr } = await run(['--exit'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Sluice serves http:\/\/127\.0\.0\.1:\d+\/fhir/)
    expect(stdout).toMatch(/Loaded the sample in .* s: 2 patients, /)
    expect(stdout).toMatch(/\n {2}Patient +2 {2}Patient-1\.ndjson\n/)
    expect(stdout).toContain('the counts are equal, type by type')
    const files = readdirSync(/The files lie in (.+)/.exec(stdout)?.[1] ?? '')
    expect(files).toContain('Patient-1.ndjson')
    expect(stdout).toContain(`\n  Total `)
    expect(stdout).not.toContain('Ctrl C')
  })

  it('uses the same database again, stays up until it is stopped, and tells of what was changed', async () => {
    const put = async (printed: string) => {
      const base = /serves (\S+),/.exec(printed)?.[1]
      const body = '{"resourceType":"Patient","id":"visitor"}'
      const init = { method: 'PUT', body, headers: { 'content-type': 'application/fhir+json' } }
      expect((await fetch(`${base}/Patient/visitor`, init)).status).toBe(201)
    }
    const second = await run([], { whileUp: put })
    expect(second).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('has the sample already: 2 patients'),
    })
    expect(second.stdout).toContain('Ctrl C ends it.')

    const third = await run(['--exit'])
    expect(third.exitCode).toBe(1)
    expect(third.stdout).toContain('\n  Patient: 2 in the sample, 3 exported\n')
  })

  it('says which port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { exitCode, stderr } = await run(['--exit'], { port: String(port) })
    other.close()
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `Cannot listen on 127.0.0.1 port ${port}: something else listens there; set PORT to another\n`,
    })
  })

  it.each([[['--patients', 'x']], [['--nonsense']], [['--patients', '0']]])(
    'refuses %j as wrong usage',
    async (args) => {
      expect((await run(args)).exitCode).toBe(2)
    },
  )
})
