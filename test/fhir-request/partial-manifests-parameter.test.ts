import { describe, expect, it } from 'vitest'
import { readPartialManifests } from '../../worker/fhir/partial-manifests-parameter.ts'

describe('allowPartialManifests', () => {
  it.each([
    [undefined, false],
    [['false'], false],
    [['true'], true],
    [[' true '], true],
  ])('of %j is %s', (values, allows) => {
    expect(readPartialManifests(values)).toBe(allows)
  })

  it.each(['', 'True', '1', 'yes', 'true,false'])('is refused when it is "%s"', (value) => {
    expect(() => readPartialManifests([value])).toThrow(
      `Cannot process parameter "allowPartialManifests": "${value}" is neither "true" nor "false"`,
    )
  })

  it('is refused when it is given twice', () => {
    expect(() => readPartialManifests(['true', 'true'])).toThrow('it is given more than once')
  })
})
