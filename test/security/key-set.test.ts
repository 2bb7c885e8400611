import { afterEach, describe, expect, test } from 'vitest'
import { fetchKeySet } from '../../worker/auth/key-set.ts'
import type { Deps } from '../../worker/deps.ts'
import { hasCode } from '../../worker/errors.ts'
import { freshForMs } from '../../worker/platform/fresh-for.ts'
import { nodeRemote } from '../../worker/platform/node/remote.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { type Answer, type RemoteServer, saysJson, startRemoteServer } from '../support/remote-server.ts'
import { makeKey } from '../support/smart.ts'

const newKey = async (kid: string) => (await makeKey('ES384', kid)).publicKey
const [a, b] = [await newKey('a'), await newKey('b')]

const opened: { close(): void }[] = []
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
})

type Scene = {
  readonly server: RemoteServer
  readonly deps: Deps
  readonly harness: Harness
  says(answer: Answer): void
  kids(kid?: string, deps?: Deps): Promise<string>
}

/** A server whose answer may change, and a service that asks it. */
const scene = async (first: Answer): Promise<Scene> => {
  let answer = first
  const server = await startRemoteServer((...given) => answer(...given))
  const harness = await createHarness()
  opened.push(server, harness)
  const deps = { ...harness.deps, askRemote: nodeRemote({ privateHosts: [server.host], timeoutMs: 500 }) }
  return {
    server,
    deps,
    harness,
    says: (next) => {
      answer = next
    },
    kids: async (kid, by = deps) =>
      fetchKeySet(by, `${server.url}/jwks`, kid).then(
        ({ keys }) => keys.map((key) => key.kid).join(' '),
        (error: unknown) => (hasCode(error, 'invalid-client') ? error.message : `other: ${error}`),
      ),
  }
}
const cached = (...directives: readonly string[]) => ({ 'Cache-Control': directives.join(', ') })
const second = 1000
const minute = 60 * second

