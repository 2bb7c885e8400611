import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileUrlOfPath } from '../../worker/config/file-url.ts'
import { loadConfig } from '../../worker/config.ts'
import { serve } from '../../worker/node.ts'
import { samplePopulation } from '../../worker/sample/sample-population.ts'
import { runCli } from '../support/run-cli.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-sample-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => runCli(['sample', ...args])

const lines = [...samplePopulation({ patients: 3, seed: 7 })]
const [size, text] = [['--patients', '3', '--seed', '7'], lines.map((line) => `${line.text}\n`).join('')]
const patients = lines.filter(({ type }) => type === 'Patient').map((line) => `${line.text}\n`)

describe('sample', () => {
  it('prints NDJSON, and on the other stream what it was', async () => {
    const { exitCode, stdout, stderr } = await run(...size)
    expect({ exitCode, isSame: stdout === text }).toEqual({ exitCode: 0, isSame: true })
    expect(stderr).toContain('Patient: 3\n')
    expect(stderr).toContain(' resources of 3 patients: ')
  })

  it('writes a file of each type, and never over one that is there', async () => {
    const out = join(folder, 'new/folder')
    const { exitCode, stdout } = await run(...size, '--out', out, '--json')
    const summary = JSON.parse(stdout)
    expect(exitCode).toBe(0)
    expect(summary).toMatchObject({
      patients: 3,
      seed: 7,
      resources: lines.length,
      bytes: Buffer.byteLength(text),
      refused: 0,
    })
    expect(Object.keys(summary.types).map((type) => `${type}.ndjson`)).toEqual(readdirSync(out).sort())
    expect(readFileSync(join(out, 'Patient.ndjson'), 'utf8')).toBe(patients.join(''))

    const again = await run(...size, '--out', out)
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toMatch(/^Cannot write ".*Organization\.ndjson": it is there already/)
    expect(readFileSync(join(out, 'Patient.ndjson'), 'utf8')).toBe(patients.join(''))
  })

  it('loads into a database file, and into a running server', async () => {
    const database = fileUrlOfPath(join(folder, 'sluice.db'))
    expect(await run(...size, '--database', database)).toMatchObject({ exitCode: 0, stderr: '' })
    const env = {
      PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: database,
      STORAGE_URL: fileUrlOfPath(join(folder, 'exports')),
    }
    const server = await serve(loadConfig(env, 'node'))
    try {
      const versionOf = async () =>
        (await fetch(`${server.config.baseUrl}/fhir/Patient/p3`)).headers.get('etag')
      expect(await versionOf()).toBe('W/"1"')
      const { exitCode, stdout } = await run(...size, '--server', server.config.baseUrl)
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('Patient: 3\n') })
      expect(await versionOf()).toBe('W/"2"')
    } finally {
      await server.close()
    }
  })

  it.each([
    [
      ['--patients', 'many'],
      'Cannot make a sample of --patients "many": it must be a whole number from 1 to 500000',
    ],
    [['--patients', '0'], 'Cannot make a sample of --patients "0"'],
    [['--seed', '-1'], 'Cannot make a sample of --seed "-1"'],
    [['--json'], 'Cannot print a summary as JSON'],
    [['--server', 'http://x/fhir'], '--server must be an origin'],
    [['--out', 'a', '--server', 'http://x'], "cannot be used with option '--server <origin>'"],
    [['more'], 'too many arguments'],
  ])('refuses %j as wrong usage', async (args, reason) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(reason)
  })
})
