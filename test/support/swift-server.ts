import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { AwsClient } from 'aws4fetch'
import { type S3Options, s3Storage } from '../../worker/storage/s3.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { freePort } from './free-port.ts'

/**
 * OpenStack Swift on loopback, with its s3api: an S3 server that owes nothing to R2 or to Amazon. Its ETag of a part is the MD5 of the
 * bytes, and it lists unfinished uploads. Object, container and account server, one of each, keep one copy in a temporary folder, whose
 * file system must know extended attributes.
 */
export type SwiftServer = {
  /** Everything but the prefix; several storages of different prefixes do not see each other. */
  readonly options: Omit<S3Options, 'prefix'>
  readonly storage: (prefix: string) => Storage
  close(): Promise<void>
}

/** What s3api takes for a part that is not the last: as much as Amazon, unless told otherwise. */
export const swiftPartBytes = 5 * 1024 * 1024

const programs = [
  'memcached',
  'swift-ring-builder',
  'swift-account-server',
  'swift-container-server',
  'swift-object-server',
  'swift-proxy-server',
]
const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))

/** For `describe.skipIf`: whether there is no server to test with. It is said once, and why. */
export const isSwiftMissing = !programs.every(isOnPath)
if (isSwiftMissing) {
  const missing = programs.filter((program) => !isOnPath(program)).join(', ')
  console.warn(
    `Tests on OpenStack Swift are not run: there is no ${missing}; Debian has them in the packages memcached, swift, swift-account, swift-container, swift-object and swift-proxy`,
  )
}

type Kind = 'account' | 'container' | 'object' | 'proxy'
type Address = { readonly kind: Kind; readonly port: number }

export const startSwift = async (): Promise<SwiftServer> => {
  const root = await mkdtemp(join(tmpdir(), 'sluice-swift-'))
  await mkdir(join(root, 'devices', device), { recursive: true })
  const addressOf = async (kind: Kind): Promise<Address> => ({ kind, port: await freePort() })
  const backends = [await addressOf('account'), await addressOf('container'), await addressOf('object')]
  const proxy = await addressOf('proxy')
  const cachePort = await freePort()
  for (const backend of backends) makeRing(root, backend)
  for (const backend of backends) await writeFile(confFile(root, backend), backendConf(root, backend))
  await writeFile(confFile(root, proxy), proxyConf(root, proxy, cachePort))
  const children = [
    start('memcached', ['-l', '127.0.0.1', '-p', String(cachePort), '-u', userInfo().username], root),
    ...[...backends, proxy].map((part) => start(`swift-${part.kind}-server`, [confFile(root, part)], root)),
  ]
  const close = async (): Promise<void> => {
    await Promise.all(children.map(stop))
    await rm(root, { recursive: true, force: true })
  }
  try {
    await waitUntilHealthy(proxy.port, children)
    const options = optionsOf(proxy.port)
    await makeBucket(options)
    return { options, storage: (prefix) => s3Storage({ ...options, prefix }), close }
  } catch (error) {
    await close()
    throw error
  }
}

const device = 'disk'
const account = 'sluice'
const user = 'tester'
const secret = 'swift-secret'

const optionsOf = (port: number): SwiftServer['options'] => ({
  bucket: 'sluice-exports',
  endpoint: `http://127.0.0.1:${port}`,
  region: 'us-east-1',
  pathStyle: true,
  credentials: { accessKeyId: `${account}:${user}`, secretAccessKey: secret },
})

/** A ring says where things are: here, all on one device. */
const makeRing = (root: string, { kind, port }: Address): void => {
  const builder = `${kind}.builder`
  for (const args of [
    [builder, 'create', '4', '1', '0'],
    [builder, 'add', '--region', '1', '--zone', '1', '--ip', '127.0.0.1', '--port', String(port)].concat([
      '--device',
      device,
      '--weight',
      '1',
    ]),
    [builder, 'rebalance'],
  ]) {
    const { status, stdout } = spawnSync('swift-ring-builder', args, { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`Cannot make ring "${kind}": ${stdout}`)
  }
}

const confFile = (root: string, { kind }: Address): string => join(root, `${kind}-server.conf`)

const start = (program: string, args: readonly string[], cwd: string): ChildProcess => {
  const child = spawn(program, args, { cwd, stdio: 'ignore' })
  running.add(child)
  return child
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const stop = async (child: ChildProcess): Promise<void> => {
  running.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** `workers = 0`: all in the process we started, so that nothing is left when it is killed. */
const commonConf = (root: string, port: number): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${userInfo().username}
swift_dir = ${root}
devices = ${join(root, 'devices')}
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
container_update_timeout = 60
`

const backendConf = (root: string, { kind, port }: Address): string => `${commonConf(root, port)}
[pipeline:main]
pipeline = ${kind}-server

[app:${kind}-server]
use = egg:swift#${kind}
`

/** As Swift's manual has it for s3api. */
const proxyConf = (root: string, { port }: Address, cachePort: number): string => `${commonConf(root, port)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:healthcheck]
use = egg:swift#healthcheck

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${cachePort}

[filter:listing_formats]
use = egg:swift#listing_formats

[filter:s3api]
use = egg:swift#s3api
min_segment_size = ${swiftPartBytes}

[filter:tempauth]
use = egg:swift#tempauth
user_${account}_${user} = ${secret} .admin

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo
`

const waitUntilHealthy = async (port: number, children: readonly ChildProcess[]): Promise<void> => {
  for (let attempt = 0; attempt < 300; attempt++) {
    const ended = children.find(({ exitCode }) => exitCode !== null)
    if (ended !== undefined) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode}`)
    const isHealthy = await fetch(`http://127.0.0.1:${port}/healthcheck`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isHealthy) return
    await sleep(100)
  }
  throw new Error('Swift does not answer')
}

/** The first request of all; it waits for the servers behind the proxy, which says 503 until they are up. */
const makeBucket = async ({
  bucket,
  endpoint,
  region,
  credentials,
}: SwiftServer['options']): Promise<void> => {
  const client = new AwsClient({ ...credentials, region, service: 's3', retries: 0 })
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await client.fetch(`${endpoint}/${bucket}`, { method: 'PUT' })
    const text = await response.text()
    if (response.ok) return
    if (response.status !== 503) throw new Error(`Cannot make bucket: ${response.status} ${text}`)
    await sleep(100)
  }
  throw new Error('Cannot make bucket: Swift answers 503')
}
