import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../worker/config.ts'
import { serve } from '../../worker/node.ts'
import { load } from '../runtime/flow.ts'
import { onDisk } from '../support/on-disk.ts'
import { populationLines } from '../support/population.ts'
import { smartEnvironment } from '../support/principals.ts'
import { runCli } from '../support/run-cli.ts'

it('brings an export home by capability URLs, and writes them nowhere but into the manifest', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-capability-'))
  const server = await serve(
    loadConfig(
      {
        PORT: '0',
        ...onDisk(folder),
        LOG_LEVEL: 'error',
        FILE_ACCESS: 'capability',
        SECRET_KEY: smartEnvironment.SECRET_KEY,
      },
      'node',
    ),
  )
  try {
    const lines = populationLines(30)
    await load(server.config.baseUrl, lines)
    const out = join(folder, 'out')
    const { exitCode, stdout, stderr } = await runCli([
      'export',
      '--server',
      `${server.config.baseUrl}/fhir`,
      '--out',
      out,
    ])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    const names = readdirSync(out)
    const files = names.filter((name) => name.endsWith('.ndjson'))
    expect(files).toContain('Patient-1.ndjson')
    const count = files.reduce(
      (sum, name) => sum + readFileSync(join(out, name), 'utf8').split('\n').length - 1,
      0,
    )
    expect(count).toBe(lines.length)
    expect(stdout + stderr + readFileSync(join(out, '.sluice-export.json'), 'utf8')).not.toContain(
      'signature=',
    )
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
