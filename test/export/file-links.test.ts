import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../worker/config.ts'
import { createApp } from '../../worker/http/app.ts'
import { schemas } from '../../worker/http/openapi-schemas.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { SignOptions, Storage } from '../../worker/storage/storage.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type Harness, type Manifest, startOfTime } from '../support/harness.ts'

/** How files are linked, over a storage that tells what it was asked to sign. What the URLs open is in `s3-file-access.test.ts`. */

let signed: SignOptions[]
let storage: Storage
let h: Harness
let path: string
beforeEach(async () => {
  signed = []
  storage = {
    ...memoryStorage({ clock: { now: () => startOfTime } }),
    sign: async (key, options) => {
      signed.push(options)
      return `https://s3.example/${key}?signed`
    },
    locate: (key) => ({ url: `https://s3.example/${key}`, uri: `s3://exports/${key}` }),
  }
  h = await createHarness({ retentionMs: 10_000 }, storage)
  await h.load([{ resourceType: 'Patient', id: 'p' }])
  path = await h.kickOff()
  await h.finish(path)
})
afterEach(() => h.close())

const ask = (fileAccess: Config['fileAccess'], fileUrlTtlSeconds = 5, given = storage) => {
  const limits = { ...h.deps.config.limits, fileUrlTtlSeconds }
  const config = { ...h.deps.config, limits, fileAccess }
  const app = createApp({ ...h.deps, config, storage: given }, () => {})
  return app.request(path, { headers: { host: 'localhost' } })
}

describe('A link of a manifest', () => {
  test.each(['proxy', 'signed', 'storage'] as const)(
    'with FILE_ACCESS=%s is as the OpenAPI document says',
    async (access) => {
      const manifest: Manifest = await (await ask(access)).json()
      expect(schemas.Manifest.strict().parse(manifest)).toEqual(manifest)
      const [item] = manifest.output
      const key = `${new URL(path, 'http://x').pathname.split('/').at(-1)}/Patient-1.ndjson`
      expect(item?.url.endsWith(access === 'signed' ? `${key}?signed` : key)).toBe(true)
      const storageUri = access === 'storage' ? expect.stringMatching(`^s3://exports/.*${key}$`) : undefined
      expect(item?.extension.storageUri).toEqual(storageUri)
    },
  )

  test('is signed at each status request, for FILE_URL_TTL or as long as the export is kept', async () => {
    const endedAt = h.clock.now()
    const expires: number[] = []
    for (const ttlSeconds of [5, 60]) {
      const response = await ask('signed', ttlSeconds)
      expires.push(Date.parse(response.headers.get('expires') ?? '') - endedAt)
    }
    h.clock.advance(8_500)
    expires.push(Date.parse((await ask('signed')).headers.get('expires') ?? '') - endedAt)
    h.clock.advance(1_400)
    await ask('signed')
    expect(signed).toEqual([
      { expiresInSeconds: 5, now: endedAt },
      { expiresInSeconds: 10, now: endedAt },
      { expiresInSeconds: 1, now: endedAt + 8_500 },
      { expiresInSeconds: 1, now: endedAt + 9_900 },
    ])
    expect(expires).toEqual([5_000, 10_000, 9_000])
  })

  test('is not made any more when the export has expired', async () => {
    h.clock.advance(10_000)
    for (const access of ['proxy', 'signed', 'storage'] as const)
      await expectOutcome(await ask(access), 404, 'not-found')
    expect(signed).toEqual([])
  })

  test('cannot be made where the storage cannot, which no configuration allows', async () => {
    const plain = memoryStorage({ clock: h.clock })
    for (const access of ['signed', 'storage'] as const)
      await expectOutcome(await ask(access, 5, plain), 500, 'exception')
  })
})
