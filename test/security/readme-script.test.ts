import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parsePublicKeySet } from '../../worker/platform/jwk-set.ts'
import { fakeAuthority } from '../cli/fake-authority.ts'
import {
  accepts,
  type FakeBulkServer,
  file,
  inTurn,
  manifestOf,
  patients,
  says,
  startFakeBulkServer,
} from '../cli/fake-bulk-server.ts'
import { load } from '../runtime/flow.ts'
import { bearer } from '../support/bearer.ts'
import { enrol } from '../support/enrol.ts'
import { isBrowserRequired } from '../support/find-browser.ts'
import { howToGetTools, missingTools } from '../support/find-tools.ts'
import { onDisk } from '../support/on-disk.ts'
import { populationLines } from '../support/population.ts'
import { smartEnvironment } from '../support/principals.ts'
import { inviteByCli } from '../support/run-cli.ts'
import { startServer } from '../support/server-process.ts'

const adminKey = 'slk_an-access-key'
const smart = { AUTH: 'smart', SECRET_KEY: smartEnvironment.SECRET_KEY, LOG_LEVEL: 'warn' } as const
const registration = z.object({
  name: z.string(),
  jwks: z.unknown().transform(parsePublicKeySet),
  scopes: z.array(z.string()),
})

test.skipIf(missingTools.length > 0 && !isBrowserRequired)('The script of the README has its tools', () => {
  expect(missingTools, howToGetTools).toEqual([])
})

describe.skipIf(missingTools.length > 0)('The script of the README', { timeout: 60_000 }, () => {
  let folder: string
  let server: FakeBulkServer
  let registered: z.output<typeof registration> | undefined

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-script-'))
    let base = ''
    const key = async () => {
      const made = await importJWK({ ...registered?.jwks.keys[0] }, 'ES384')
      if (made instanceof Uint8Array) throw new Error('the key is symmetric')
      return made
    }
    const authority = fakeAuthority(() => `${base}/auth/token`, key)
    const manifest = (url: string) =>
      manifestOf([{ type: 'Patient', url: `${url}/files/Patient-1.ndjson`, count: 3 }], {
        requiresAccessToken: true,
      })
    server = await startFakeBulkServer((url) => ({
      'POST /admin/api/clients': ({ headers, body }, response) => {
        if (headers.authorization !== `Bearer ${adminKey}`) return void response.writeHead(401).end()
        registered = registration.parse(JSON.parse(body))
        response.writeHead(201).end(JSON.stringify({ clientId: 'analytics' }))
      },
      '/fhir/.well-known/smart-configuration': authority.configuration,
      '/auth/token': authority.token,
      '/fhir/$export': authority.guarded(accepts(`${url}/status/1`)),
      '/status/1': inTurn(
        authority.guarded((_seen, response) => {
          authority.revokeAll()
          response.writeHead(202, { 'Retry-After': '1' }).end()
        }),
        authority.guarded(says(200, manifest(url))),
      ),
      '/files/Patient-1.ndjson': authority.guarded(file(patients(3), '"v1"')),
    }))
    base = server.url
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const runScript = async (out: string, env: Readonly<Record<string, string>>) =>
    (
      await promisify(execFile)('sh', [join(import.meta.dirname, 'smart-flow.sh'), out], {
        env: { ...process.env, ...env },
      })
    ).stdout

  test('brings the files of a real service, from the first administrator on', async () => {
    const env = {
      ...smart,
      ...onDisk(folder),
    }
    const service = await startServer(env)
    try {
      const key = await enrol(service.url, await inviteByCli(env, 'Ada'))
      await load(service.url, populationLines(20), bearer(key))

      const out = join(folder, 'real')
      const said = await runScript(out, {
        BASE: service.url,
        ADMIN_KEY: key,
        SCOPE: 'system/Patient.rs system/Observation.rs?status=final',
      })
      expect(said).toMatch(/^registered as /)
      expect(said).toMatch(/^Observation: 60\nPatient: 20\n$/m)
      const files = readdirSync(out).filter((name) => name.endsWith('.ndjson'))
      expect(files.map((name) => readFileSync(join(out, name), 'utf8').split('\n').length - 1)).toEqual([
        60, 20,
      ])
      const left = readdirSync(out).map((name) => readFileSync(join(out, name), 'utf8'))
      expect(left.join('') + said).not.toMatch(/slk_|Bearer|client_assertion/)
      expect(statSync(join(out, 'private.jwk')).mode & 0o777).toBe(0o600)
    } finally {
      await service.stop()
    }
  })

  test('gets a new token where the old one has ended', async () => {
    const out = join(folder, 'out')
    const stdout = await runScript(out, { BASE: server.url, ADMIN_KEY: adminKey })
    expect(registered).toMatchObject({ name: 'README', scopes: ['system/*.rs'] })
    expect(readFileSync(join(out, 'Patient-1.ndjson'), 'utf8')).toBe(patients(3).toString())
    expect(stdout).toContain('registered as analytics')
    expect(stdout).not.toMatch(/slk_|token-/)
  })
})
