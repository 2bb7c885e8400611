import { describe, expect, it } from 'vitest'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import { rootElementsOf, spellings } from '../../worker/fhir/root-elements.ts'

const sorted = (texts: Iterable<string>) => [...texts].sort()

describe('the root elements of a type', () => {
  it('are its own and those of every resource', () => {
    expect(sorted(rootElementsOf('Flag').meant.keys())).toEqual(
      sorted([
        ...['resourceType', 'id', 'meta', 'implicitRules', 'language', 'text', 'contained', 'extension'],
        ...['modifierExtension', 'identifier', 'status', 'category', 'code', 'subject', 'period'],
        ...['encounter', 'author'],
      ]),
    )
    expect(sorted(rootElementsOf('Binary').meant.keys())).toEqual(
      sorted([
        'resourceType',
        'id',
        'meta',
        'implicitRules',
        'language',
        'contentType',
        'securityContext',
        'data',
      ]),
    )
  })

  it('are a member each, but for choices', () => {
    const { meant } = rootElementsOf('Patient')
    expect(meant.get('birthDate')).toEqual(['birthDate'])
    expect(meant.get('deceased')).toEqual(['deceasedBoolean', 'deceasedDateTime'])
    expect(meant.get('deceased[x]')).toEqual(['deceasedBoolean', 'deceasedDateTime'])
    expect(meant.get('deceasedBoolean')).toEqual(['deceasedBoolean'])
    expect(meant.get('deceasedString')).toBeUndefined()
    expect(meant.get('birthDate[x]')).toBeUndefined()
  })

  it('are essential when mandatory or modifiers', () => {
    expect(sorted(rootElementsOf('Patient').essential)).toEqual(
      sorted(['active', 'deceasedBoolean', 'deceasedDateTime', 'implicitRules', 'link', 'modifierExtension']),
    )
    expect(sorted(rootElementsOf('Observation').essential)).toEqual(
      sorted(['code', 'implicitRules', 'modifierExtension', 'status']),
    )
  })

  it('are known of all types', () => {
    for (const type of resourceTypes) {
      const { meant, essential } = rootElementsOf(type)
      expect(meant.size, type).toBeGreaterThan(5)
      for (const name of meant.keys()) expect(name, type).toMatch(/^[a-z][A-Za-z]*(\[x\])?$/)
      for (const name of essential) expect(meant.get(name), type).toEqual([name])
    }
  })
})

describe('the spelling of an element', () => {
  it('is found whatever its case, and the right one first', () => {
    expect(spellings().get('birthdate')).toBe('birthDate')
    expect(spellings().get('birthDate')).toBe('birthDate')
    expect(spellings().get('bodySite')).toBe('bodySite')
    expect(spellings().get('BirthDate')).toBeUndefined()
  })
})
