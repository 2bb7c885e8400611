import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileUrlOfPath } from '../../worker/config/file-url.ts'
import { type Environment, loadConfig } from '../../worker/config.ts'
import { serve } from '../../worker/node.ts'
import { runCli } from '../support/run-cli.ts'

let folder: string
let env: Environment & { readonly DATABASE_URL: string }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-load-'))
  env = {
    PORT: '0',
    LOG_LEVEL: 'error',
    DATABASE_URL: fileUrlOfPath(join(folder, 'data/sluice.db')),
    STORAGE_URL: fileUrlOfPath(join(folder, 'exports')),
  }
  mkdirSync(join(folder, 'input'))
  const patient = '{"resourceType":"Patient","id":"p1","active":true}'
  const observation =
    '{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p1"},"valueQuantity":{"value":1.00}}'
  writeFileSync(join(folder, 'input/Patient.ndjson'), `${patient}\n{"resourceType":"Nonsense","id":"n1"}\n`)
  writeFileSync(join(folder, 'input/Observation.ndjson.gz'), gzipSync(`${observation}\n`))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => runCli(args, env)

const expectLoaded = ({ exitCode, stdout }: { exitCode: number; stdout: string }): void => {
  expect(exitCode).toBe(1) // for one line is nonsense
  expect(JSON.parse(stdout)).toMatchObject({
    stored: 2,
    refused: 1,
    failed: 0,
    files: [
      { file: join(folder, 'input/Observation.ndjson.gz'), stored: 1, refused: 0 },
      {
        file: join(folder, 'input/Patient.ndjson'),
        stored: 1,
        problems: [{ line: 2, reason: expect.stringContaining('resourceType') }],
      },
    ],
  })
}

const withServer = async (test: (origin: string) => Promise<void>): Promise<void> => {
  const server = await serve(loadConfig(env, 'node'))
  try {
    await test(new URL(server.config.baseUrl).origin)
  } finally {
    await server.close()
  }
}

const readObservation = async (origin: string): Promise<string> =>
  (await fetch(`${origin}/fhir/Observation/o1`)).text()

describe('load, to the end', () => {
  it('writes into a database file, whose server then has the resources to the last digit', async () => {
    expectLoaded(await run('load', '--json', '--database', env.DATABASE_URL, join(folder, 'input')))
    await withServer(async (origin) => expect(await readObservation(origin)).toContain('{"value":1.00}'))
  })

  it('sends to a running server, whose database file it refuses to touch meanwhile', async () => {
    await withServer(async (origin) => {
      expectLoaded(await run('load', '--json', '--server', origin, join(folder, 'input')))
      expect(await readObservation(origin)).toContain('{"value":1.00}')

      const { exitCode, stdout, stderr } = await run(
        'load',
        '--database',
        env.DATABASE_URL,
        join(folder, 'input'),
      )
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr).toMatch(
        /^Cannot lock database "sluice.db": held by sluice serve \(process \d+ .*--server and its address\n$/,
      )
    })
  })
})
