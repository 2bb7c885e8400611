import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand } from '../../worker/cli/run-command.ts'
import { loadConfig } from '../../worker/config.ts'
import { serve } from '../../worker/node.ts'
import { load } from '../runtime/flow.ts'
import { populationLines } from '../support/population.ts'
import { captureIo } from './capture-io.ts'

it('brings an export home by capability URLs, and writes them nowhere but into the manifest', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-capability-'))
  const server = await serve(
    loadConfig(
      {
        PORT: '0',
        DATABASE_URL: `file:${join(folder, 'sluice.db')}`,
        STORAGE_URL: `file:${join(folder, 'exports')}`,
        LOG_LEVEL: 'error',
        FILE_ACCESS: 'capability',
        SECRET_KEY: 'c2x1aWNlLXRlc3Qtc2VjcmV0LWtleS1vZi0zMi1ieXRlcw',
      },
      'node',
    ),
  )
  try {
    const lines = populationLines(30)
    await load(server.config.baseUrl, lines)
    const out = join(folder, 'out')
    const { io, stdout, stderr } = captureIo()
    const exitCode = await runCommand(
      ['export', '--server', `${server.config.baseUrl}/fhir`, '--out', out],
      io,
    )
    expect({ exitCode, stderr: stderr() }).toMatchObject({ exitCode: 0 })
    const names = readdirSync(out)
    const files = names.filter((name) => name.endsWith('.ndjson'))
    expect(files).toContain('Patient-1.ndjson')
    const count = files.reduce(
      (sum, name) => sum + readFileSync(join(out, name), 'utf8').split('\n').length - 1,
      0,
    )
    expect(count).toBe(lines.length)
    expect(stdout() + stderr() + readFileSync(join(out, '.sluice-export.json'), 'utf8')).not.toContain(
      'signature=',
    )
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
