import { describe, expect, it } from 'vitest'
import { parseS3Url } from '../../worker/config/s3-url.ts'
import { type Environment, loadConfig } from '../../worker/config.ts'

const locationOf = (url: string) => {
  const read = parseS3Url(url)
  if ('problem' in read) throw new Error(read.problem)
  return read.location
}

describe('an s3: URL', () => {
  it('of a bucket and a region is a bucket of AWS, by its own host name', () => {
    expect(locationOf('s3://exports?region=eu-central-1')).toEqual({
      bucket: 'exports',
      prefix: '',
      endpoint: 'https://s3.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      pathStyle: false,
      listsUploads: true,
    })
    expect(locationOf('s3://exports?region=cn-north-1').endpoint).toBe(
      'https://s3.cn-north-1.amazonaws.com.cn',
    )
  })

  it('with an endpoint is a bucket below its path, unless it says otherwise', () => {
    const url = 's3://exports/a/b/?endpoint=http://127.0.0.1:9000/s3/&listUploads=false'
    expect(locationOf(url)).toEqual({
      bucket: 'exports',
      prefix: 'a/b/',
      endpoint: 'http://127.0.0.1:9000/s3',
      region: 'us-east-1',
      pathStyle: true,
      listsUploads: false,
    })
    expect(locationOf('s3://exports?endpoint=https://minio.example&pathStyle=false').pathStyle).toBe(false)
  })

  it('knows the region of R2', () => {
    const url = 's3://exports?endpoint=https://0123456789abcdef.r2.cloudflarestorage.com'
    expect(locationOf(url).region).toBe('auto')
    expect(locationOf(`${url}&region=wnam`).region).toBe('wnam')
    expect(locationOf('s3://exports?endpoint=https://r2.example').region).toBe('us-east-1')
  })

  it('of a bucket with dots uses path style, for no certificate would fit', () => {
    expect(locationOf('s3://exports.example.org?region=eu-west-1').pathStyle).toBe(true)
  })

  it.each([
    ['', ''],
    ['/', ''],
    ['/a', 'a/'],
    ['/a/b/', 'a/b/'],
    ['/a%20b+c/%C3%BC/%2541', 'a b+c/ü/%41/'],
    ['/ü☃', 'ü☃/'],
    ['/...', '.../'],
  ])('reads the path %j as the prefix %j, decoded once', (path, prefix) => {
    expect(locationOf(`s3://exports${path}?region=x`).prefix).toBe(prefix)
  })

  it.each([
    ['s3:exports', 'it must be s3://bucket/prefix, with endpoint, region and pathStyle as parameters'],
    ['s3://', 'its bucket must have'],
    ['s3://key:secret@exports', 'its bucket must have'],
    ['s3://a', 'its bucket must have'],
    ['s3://..', 'its bucket must have'],
    ['s3://exports:80/a', 'its bucket must have'],
    ['s3://exports?region=x#y', 'it must be s3://bucket'],
    ['s3://exports/a//b?region=x', 'its prefix must have no empty'],
    ['s3://exports//?region=x', 'its prefix must have no empty'],
    ['s3://exports/a/../b?region=x', 'its prefix must have no empty, . or ..'],
    ['s3://exports/%2e%2e?region=x', 'its prefix must have no empty, . or ..'],
    ['s3://exports/a%2F..?region=x', 'its prefix must have no empty, . or ..'],
    ['s3://exports/%?region=x', 'its prefix'],
    ['s3://exports/a%00?region=x', 'its prefix'],
    ['s3://exports/a%0a?region=x', 'its prefix'],
    ['s3://exports/\ud800?region=x', 'its prefix'],
    [`s3://exports/${'ü'.repeat(351)}?region=x`, 'at most 700 bytes'],
    ['s3://exports', 'it must name a region, or an endpoint'],
    ['s3://exports?region=', 'its region must have'],
    ['s3://exports?region=a/b', 'its region must have'],
    [
      's3://exports?region=a&region=b',
      'its parameters must be among endpoint, region, pathStyle, listUploads',
    ],
    ['s3://exports?region=a&secret=b', 'its parameters must be among'],
    ['s3://exports?region=a&pathStyle=yes', 'its pathStyle and listUploads must be true or false'],
    ['s3://exports?region=a&listUploads=', 'its pathStyle and listUploads must be true or false'],
    ['s3://exports?endpoint=minio.example', 'its endpoint must be'],
    ['s3://exports?endpoint=https://u:p@minio.example', 'its endpoint must be'],
    ['s3://exports?endpoint=https://minio.example?x', 'its endpoint must be'],
    ['s3://exports?endpoint=ftp://minio.example', 'its endpoint must be'],
    ['s3://exports?endpoint=http://127.0.0.1:9000&pathStyle=false', 'pathStyle must be true'],
  ])('%s is refused: %s', (url, problem) => {
    expect(parseS3Url(url)).toEqual({ problem: expect.stringContaining(problem) })
  })
})

describe('loadConfig, with an s3: STORAGE_URL', () => {
  const given = {
    STORAGE_URL: 's3://exports?region=eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
  }
  const problemsOf = (env: Environment): readonly string[] => {
    try {
      loadConfig(env, 'node')
      return []
    } catch (error) {
      return error instanceof Error ? error.message.split('\n') : [String(error)]
    }
  }

  it('takes its credentials from the variables that every client of AWS reads', () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = given
    expect(loadConfig(given, 'node').storageCredentials).toEqual({ accessKeyId, secretAccessKey })
    expect(loadConfig({ ...given, AWS_SESSION_TOKEN: 'token' }, 'deno')).toMatchObject({
      storageUrl: given.STORAGE_URL,
      storageCredentials: { accessKeyId, secretAccessKey, sessionToken: 'token' },
    })
  })

  it('keeps no credentials where a folder is the storage', () => {
    expect(loadConfig({ ...given, STORAGE_URL: '' }, 'node').storageCredentials).toBeUndefined()
  })

  it('needs both keys, and parts that S3 takes', () => {
    expect(problemsOf({ STORAGE_URL: given.STORAGE_URL, PART_BYTES: '4MiB' })).toEqual([
      'Cannot use PART_BYTES "4MiB": it must be at least 5MiB where STORAGE_URL is s3:, which refuses smaller parts.',
      'Cannot leave AWS_ACCESS_KEY_ID unset: requests to the bucket of STORAGE_URL have to be signed.',
      'Cannot leave AWS_SECRET_ACCESS_KEY unset: requests to the bucket of STORAGE_URL have to be signed.',
    ])
    expect(problemsOf({ ...given, PART_BYTES: '5MiB' })).toEqual([])
    expect(problemsOf({ PART_BYTES: '4MiB' })).toEqual([])
  })

  it('never shows a secret, wherever it was put by mistake', () => {
    const secret = 'wJalr\tXUtn'
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
      const problems = problemsOf({ ...given, [name]: secret })
      expect(problems).toEqual([expect.stringMatching(`^Cannot use ${name} "…": it must be 1 to `)])
    }
    for (const url of [
      's3://AKID:wJalr/XUtn@exports/',
      's3://exports?secret=wJalrXUtn',
      's3://exports/a#wJalrXUtn',
    ]) {
      expect(problemsOf({ ...given, STORAGE_URL: url }).join()).not.toMatch(/wJalr|XUtn/)
    }
  })
})
