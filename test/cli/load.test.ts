import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openInput } from '../../worker/cli/open-input.ts'
import { postNdjson } from '../../worker/cli/post-ndjson.ts'
import { runCli } from '../support/run-cli.ts'

let folder: string
const cleaning: (() => void)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-load-'))
  cleaning.push(() => rmSync(folder, { recursive: true, force: true }))
})
afterEach(() => {
  for (const clean of cleaning.splice(0)) clean()
})

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const run = (...args: readonly string[]) => runCli(args)

const listen = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  cleaning.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** Stores every line, and refuses those that say so. */
const storing =
  (seen: string[]): RequestListener =>
  async (request, response) => {
    const body = await text(request).catch(() => '') // the client may break off
    seen.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`)
    const lines = body.split('\n').slice(0, -1)
    const problems = lines.flatMap((line, index) =>
      line === 'bad' ? [{ line: index + 1, reason: 'it is bad' }] : [],
    )
    response.end(
      JSON.stringify({ stored: lines.length - problems.length, refused: problems.length, problems }),
    )
  }

const failing =
  (status: number, body: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status).end(body)
  }

const outcome = (diagnostics: string): string =>
  JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'invalid', diagnostics }],
  })

describe('the command line', () => {
  it.each([
    [[], 'Usage: sluice'],
    [['nope'], "unknown command 'nope'"],
    [['load'], "missing required argument 'paths'"],
    [['load', 'x.ndjson'], 'give --database or --server'],
    [['load', '--frob', 'x.ndjson'], "unknown option '--frob'"],
    [['load', '--server', 'http://x', '--database', 'file:x', 'x.ndjson'], 'cannot be used with'],
    [['load', '--server', 'http://x/fhir', 'x.ndjson'], '--server must be an origin'],
    [['load', '--server', 'x:80', 'x.ndjson'], '--server must be an origin'],
    [['load', '--server', 'http://x', 'missing.ndjson'], 'Cannot load "missing.ndjson": it is not there'],
  ])('answers %j with exit code 2 and an explanation', async (args, explanation) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(explanation)
  })

  it('explains a database URL that is none, before it touches anything', async () => {
    const { exitCode, stderr } = await run('load', '--database', 'sluice.db', write('a.ndjson', 'x\n'))
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Cannot use DATABASE_URL "sluice.db": it must be file: and the path of a file')
  })

  it('gives help on request', async () => {
    const { exitCode, stdout } = await run('load', '--help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('--database <url>')
  })
})

describe('load --server', () => {
  it('sends each file, decompressed, and reports', async () => {
    const seen: string[] = []
    const server = await listen(storing(seen))
    write('b.ndjson', 'one\ntwo\n')
    write('a.ndjson.gz', gzipSync('three\n'))
    const { exitCode, stdout, stderr } = await run('load', '--server', server, folder)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(seen).toEqual([
      'POST /admin/api/ingest application/fhir+ndjson three\n',
      'POST /admin/api/ingest application/fhir+ndjson one\ntwo\n',
    ])
    expect(stdout).toContain(`${folder}/a.ndjson.gz: 1 stored\n${folder}/b.ndjson: 2 stored\n`)
    expect(stdout).toMatch(
      /\n3 resources stored from 2 files: 0\.0 MB of NDJSON in \d+\.\d s, [\d,]+ resources\/s\n$/,
    )
  })

  it('goes by the first bytes, not by the name, to tell gzip', async () => {
    const seen: string[] = []
    const server = await listen(storing(seen))
    await run(
      'load',
      '--server',
      server,
      write('plain.ndjson.gz', 'one\n'),
      write('zipped.ndjson', gzipSync('two\n')),
    )
    expect(seen.map((line) => line.split(' ').at(-1))).toEqual(['one\n', 'two\n'])
  })

  it('reports refused lines by file and number, the first ten of them, with exit code 1', async () => {
    const server = await listen(storing([]))
    const path = write('a.ndjson', `good\n${'bad\n'.repeat(12)}`)
    const { exitCode, stdout } = await run('load', '--server', server, path)
    expect(exitCode).toBe(1)
    expect(stdout).toContain(`${path}: 1 stored, 12 refused\n  ${path}:2: it is bad\n`)
    expect(stdout).toContain(`  ${path}:11: it is bad\n  and 2 more\n`)
    expect(stdout).toMatch(/\n12 lines refused\n$/)
  })

  it('prints all of it as JSON, and nothing else, on request', async () => {
    const server = await listen(storing([]))
    const path = write('a.ndjson', 'good\nbad\n')
    write('notes.txt', '')
    const { stdout, stderr } = await run('load', '--json', '--server', server, folder)
    expect(JSON.parse(stdout)).toEqual({
      files: [{ file: path, bytes: 9, stored: 1, refused: 1, problems: [{ line: 2, reason: 'it is bad' }] }],
      stored: 1,
      refused: 1,
      failed: 0,
      notTried: 0,
      bytes: 9,
      seconds: expect.any(Number),
      resourcesPerSecond: expect.any(Number),
    })
    expect(stderr).toBe(`skipped 1 file not named .ndjson or .ndjson.gz: ${folder}/notes.txt\n`)
  })

  it('goes on after a damaged archive', async () => {
    const server = await listen(storing([]))
    const damaged = write('a.ndjson.gz', gzipSync('x\n'.repeat(100_000)).subarray(0, 200))
    const { exitCode, stdout } = await run('load', '--server', server, damaged, write('b.ndjson', 'good\n'))
    expect(exitCode).toBe(1)
    expect(stdout).toContain(`${damaged}: failed: unexpected end of file\n${folder}/b.ndjson: 1 stored\n`)
    expect(stdout).toMatch(/\n1 file failed\n$/)
  })

  it('goes on after a file that the server fails on', async () => {
    let requests = 0
    const server = await listen((request, response) => {
      requests += 1
      return requests === 1 ? failing(500, 'oops')(request, response) : storing([])(request, response)
    })
    const { stdout } = await run(
      'load',
      '--server',
      server,
      write('a.ndjson', 'x\n'),
      write('b.ndjson', 'good\n'),
    )
    expect(stdout).toContain(`a.ndjson: failed: Cannot load into server "${server}": HTTP status 500\n`)
    expect(stdout).toContain('b.ndjson: 1 stored\n')
  })

  it.each([
    [403, outcome('AUTH=open serves this machine only'), 'AUTH=open serves this machine only'],
    [503, outcome('the disk is full'), 'the disk is full'],
    [404, 'nothing here', 'HTTP status 404'],
    [200, '<html>', 'its answer is not a report; is it a Sluice server?'],
  ])(
    'ends at an answer %d that every file would get, though it comes before the file is sent',
    async (status, body, reason) => {
      const server = await listen(failing(status, body))
      const large = write('a.ndjson', Buffer.alloc(20_000_000, 'x'))
      const { exitCode, stdout } = await run('load', '--server', server, large, write('b.ndjson', 'x\n'))
      expect(exitCode).toBe(1)
      expect(stdout).toContain(`${large}: failed: Cannot load into server "${server}": ${reason}\n`)
      expect(stdout).toMatch(/\n1 file failed, 1 file not tried\n$/)
    },
  )

  it('shows the access key of the environment, and says where one is wanted', async () => {
    const shown: (string | undefined)[] = []
    const server = await listen((request, response) => {
      shown.push(request.headers.authorization)
      const answer =
        request.headers.authorization === undefined ? failing(401, outcome('who is it')) : storing([])
      return answer(request, response)
    })
    const path = write('a.ndjson', 'good\n')
    const { stdout } = await run('load', '--server', server, path)
    expect(stdout).toContain(
      `failed: Cannot load into server "${server}": who is it; put an access key into SLUICE_TOKEN\n`,
    )
    const loading = ['load', '--server', server, path]
    expect((await runCli(loading, { SLUICE_TOKEN: ' slk_1_secret\n' })).exitCode).toBe(0)
    expect(shown).toEqual([undefined, 'Bearer slk_1_secret'])
    const bad = await runCli(loading, { SLUICE_TOKEN: 'slk_1_ü' })
    expect(bad.exitCode).toBe(2)
    expect(bad.stderr).not.toContain('slk_1')
  })

  it('ends when the server cannot be reached, or goes away', async () => {
    const gone = await listen((request) => {
      request.once('data', () => request.socket.destroy())
    })
    for (const server of [gone, 'http://127.0.0.1:1']) {
      const large = write('a.ndjson', Buffer.alloc(20_000_000, 'x'))
      const { exitCode, stdout } = await run('load', '--server', server, large, write('b.ndjson', 'x\n'))
      expect(exitCode).toBe(1)
      expect(stdout).toContain(`${large}: failed: Cannot reach server "${server}": `)
      expect(stdout).toContain('1 file not tried')
    }
  })

  it('reads a file no faster than the server takes it', async () => {
    let [received, produced, waiting] = [0, 0, 0]
    const server = await listen(async (request, response) => {
      for await (const chunk of request) {
        received += chunk.length
        waiting = Math.max(waiting, produced - received)
        if (received < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 5))
      }
      response.end(JSON.stringify({ stored: 1, refused: 0, problems: [] }))
    })
    const member = gzipSync(Buffer.alloc(10_000_000))
    const path = write('a.ndjson.gz', Buffer.concat(Array.from({ length: 20 }, () => member)))
    const count = (bytes: number) => {
      produced += bytes
    }
    await postNdjson(server, await openInput(path, () => {}, count))
    expect({ received, produced }).toEqual({ received: 200_000_000, produced: 200_000_000 })
    expect(waiting).toBeLessThan(20_000_000) // most of it in the buffers of the system
  })
})
