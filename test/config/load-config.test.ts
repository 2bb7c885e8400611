import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../worker/config/runtime.ts'
import { settings } from '../../worker/config/settings.ts'
import { type Environment, loadConfig, withPort } from '../../worker/config.ts'
import { SluiceError } from '../../worker/errors.ts'
import fc from '../support/fast-check.ts'

const problemsOf = (env: Environment, runtime: Runtime = 'node'): readonly string[] => {
  try {
    loadConfig(env, runtime)
    return []
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'invalid') throw error
    return error.message.split('\n')
  }
}

describe('loadConfig', () => {
  it('serves a local machine without any setting', () => {
    expect(loadConfig({}, 'node')).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      baseUrl: 'http://127.0.0.1:8080',
      fhirPath: '/fhir',
      databaseUrl: 'file:./data/sluice.db',
      storageUrl: 'file:./data/exports',
      auth: 'open',
      fileAccess: 'proxy',
      logLevel: 'info',
      limits: {
        partBytes: 8_388_608,
        fileBytes: 67_108_864,
        maxResourceBytes: 4_000_000,
        maxBundleBytes: 33_554_432,
        maxBundleEntries: 20_000,
        retentionMs: 604_800_000,
        fileUrlTtlSeconds: 3600,
      },
    })
  })

  it('takes the words of COMPAT in any order, each once, but not two ways to tell the progress', () => {
    expect(loadConfig({ COMPAT: 'manifest-status, firely-urls,firely-urls' }, 'node').compat).toEqual([
      'firely-urls',
      'manifest-status',
    ])
    expect(problemsOf({ COMPAT: 'firely' })).toEqual([expect.stringContaining('a list by commas of')])
    expect(problemsOf({ COMPAT: 'firely-progress,helix-progress' })).toEqual([
      'Cannot use COMPAT "firely-progress,helix-progress": X-Progress is either that of Firely Server or that of Helix.',
    ])
  })

  it('freezes what it returns, deeply', () => {
    const config = loadConfig({}, 'node')
    expect(Object.isFrozen(config) && Object.isFrozen(config.limits)).toBe(true)
  })

  it('takes an empty value for unset, and ignores what it does not know', () => {
    expect(loadConfig({ PORT: '', PART_BYTES: '  ', PATH: '/bin', OPENAI: 'x' }, 'node')).toEqual(
      loadConfig({}, 'node'),
    )
  })

  it('tells every problem at once, one sentence each, rules between settings included', () => {
    const env = {
      PORT: '99999',
      PART_BYTES: '8 potatoes',
      RETRY_BASE_MS: '20',
      RETRY_MAX_MS: '10',
      HOST: '0.0.0.0',
    }
    expect(problemsOf(env)).toEqual([
      'Cannot use PORT "99999": it must be a whole number from 0 to 65,535.',
      'Cannot use PART_BYTES "8 potatoes": it must be a whole number of bytes from 1 to 5GiB, written like 8388608, 8MiB or 8 MB.',
      'Cannot leave BASE_URL unset: links need an absolute http or https URL where HOST "0.0.0.0" is not a loopback address.',
      'Cannot leave AUTH unset: access must be chosen where HOST "0.0.0.0" is not a loopback address.',
      'Cannot use RETRY_BASE_MS "20": it must be at most RETRY_MAX_MS (10).',
    ])
  })

  it('never shows the secrets of a URL', () => {
    const [problem = ''] = problemsOf({ DATABASE_URL: 'libsql://me:pa/ss@db.example/x?authToken=eyJ' })
    expect(problem).toContain('a token belongs into DATABASE_AUTH_TOKEN')
    expect(problem).not.toMatch(/pa\/ss|eyJ/)
  })

  it('names any setting that is wrong, and shows its value unless it is a secret', () => {
    for (const name of Object.keys(settings.shape)) {
      const [problem, ...more] = problemsOf({ [name]: 'no such välue!' })
      const shown = /^AWS_|_TOKEN$|SECRET/.test(name) ? '…' : 'no such välue!'
      expect(problem).toMatch(`Cannot use ${name} "${shown}": `)
      expect(more).toEqual([])
    }
  })
})

