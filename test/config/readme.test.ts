import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { settings } from '../../worker/config/settings.ts'
import { configurationTable, withConfigurationTable } from '../../worker/config/table.ts'

describe('the configuration table', () => {
  it('has a row of five cells for every setting', () => {
    const [, , ...rows] = configurationTable().split('\n')
    expect(rows.map((row) => /^\| `(\w+)` /.exec(row)?.[1])).toEqual(Object.keys(settings.shape))
    expect(rows.filter((row) => row.split(' | ').length !== 5)).toEqual([])
  })

  it('replaces what stands between the markers, and nothing else', () => {
    const text = 'a\n<!-- configuration -->\nold\n<!-- /configuration -->\nb\n'
    const written = withConfigurationTable(text)
    expect(written).toBe(`a\n<!-- configuration -->\n${configurationTable()}\n<!-- /configuration -->\nb\n`)
    expect(withConfigurationTable(written ?? '')).toBe(written)
    expect(withConfigurationTable('no markers')).toBeUndefined()
  })

  it('stands in the README as the settings say; `npx node worker/config/write-readme.ts` brings it up to date', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(withConfigurationTable(readme)).toBe(readme)
  })
})
