import { describe, expect, it } from 'vitest'
import { editMembers, isSubset, maxGrowingBytes } from '../../worker/fhir/edit-members.ts'
import { itemsOf, setMember } from '../../worker/fhir/json-text.ts'
import fc from '../support/fast-check.ts'

const base = 'http://localhost/fhir'
const entry = (id: string): string => `{"entity":{"reference":"Patient/${id}"}}`
const edit = (text: string, removed: readonly string[], added: readonly string[]): string =>
  editMembers(text, JSON.parse(text), { removed: new Set(removed), entries: added.map(entry) }, base)

describe('Editing the list of a Group', () => {
  it('cuts entries out and puts entries behind, and leaves every other token', () => {
    const text = `{"a":1.00,"member":[${entry('x')},{"n":1e2,"entity":{"reference":"${base}/Patient/y"}},{"z":[1,{}]}],"b":"]"}`
    expect(edit(text, ['x'], ['n'])).toBe(
      `{"a":1.00,"member":[{"n":1e2,"entity":{"reference":"${base}/Patient/y"}},{"z":[1,{}]},${entry('n')}],"b":"]"}`,
    )
    expect(edit(text, ['x', 'y'], [])).toBe('{"a":1.00,"member":[{"z":[1,{}]}],"b":"]"}')
    expect(edit('{"a":1.00}', [], ['n'])).toBe(`{"a":1.00,"member":[${entry('n')}]}`)
    expect(edit(`{"member":[${entry('x')}],"a":1.00}`, ['x'], [])).toBe('{"a":1.00}')
  })

  it('lists everyone up to its bound, and beyond it counts and says so', () => {
    const text = (pad: number) => `{"id":"g","text":"${'x'.repeat(pad)}"}`
    const room = maxGrowingBytes - edit(text(0), [], ['n']).length
    expect(isSubset(JSON.parse(edit(text(room), [], ['n'])))).toBe(false)

    const beyond = edit(text(room + 1), [], ['n', 'o'])
    expect(JSON.parse(beyond)).toMatchObject({ quantity: 2, meta: { tag: [{ code: 'SUBSETTED' }] } })
    expect(JSON.parse(beyond).member).toBeUndefined()
    expect(JSON.parse(edit(beyond, ['n'], []))).toMatchObject({ quantity: 1 })
    expect(JSON.parse(edit(beyond, ['n', 'o'], []))).toEqual({
      ...JSON.parse(text(room + 1)),
      meta: {},
      quantity: 0,
    })
  })
})

describe('The text of JSON', () => {
  it('is cut into the items of an array, of which none is changed', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (values) => {
        const items = itemsOf(JSON.stringify(values), 0)
        expect(items).toEqual(values.map((value) => JSON.stringify(value)))
      }),
    )
  })

  it('gets a member, another value of one, or loses one, as an object would', () => {
    const names = fc.constantFrom('a', 'b', 'c"', 'd')
    fc.assert(
      fc.property(
        fc.dictionary(names, fc.jsonValue()),
        names,
        fc.option(fc.jsonValue()),
        (object, name, value) => {
          const text = JSON.stringify(object)
          const set = setMember(text, name, value === null ? undefined : JSON.stringify(value))
          const { [name]: _, ...others } = object
          const wanted = value === null ? others : { ...others, [name]: value }
          expect(JSON.parse(set)).toEqual(JSON.parse(JSON.stringify(wanted)))
        },
      ),
    )
  })
})
