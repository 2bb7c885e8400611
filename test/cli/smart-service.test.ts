import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bearer } from '../support/bearer.ts'
import { enrol, registerAt } from '../support/enrol.ts'
import { onDisk } from '../support/on-disk.ts'
import { ndjson, populationLines } from '../support/population.ts'
import { smartEnvironment } from '../support/principals.ts'
import { runCli } from '../support/run-cli.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

/** The steps of the README with the command line alone, at a real service with `AUTH=smart`. */

let folder: string
let env: Readonly<Record<string, string>>
let server: ServerProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-smart-cli-'))
  env = {
    AUTH: 'smart',
    SECRET_KEY: smartEnvironment.SECRET_KEY,
    ...onDisk(folder),
    LOG_LEVEL: 'warn',
  }
  server = await startServer(env)
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const { exitCode, stdout, stderr } = await runCli(args, environment)
  return { exitCode, stdout, said: stdout + stderr }
}

const register = (accessKey: string, jwks: string): Promise<string> =>
  registerAt(server.url, bearer(accessKey), {
    name: 'Analytics',
    jwks: JSON.parse(jwks),
    scopes: ['system/*.rs'],
  })

test('An administrator is made, loads and registers; his client exports by its key, and nobody does without', async () => {
  const lines = join(folder, 'lines.ndjson')
  writeFileSync(lines, ndjson(populationLines(10)))
  const made = await run(['admin', 'create', '--name', 'Ada'], env)
  expect(made.exitCode).toBe(0)
  const accessKey = await enrol(server.url, made.stdout.trim())

  const loading = ['load', '--server', server.url, lines]
  const refused = await run(loading)
  expect(refused).toMatchObject({ exitCode: 1, said: expect.stringContaining('into SLUICE_TOKEN') })
  const wrong = await run(loading, { SLUICE_TOKEN: `${accessKey}x` })
  expect(wrong.exitCode).toBe(1)
  expect(wrong.said).not.toContain(accessKey)
  expect(await run(loading, { SLUICE_TOKEN: accessKey })).toMatchObject({ exitCode: 0 })
  const sampling = ['sample', '--patients', '2', '--server', server.url]
  expect((await run(sampling)).exitCode).toBe(1)
  expect(await run(sampling, { SLUICE_TOKEN: accessKey })).toMatchObject({ exitCode: 0 })

  const keys = join(folder, 'client')
  expect(await run(['keys', '--out', keys])).toMatchObject({ exitCode: 0 })
  const clientId = await register(accessKey, readFileSync(join(keys, 'public.jwks.json'), 'utf8'))
  const exporting = (out: string, ...more: readonly string[]) =>
    run(['export', '--server', `${server.url}/fhir`, '--out', join(folder, out), ...more])
  const byKey = ['--client-id', clientId, '--key', join(keys, 'private.jwk.json')]
  expect(await exporting('all', ...byKey)).toMatchObject({
    exitCode: 0,
    said: expect.stringContaining('complete and verified'),
  })
  expect(typesIn('all')).toContain('Encounter')
  const narrow = ['--scope', 'system/Patient.rs system/Observation.rs?status=final']
  expect(await exporting('narrow', ...byKey, ...narrow)).toMatchObject({ exitCode: 0 })
  expect(typesIn('narrow')).toEqual(['Observation', 'Patient'])
  expect(await exporting('nothing')).toMatchObject({ exitCode: 1, said: expect.stringContaining('401') })

  const [ada] = z
    .array(z.object({ administratorId: z.string() }))
    .parse(JSON.parse((await run(['admin', 'list', '--json'], env)).stdout))
  expect((await run(['admin', 'suspend', ada?.administratorId ?? ''], env)).exitCode).toBe(0)
  expect((await run(loading, { SLUICE_TOKEN: accessKey })).exitCode).toBe(1)
  expect(await exporting('later', ...byKey)).toMatchObject({ exitCode: 0 })
}, 60_000)

const typesIn = (out: string): readonly string[] =>
  [
    ...new Set(
      readdirSync(join(folder, out))
        .filter((name) => name.endsWith('.ndjson'))
        .map((name) => name.split(/[-.]/)[0] ?? ''),
    ),
  ].sort()