describe('numbers', () => {
  it.each([
    ['8388608', 8_388_608],
    ['8MiB', 8_388_608],
    ['8 mib', 8_388_608],
    ['64 MB', 64_000_000],
    ['5GiB', 5_368_709_120],
    ['16 kB', 16_000],
    ['1b', 1],
  ])('reads %j as %d bytes', (text, bytes) => {
    const env = { PART_BYTES: text, FILE_BYTES: '0', MAX_RESOURCE_BYTES: '100' }
    expect(loadConfig(env, 'node').limits.partBytes).toBe(bytes)
  })

  it.each(['8M', '1.5MiB', '-1', '1e6', '0x10', '8  MiB', '6GiB', '0', '٣'])(
    'refuses %j as PART_BYTES',
    (text) => {
      expect(problemsOf({ PART_BYTES: text, FILE_BYTES: '0' })).toHaveLength(1)
    },
  )

  it('reads every whole number within the bounds and refuses those beyond', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 70_000 }), (port) => {
        const problems = problemsOf({ PORT: String(port) })
        expect(problems.length).toBe(port >= 0 && port <= 65_535 ? 0 : 1)
      }),
    )
  })

  it('refuses files that would need more than 10,000 parts', () => {
    const env = { PART_BYTES: '1', MAX_RESOURCE_BYTES: '100' }
    expect(problemsOf({ ...env, FILE_BYTES: '10000' })).toEqual([])
    expect(problemsOf({ ...env, FILE_BYTES: '10001' })).toHaveLength(1)
  })

  it('refuses resources that no file could hold, with what storing adds to a line', () => {
    const env = { PART_BYTES: '100', FILE_BYTES: '0' }
    expect(problemsOf({ ...env, MAX_RESOURCE_BYTES: '999800' })).toEqual([])
    expect(problemsOf({ ...env, MAX_RESOURCE_BYTES: '999801' })).toEqual([
      'Cannot use MAX_RESOURCE_BYTES "999801": it must be at most 999800, for a line is not split between files, and an upload has at most 10000 parts of PART_BYTES (100).',
    ])
    expect(problemsOf(env)).toEqual([expect.stringContaining('Cannot leave MAX_RESOURCE_BYTES unset: ')])
  })
})

describe('EXPORT_ENABLED and EXPORT_LEVELS', () => {
  it.each([
    [{}, ['system', 'patient', 'group']],
    [{ EXPORT_LEVELS: '' }, ['system', 'patient', 'group']],
    [{ EXPORT_LEVELS: 'group' }, ['group']],
    [{ EXPORT_LEVELS: ' patient , system,patient' }, ['system', 'patient']],
    [{ EXPORT_LEVELS: 'group', EXPORT_ENABLED: 'on' }, ['group']],
    [{ EXPORT_LEVELS: 'group', EXPORT_ENABLED: 'off' }, []],
    [{ EXPORT_ENABLED: 'off' }, []],
  ])('%j leaves %j', (env, levels) => {
    expect(loadConfig(env, 'node').exportLevels).toEqual(levels)
  })

  it.each([
    { EXPORT_LEVELS: ',' },
    { EXPORT_LEVELS: 'none' },
    { EXPORT_LEVELS: 'System' },
    { EXPORT_LEVELS: 'system;group' },
    { EXPORT_LEVELS: 'system,everything' },
    { EXPORT_ENABLED: 'true' },
    { EXPORT_ENABLED: 'Off' },
  ])('refuses %j', (env) => {
    expect(problemsOf(env)).toHaveLength(1)
  })
})

describe('HOST, PORT and BASE_URL', () => {
  it.each([
    [{ HOST: '::1' }, 'http://[::1]:8080'],
    [{ HOST: '[::1]', PORT: '1' }, 'http://[::1]:1'],
    [{ HOST: 'localhost', PORT: '80' }, 'http://localhost'],
    [{ BASE_URL: 'https://fhir.example.org/' }, 'https://fhir.example.org'],
    [{ BASE_URL: 'https://FHIR.example.org:8443/bulk//' }, 'https://fhir.example.org:8443/bulk'],
  ])('%j gives %s', (env, baseUrl) => {
    expect(loadConfig(env, 'node').baseUrl).toBe(baseUrl)
  })

  it.each([
    'fhir.example.org',
    '/fhir',
    'ftp://x',
    'https://',
    'https://u:p@x',
    'https://x?y',
    'https://x/?',
    'https://x#y',
    'https://x/a/../b',
    'https://x/%2e%2E/b',
    'https:\\\\x',
    'http://x:0',
    'http://x y/',
  ])('refuses BASE_URL %j', (BASE_URL) => {
    expect(problemsOf({ BASE_URL })).toHaveLength(1)
  })

  it.each(['127.0.0.1:80', 'http://127.0.0.1', 'a b', '1:2', '..', 'host/x'])('refuses HOST %j', (HOST) => {
    expect(problemsOf({ HOST, AUTH: 'open', BASE_URL: 'http://x' })).toHaveLength(1)
  })

  it('follows the port that PORT=0 was given, unless BASE_URL says otherwise', () => {
    const anyPort = loadConfig({ PORT: '0' }, 'node')
    expect(withPort(anyPort, 4321)).toMatchObject({ port: 4321, baseUrl: 'http://127.0.0.1:4321' })
    const named = loadConfig({ PORT: '0', BASE_URL: 'https://x' }, 'node')
    expect(withPort(named, 4321)).toMatchObject({ port: 4321, baseUrl: 'https://x' })
    expect(Object.isFrozen(withPort(anyPort, 4321))).toBe(true)
  })
})

