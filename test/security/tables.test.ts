import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTable } from '../support/read-table.ts'
import { compareIds, isFile, numbers, padded, problemsOf, sameIds } from '../support/table-evidence.ts'

/** The table beside this file says of every threat what stands against it and which test tries it; here it is held to it. */

/** What every server of this kind is attacked by; each begins the threat of one row. */
const attacks = [
  'alg none',
  'HMAC with the public key',
  'each claim mutated',
  'expired',
  'future',
  'replayed',
  'wrong audience behind a proxy',
  'duplicate `kid`',
  'huge and slow JWKS',
  'SSRF targets',
  'scope escalation at every step',
  'job-id guessing',
  'path traversal, percent-encoded too',
  'header injection, and log injection',
  'CSRF',
  'session fixation',
  'brute force',
  'DNS rebinding on `open`',
  'oversized and deeply nested JSON',
  'gzip bombs at ingest',
  'SQL metacharacters everywhere',
  '`__proto__` keys',
  'ReDoS',
]

describe('The table of threats', () => {
  const rows = readTable(readFileSync(join(import.meta.dirname, 'README.md'), 'utf8'))
  const paths = new Set(
    rows.flatMap(({ evidence }) => evidence.flatMap((each) => (each.kind === 'test' ? [each.path] : []))),
  )

  test('has every attack once', () => {
    const ids = rows.map(({ id }) => id)
    expect(compareIds(padded('S', numbers(1, rows.length)), ids)).toEqual(sameIds)
    const found = attacks.map((attack) => rows.filter(({ cells }) => cells[1]?.startsWith(attack)).length)
    expect(attacks.filter((_, at) => found[at] !== 1)).toEqual([])
  })

  test('has four cells in each row', () => {
    expect(rows.filter(({ cells }) => cells.length !== 4 || cells.includes('')).map(({ id }) => id)).toEqual(
      [],
    )
  })

  test('names files that there are as what stands against each', () => {
    const controls = rows.map(({ id, cells }) => ({
      id,
      files: [...(cells[2] ?? '').matchAll(/`((?:worker|schema)\/[^`]+)`/g)].map(([, path = '']) => path),
    }))
    expect(controls.filter(({ files }) => files.length === 0).map(({ id }) => id)).toEqual([])
    expect(
      controls.flatMap(({ id, files }) =>
        files.filter((path) => !isFile(path)).map((path) => `${id}: ${path}`),
      ),
    ).toEqual([])
  })

  test('names tests that there are, and no reason in their place', () => {
    expect(rows.flatMap(problemsOf)).toEqual([])
    const without = rows.filter(({ evidence }) => evidence.some(({ kind }) => kind !== 'test'))
    expect(without.map(({ id }) => id)).toEqual([])
  })

  test('names every file of tests beside it', () => {
    const files = readdirSync(import.meta.dirname).filter(
      (name) => name.endsWith('.test.ts') && name !== 'tables.test.ts',
    )
    expect(files.filter((name) => !paths.has(`test/security/${name}`))).toEqual([])
  })
})
