import { describe, expect, it } from 'vitest'
import { readBooleanParameter } from '../../worker/fhir/boolean-parameter.ts'

describe.each(['allowPartialManifests', '_dryRun'] as const)('%s', (name) => {
  const read = (...given: readonly string[]) =>
    readBooleanParameter(name, given.length === 0 ? new Map() : new Map([[name, given]]))

  it('is false when it is absent, and else what it says', () => {
    expect(read()).toBe(false)
    expect(read('false')).toBe(false)
    expect(read('true')).toBe(true)
  })

  it.each(['', 'True', '1', 'yes', 'true,false', ' true '])('is refused when it is "%s"', (value) => {
    expect(() => read(value)).toThrow(`Cannot process ${name} "${value}": it is neither true nor false`)
  })

  it('is refused when it is given twice', () => {
    expect(() => read('true', 'true')).toThrow('it is given more than once')
  })
})
