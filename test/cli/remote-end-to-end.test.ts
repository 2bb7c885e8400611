import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileUrlOfPath } from '../../worker/config/file-url.ts'
import { loadConfig } from '../../worker/config.ts'
import { serve } from '../../worker/node.ts'
import { type Manifest, statusPathOf } from '../support/harness.ts'
import { ndjson } from '../support/population.ts'
import { runCli } from '../support/run-cli.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { createTokenSigner, isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'

describe.skipIf(isSqldMissing)('Servers of Node on one libSQL server', () => {
  let folder: string
  let sqld: SqldServer
  let env: Readonly<Record<string, string>>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-remote-'))
    const signer = await createTokenSigner()
    sqld = await startSqld({ jwtKey: signer.jwtKey })
    env = {
      PORT: '0',
      LOG_LEVEL: 'error',
      POLL_BURST: '1000000',
      DATABASE_URL: sqld.url,
      DATABASE_AUTH_TOKEN: await signer.sign({}),
      STORAGE_URL: fileUrlOfPath(join(folder, 'exports')),
    }
  })
  afterAll(async () => {
    await sqld.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('run beside each other and beside a load, and each knows the exports of the other', async () => {
    const lines = sampleLines(2)
    await writeFile(join(folder, 'all.ndjson'), ndjson(lines))
    const servers = [await serve(loadConfig(env, 'node')), await serve(loadConfig(env, 'node'))]
    const [first = '', second = ''] = servers.map(({ config }) => config.baseUrl)
    try {
      const load = ['load', '--json', '--database', sqld.url, join(folder, 'all.ndjson')]
      const { exitCode, stdout } = await runCli(load, env)
      expect(exitCode).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ stored: lines.length, refused: 0 })

      const kickOff = await fetch(`${first}/fhir/$export`)
      const path = statusPathOf(kickOff)
      let status = await fetch(second + path)
      while (status.status === 202) {
        await sleep(20)
        status = await fetch(second + path)
      }
      const manifest = (await status.json()) as Manifest
      const files = await Promise.all(
        manifest.output.map(async ({ url }) => (await fetch(second + new URL(url).pathname)).text()),
      )

      expect(files.join('').split('\n')).toHaveLength(lines.length + 1)
    } finally {
      for (const server of servers) await server.close()
    }
  })

  test('do not start with a token that is refused, and do not show it', async () => {
    const strange = await (await createTokenSigner()).sign({})
    const starting = serve(loadConfig({ ...env, DATABASE_AUTH_TOKEN: strange }, 'node'))

    await expect(starting).rejects.toMatchObject({
      code: 'database-unavailable',
      message: expect.not.stringContaining(strange.slice(-20)),
    })
    const { exitCode, stdout, stderr } = await runCli(['load', '--database', sqld.url, folder], {
      ...env,
      DATABASE_AUTH_TOKEN: strange,
      LOG_LEVEL: 'debug',
    })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('DATABASE_AUTH_TOKEN')
    expect(stdout + stderr).not.toContain(strange.slice(-20))
  })
})
