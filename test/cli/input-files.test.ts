import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findInputFiles } from '../../worker/cli/input-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-input-'))
  mkdirSync(join(folder, 'deep/er'), { recursive: true })
  mkdirSync(join(folder, '.hidden'))
  for (const name of [
    'b.ndjson',
    'a.ndjson.gz',
    'B.NDJSON',
    'notes.txt',
    '.x.ndjson',
    '.hidden/x.ndjson',
    'deep/er/c.ndjson',
  ]) {
    writeFileSync(join(folder, name), 'x'.repeat(name.length))
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (...names: readonly string[]) => names.map((name) => join(folder, name))

const find = async (...names: readonly string[]) => {
  const { files, skipped } = await findInputFiles(at(...names))
  const named = (path: string) => relative(folder, path)
  return { files: files.map(({ path }) => named(path)), skipped: skipped.map(named) }
}

describe('findInputFiles', () => {
  it('searches folders through and through, in order of name, and says what it skipped', async () => {
    expect(await find('')).toEqual({
      files: ['B.NDJSON', 'a.ndjson.gz', 'b.ndjson', 'deep/er/c.ndjson'],
      skipped: ['notes.txt'],
    })
  })

  it('keeps the order in which paths are named, and knows the size of each file', async () => {
    expect((await find('b.ndjson', 'deep', 'a.ndjson.gz')).files).toEqual([
      'b.ndjson',
      'deep/er/c.ndjson',
      'a.ndjson.gz',
    ])
    expect((await findInputFiles(at('b.ndjson'))).files).toEqual([
      { path: join(folder, 'b.ndjson'), bytes: 8 },
    ])
  })

  it('takes each file once, however often it is named', async () => {
    symlinkSync(join(folder, 'b.ndjson'), join(folder, 'link.ndjson'))
    expect((await find('b.ndjson', 'deep/../b.ndjson', 'link.ndjson', 'deep', 'deep/er')).files).toEqual([
      'b.ndjson',
      'deep/er/c.ndjson',
    ])
  })

  it('follows links to files but not to folders, which could lead in a circle', async () => {
    symlinkSync(folder, join(folder, 'deep/circle.ndjson'))
    symlinkSync(join(folder, 'b.ndjson'), join(folder, 'deep/link.ndjson'))
    expect(await find('deep')).toEqual({
      files: ['deep/er/c.ndjson', 'deep/link.ndjson'],
      skipped: ['deep/circle.ndjson'],
    })
  })

  it('takes a hidden file that is named', async () => {
    expect((await find('.x.ndjson')).files).toEqual(['.x.ndjson'])
  })

  it.each([
    ['missing.ndjson', 'it is not there'],
    ['notes.txt', 'its name must end in .ndjson or .ndjson.gz'],
  ])('refuses %s: %s', async (name, reason) => {
    await expect(findInputFiles(at('b.ndjson', name))).rejects.toMatchObject({
      code: 'invalid',
      message: `Cannot load "${join(folder, name)}": ${reason}`,
    })
  })

  it('refuses a folder without such files', async () => {
    mkdirSync(join(folder, 'empty'))
    await expect(find('empty')).rejects.toMatchObject({ code: 'invalid' })
  })
})