describe('AUTH', () => {
  const outside = { HOST: '0.0.0.0', BASE_URL: 'http://localhost:8080' }

  it.each(['localhost', '127.0.0.1', '127.8.9.10', '::1'])('is open by default where HOST is %s', (HOST) => {
    expect(loadConfig({ HOST }, 'node').auth).toBe('open')
    expect(loadConfig({ HOST }, 'deno').auth).toBe('open')
  })

  it.each(['0.0.0.0', '::', '127.1', '127.0.0.1.example.org', 'example.org', '10.0.0.1'])(
    'must be given where HOST is %s',
    (HOST) => {
      expect(problemsOf({ ...outside, HOST })).toHaveLength(1)
      expect(problemsOf({ ...outside, HOST, AUTH: 'open' })).toEqual([])
    },
  )

  it('must be given on Workers, and not be open there', () => {
    const BASE_URL = 'https://x'
    expect(problemsOf({ BASE_URL }, 'workers')[0]).toContain('Cannot leave AUTH unset')
    expect(problemsOf({ BASE_URL, AUTH: 'open' }, 'workers')[0]).toContain(
      'reached from outside, so it must not be open',
    )
  })

  it('can be smart only with a key to seal secrets with', () => {
    expect(problemsOf({ AUTH: 'smart' })).toEqual([
      'Cannot leave SECRET_KEY unset: AUTH=smart signs tokens and stores secrets under it; make one with: openssl rand -base64 32.',
    ])
    expect(loadConfig({ AUTH: 'smart', SECRET_KEY: 'x'.repeat(43) }, 'node').auth).toBe('smart')
  })
})

describe('FILE_ACCESS and FILE_URL_TTL', () => {
  const bucket = {
    STORAGE_URL: 's3://exports?region=eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
  }

  it.each(['proxy', 'signed', 'storage'] as const)('is %s where the storage is a bucket', (FILE_ACCESS) => {
    const config = loadConfig({ ...bucket, FILE_ACCESS, FILE_URL_TTL: '300' }, 'node')
    expect(config).toMatchObject({ fileAccess: FILE_ACCESS, limits: { fileUrlTtlSeconds: 300 } })
  })

  it('lets a URL of our own open its file for five minutes, and one of a bucket for an hour, unless told', () => {
    const SECRET_KEY = 'c2x1aWNlLXRlc3Qtc2VjcmV0LWtleS1vZi0zMi1ieXRlcw'
    for (const [FILE_ACCESS, seconds] of [
      ['capability', 300],
      ['signed', 3600],
    ] as const)
      expect(loadConfig({ ...bucket, FILE_ACCESS, SECRET_KEY }, 'node').limits.fileUrlTtlSeconds).toBe(
        seconds,
      )
  })

  it.each(['signed', 'storage'])('cannot be %s where the storage is a folder', (FILE_ACCESS) => {
    expect(problemsOf({ FILE_ACCESS })).toEqual([
      `Cannot use FILE_ACCESS "${FILE_ACCESS}": clients cannot reach a folder, so STORAGE_URL must be s3: or files must go through proxy or capability.`,
    ])
  })

  it('refuses what is none of the four, and what no signature can say', () => {
    expect(problemsOf({ FILE_ACCESS: 'redirect' })).toEqual([
      'Cannot use FILE_ACCESS "redirect": it must be one of proxy, capability, signed, storage.',
    ])
    for (const FILE_URL_TTL of ['1', '604800']) expect(problemsOf({ FILE_URL_TTL })).toEqual([])
    for (const FILE_URL_TTL of ['0', '604801', '1h']) expect(problemsOf({ FILE_URL_TTL })).toHaveLength(1)
  })
})

