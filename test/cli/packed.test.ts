import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { fileUrlOfPath } from '../../worker/config/file-url.ts'
import { startServer } from '../support/server-process.ts'

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
let bin: string
/** Built, packed and unpacked as npm does; its packages are ours, for a test asks no registry. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-packed-'))
  const dist = join(folder, 'dist')
  await exec(process.execPath, [join(root, 'worker/deploy/build.ts'), dist])
  const npm = await exec('npm', ['pack', dist, '--silent', '--offline', '--pack-destination', folder])
  const installed = join(folder, 'node_modules/sluice')
  mkdirSync(installed, { recursive: true })
  await exec('tar', ['xzf', join(folder, npm.stdout.trim()), '-C', installed, '--strip-components=1'])
  rmSync(dist, { recursive: true })
  const { bin: bins, dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  expect(dependencies).toEqual(packageJson.dependencies)
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  bin = join(installed, bins.sluice)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = async (...args: readonly string[]): Promise<string> =>
  (await exec(process.execPath, [bin, ...args], { cwd: folder, env: { PATH: process.env.PATH } })).stdout

describe('The packed command', () => {
  it('is JavaScript that Node runs below node_modules, and says what it can do', async () => {
    expect(readFileSync(bin, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    const help = await run('--help')
    for (const word of ['serve', 'load', 'export', 'migrate', 'db']) expect(help).toContain(`\n  ${word} `)
  })

  it('serves, loads, exports and looks after a database', async () => {
    const env = {
      DATABASE_URL: fileUrlOfPath(join(folder, 's.db')),
      STORAGE_URL: fileUrlOfPath(join(folder, 'x')),
    }
    const server = await startServer(env, { command: process.execPath, args: [bin, 'serve'], cwd: folder })
    writeFileSync(join(folder, 'p.ndjson'), '{"resourceType":"Patient","id":"p1"}\n')
    await run('load', '--server', server.url, join(folder, 'p.ndjson'))
    const report = await run(
      'export',
      '--server',
      `${server.url}/fhir`,
      '--out',
      join(folder, 'out'),
      '--json',
    )
    expect(JSON.parse(report)).toMatchObject({ outcome: 'verified', resources: 1 })
    await server.stop()
    expect(await run('db', 'verify', '--database', env.DATABASE_URL)).toContain('all is well')
  })
})