describe('The key set at a URL', () => {
  test('is asked for once while it is fresh, by all nodes together', async () => {
    const { server, kids, deps, harness } = await scene(saysJson({ keys: [a] }, cached('max-age=120')))
    expect(await kids('a')).toBe('a')
    expect(await kids('a', { ...deps, askRemote: harness.deps.askRemote })).toBe('a')
    harness.clock.advance(119 * second)
    expect(await kids()).toBe('a')
    expect(server.visits).toEqual(['/jwks'])
    harness.clock.advance(second)
    expect(await kids('a')).toBe('a')
    expect(server.visits).toHaveLength(2)
  })

  test.each([['no-store'], ['no-cache'], ['max-age=0'], ['max-age=600, no-store'], ['MAX-AGE=oops']])(
    'is asked for each time when it says %s, and is not kept',
    async (directives) => {
      const { server, kids, deps } = await scene(saysJson({ keys: [a] }, cached(directives)))
      expect([await kids('a'), await kids('a')]).toEqual(['a', 'a'])
      expect(server.visits).toHaveLength(2)
      expect((await deps.db.query.selectFrom('key_set').select('body').execute())[0]?.body).toBeNull()
    },
  )

  test('is asked for once more when it has no such key, and that once a minute, by whatever node', async () => {
    const { server, says, kids, deps, harness } = await scene(saysJson({ keys: [a] }, cached('max-age=3600')))
    await kids('a')
    says(saysJson({ keys: [a, b] }, cached('max-age=3600')))
    expect(await kids('b')).toBe('a b')
    expect(server.visits).toHaveLength(2)
    await Promise.all(['x', 'y', 'z'].map((kid) => kids(kid, { ...deps })))
    expect(server.visits).toHaveLength(2)
    harness.clock.advance(minute)
    await Promise.all(['x', 'y', 'z'].map((kid) => kids(kid, { ...deps })))
    expect(server.visits).toHaveLength(3)
  })

  test('stays what it is when asking for it before its time fails', async () => {
    const { says, kids, harness } = await scene(saysJson({ keys: [a] }, cached('max-age=3600')))
    await kids('a')
    says(saysJson({}, {}, 500))
    expect(await kids('b')).toBe('a')
    expect(await kids('a')).toBe('a')
    harness.clock.advance(minute)
    says((_request, response) => response.destroy())
    expect(await kids('b')).toBe('a')
  })

  test('is not used when it is no longer fresh, though it cannot be had anew', async () => {
    const { says, kids, harness } = await scene(saysJson({ keys: [a] }, cached('max-age=60')))
    await kids('a')
    harness.clock.advance(minute)
    says(saysJson({}, {}, 503))
    expect(await kids('a')).toMatch(
      /^Cannot fetch the key set at "127\.0\.0\.1:\d+": its server answers 503$/,
    )
  })

  test('that cannot be had is let alone for a while, and then one asks again', async () => {
    const { server, says, kids, harness } = await scene(saysJson({}, {}, 503))
    expect(await kids('a')).toContain('answers 503')
    expect(await kids('a')).toContain('could not be had a moment ago')
    expect(server.visits).toHaveLength(1)
    harness.clock.advance(10 * second)
    await Promise.all([kids('a'), kids('a'), kids('a')])
    expect(server.visits).toHaveLength(2)
    says(saysJson({ keys: [a] }))
    harness.clock.advance(10 * second)
    expect(await kids('a')).toBe('a')
    expect(await kids('a')).toBe('a')
    expect(server.visits).toHaveLength(3)
  })

  test.each<[string, Answer, string]>([
    ['redirects', saysJson({}, { Location: 'http://169.254.169.254/' }, 302), 'it redirects elsewhere'],
    ['is no JSON', (_r, response) => response.end('<html>'), 'it is no object with a list'],
    ['is huge', (_r, response) => response.end(' '.repeat(600_000)), 'it sends more than 524288 bytes'],
    ['never ends', (_r, response) => response.writeHead(200).write('{'), 'it takes too long'],
    ['has a private key', saysJson({ keys: [{ ...a, d: 'c2VjcmV0' }] }), 'key 1 is private or symmetric'],
    ['has too many keys', saysJson({ keys: Array.from({ length: 101 }, () => a) }), 'more than 100 keys'],
    ['has two keys of one kid', saysJson({ keys: [a, { ...b, kid: 'a' }] }), 'no key of it can be used'],
    [
      'is deeper than anything',
      (_r, response) => response.end('['.repeat(500_000)),
      'it is no object with a list',
    ],
  ])('is refused when it %s', async (_what, answer, reason) => {
    const { kids } = await scene(answer)
    const said = await kids('a')
    expect(said).toMatch(/^Cannot fetch the key set at "127\.0\.0\.1:\d+": /)
    expect(said).toContain(reason)
    expect(said).not.toContain('c2VjcmV0')
  })

  test('at an address that nobody may ask is not asked for', async () => {
    const { deps } = await scene(saysJson({}))
    for (const url of ['http://169.254.169.254/', 'https://[::1]/', 'https://vault.internal/', 'x'])
      await expect(fetchKeySet(deps, url, 'a')).rejects.toMatchObject({ code: 'invalid-client' })
  })
})

describe('How long an answer may be kept', () => {
  const now = Date.parse('2026-11-20T10:00:00Z')
  const at = (headers: Readonly<Record<string, string>>): number =>
    freshForMs(new Headers(headers), now) / second

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['nothing', {}, 300],
    ['what it says', cached('max-age=60'), 60],
    ['private, for there is one reader', cached('private', 'max-age=60'), 60],
    ['public', cached('public'), 300],
    ['no longer than a day', cached('max-age=31536000'), 86_400],
    ['in quotes', cached('max-age="60"'), 60],
    ['the least of several', cached('max-age=600', 's-maxage=30', 'max-age=60'), 30],
    ['what other caches have left of it', { ...cached('max-age=60'), Age: '45' }, 15],
    ['nothing that other caches have left of it', { ...cached('max-age=60'), Age: '90' }, 0],
    ['no-store before all', cached('max-age=60', 'No-Store'), 0],
    ['no-cache of a header', cached('no-cache="Set-Cookie"', 'max-age=60'), 0],
    ['what cannot be read', cached('max-age=-1'), 0],
    ['until it expires', { Expires: 'Fri, 20 Nov 2026 10:02:00 GMT' }, 120],
    [
      'until it expires, by its own clock',
      { Expires: 'Fri, 20 Nov 2026 10:02:00 GMT', Date: 'Fri, 20 Nov 2026 10:01:00 GMT' },
      60,
    ],
    ['what has expired', { Expires: '0' }, 0],
    ['max-age before Expires', { ...cached('max-age=60'), Expires: '0' }, 60],
  ])('follows %s', (_what, headers, expected) => {
    expect(at(headers)).toBe(expected)
  })
})