describe('paths', () => {
  it.each([
    ['/', ''],
    ['/fhir', '/fhir'],
    ['/fhir/', '/fhir'],
    ['/4_0_0', '/4_0_0'],
    ['/a/b-c.d~e', '/a/b-c.d~e'],
    ['/administration', '/administration'],
  ])('FHIR_PATH %s becomes %j', (FHIR_PATH, fhirPath) => {
    expect(loadConfig({ FHIR_PATH }, 'node').fhirPath).toBe(fhirPath)
  })

  it.each([
    'fhir',
    '//',
    '/a//b',
    '/a/../b',
    '/..',
    '/./a',
    '/a b',
    '/a%20b',
    '/a?b',
    '/:type',
    '/*',
    '/admin',
    '/admin/fhir',
    '/admin/',
    '/openapi.json',
  ])('refuses FHIR_PATH %j', (FHIR_PATH) => {
    expect(problemsOf({ FHIR_PATH })).toHaveLength(1)
  })

  it.each([
    'file:x.db',
    'file:./a..b/x.db',
    'file:/x.db',
    'file:///x.db',
    'file:///a%20b.db',
    'libsql://db-org.turso.io',
    'https://db.example:8443/dev/main',
    'http://127.0.0.1:8080',
    'http://[::1]:8080/',
  ])('accepts DATABASE_URL %s as it is', (DATABASE_URL) => {
    expect(loadConfig({ DATABASE_URL }, 'node').databaseUrl).toBe(DATABASE_URL)
  })

  it.each([
    'x.db',
    'file:',
    'file:./data/',
    'file:../x.db',
    'file:a/%2e%2e/x.db',
    'file://host/x.db',
    'file:////x.db',
    'file::memory:',
    'file:x.db?cache=shared',
    'file:x%.db',
    'file:x%00.db',
    'libsql:x',
    'libsql://',
    'libsql://user@x',
    'https://x?authToken=y',
    'https://x?tls=0',
    'http://x:99999',
    'https://x#y',
    'ws://x',
  ])('refuses DATABASE_URL %j', (DATABASE_URL) => {
    expect(problemsOf({ DATABASE_URL })).toHaveLength(1)
  })

  it('accepts a folder with or without a slash as STORAGE_URL', () => {
    expect(problemsOf({ STORAGE_URL: 'file:./exports' })).toEqual([])
    expect(problemsOf({ STORAGE_URL: 'file:./exports/' })).toEqual([])
  })

  it.each(['./exports', 'file:', 'file:../exports', 'file:./exports?x', 'https://bucket.s3.amazonaws.com'])(
    'refuses STORAGE_URL %j',
    (STORAGE_URL) => {
      expect(problemsOf({ STORAGE_URL })).toHaveLength(1)
    },
  )
})

describe('On Workers', () => {
  const env = {
    AUTH: 'open',
    BASE_URL: 'http://localhost',
    DATABASE_URL: 'https://db.example.org',
    STORAGE_URL: 's3://bucket?region=eu-central-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  }

  it('limits are those of an isolate, unless they are set', () => {
    expect(loadConfig(env, 'workers').limits).toMatchObject({
      partBytes: 5_242_880,
      partsInFlight: 2,
      pageBytes: 1_048_576,
      maxBundleBytes: 8_388_608,
      sliceMs: 20_000,
      leaseMs: 45_000,
      tickSubrequests: 900,
    })
    expect(loadConfig({ ...env, PART_BYTES: '6MiB' }, 'workers').limits.partBytes).toBe(6_291_456)
  })

  it('FHIR is not at the root, where the pages of the dashboard are', () => {
    expect(problemsOf({ ...env, FHIR_PATH: '/' }, 'workers')).toEqual([
      'Cannot use FHIR_PATH "/": it must not be the root on Workers, where the dashboard has its pages.',
    ])
    expect(problemsOf({ ...env, FHIR_PATH: '/' }, 'deno-deploy')).toEqual([])
  })

  it('slices end in time, and no more is on its way than there are connections', () => {
    expect(problemsOf({ ...env, SLICE_MS: '20001', PARTS_IN_FLIGHT: '3' }, 'workers')).toEqual([
      'Cannot use SLICE_MS "20001": it must be at most 20000 on Workers, which end work after a response in 30 s.',
      'Cannot use PARTS_IN_FLIGHT "3": it must be at most 2 on Workers, where connections and memory are few.',
    ])
    expect(problemsOf({ ...env, SLICE_MS: '20001', PARTS_IN_FLIGHT: '3' }, 'deno-deploy')).toEqual([])
  })

  it.each<Runtime>(['workers', 'deno-deploy'])(
    'and wherever there is no disk (%s), files are refused',
    (runtime) => {
      const { DATABASE_URL, STORAGE_URL, ...rest } = env
      const problems = problemsOf(rest, runtime)
      expect(problems).toHaveLength(2)
      expect(problems[0]).toMatch(
        /^Cannot leave DATABASE_URL unset: there is no disk where the service runs on/,
      )
      expect(problems[1]).toMatch(/^Cannot leave STORAGE_URL unset: there is no disk/)
    },
  )

  it.each<Runtime>(['workers', 'deno-deploy'])('open is for development only (%s)', (runtime) => {
    expect(problemsOf(env, runtime)).toEqual([])
    expect(problemsOf({ ...env, BASE_URL: 'https://example.org' }, runtime)[0]).toContain('must not be open')
  })
})
