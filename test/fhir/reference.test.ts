import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../worker/fhir/json.ts'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import { isResourceId, parseReference, readReferences } from '../../worker/fhir/reference.ts'
import fc from '../support/fast-check.ts'

const base = 'http://127.0.0.1:8080/fhir'

describe('parseReference', () => {
  it.each([
    ['relative', 'Patient/1'],
    ['relative with a version', 'Patient/1/_history/3'],
    ['relative with a fragment', 'Patient/1#x'],
    ['relative with an empty fragment', 'Patient/1#'],
    ['relative with a fragment that holds slashes', 'Patient/1#a/b'],
    ['relative with a version and a fragment', 'Patient/1/_history/3#x'],
    ['absolute', `${base}/Patient/1`],
    ['absolute with a version', `${base}/Patient/1/_history/3`],
    ['absolute with a fragment', `${base}/Patient/1#x`],
  ])('reads a reference that is %s', (_, text) => {
    expect(parseReference(text, base)).toEqual({ type: 'Patient', id: '1' })
  })

  it.each([
    ['is empty', ''],
    ['is contained', '#p1'],
    ['is the container itself', '#'],
    ['is a URN', 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'],
    ['is an OID', 'urn:oid:1.2.3'],
    ['is on another server', 'http://example.org/fhir/Patient/1'],
    ['is on a server whose base starts with ours', `${base}2/Patient/1`],
    ['goes on behind our base without a slash', `${base}xPatient/1`],
    ['is on our server below another base', 'http://127.0.0.1:8080/Patient/1'],
    ['differs from our base in letter case', `${base.toUpperCase()}/Patient/1`],
    ['is our base alone', base],
    ['is our base with a slash', `${base}/`],
    ['names a type alone', 'Patient'],
    ['names a type alone below our base', `${base}/Patient`],
    ['has no id', 'Patient/'],
    ['has no type', '/1'],
    ['starts with a slash', '/Patient/1'],
    ['doubles a slash', `${base}//Patient/1`],
    ['ends with a slash', 'Patient/1/'],
    ['ends before its version', 'Patient/1/_history'],
    ['has an empty version', 'Patient/1/_history/'],
    ['goes on behind its version', 'Patient/1/_history/3/4'],
    ['has an operation', 'Patient/1/$everything'],
    ['is a search', 'Patient?identifier=http://example.org/mrn|1'],
    ['has a query', 'Patient/1?_format=json'],
    ['names an unknown type', 'Patent/1'],
    ['has its type in other letter case', 'patient/1'],
    ['names an abstract type', 'DomainResource/1'],
    ['has a malformed id', 'Patient/a_b'],
    ['has an id that is too long', `Patient/${'a'.repeat(65)}`],
    ['has space around it', ' Patient/1'],
    ['ends with a line feed', 'Patient/1\n'],
    ['hides behind a fragment', '#Patient/1'],
  ])('leaves out a reference that %s', (_, text) => {
    expect(parseReference(text, base)).toBeUndefined()
  })

  it('reads every type and id in every form', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9\-.]{1,64}$/)
    const around = fc.tuple(
      fc.constantFrom('', `${base}/`),
      fc.constantFrom('', '/_history/1'),
      fc.constantFrom('', '#x'),
    )
    fc.assert(
      fc.property(fc.constantFrom(...resourceTypes), id, around, (type, id, [before, version, fragment]) => {
        expect(parseReference(`${before}${type}/${id}${version}${fragment}`, base)).toEqual({ type, id })
      }),
    )
  })

  it('takes linear time for text that is hostile', () => {
    const started = performance.now()
    for (const piece of ['/', '#', 'Patient/', 'Patient/1/_history/', `${base}/`, 'a']) {
      parseReference(piece.repeat(1_000_000), base)
      parseReference(`Patient/${piece.repeat(1_000_000)}`, base)
    }
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('isResourceId', () => {
  it('takes 1 to 64 letters, digits, hyphens and dots', () => {
    expect(['1', 'A-b.9', '..', 'a'.repeat(64)].every(isResourceId)).toBe(true)
    expect(['', 'a'.repeat(65), 'a_b', 'a b', 'a/b', 'ä', '1\n'].some(isResourceId)).toBe(false)
  })
})

describe('readReferences', () => {
  const read = (resource: JsonObject) => readReferences(resource, base)

  it('finds references in elements, repetitions, choices, extensions and contained resources', () => {
    const found = read({
      resourceType: 'Encounter',
      id: 'e',
      subject: {
        reference: 'Patient/1',
        extension: [{ url: 'x', valueReference: { reference: 'Device/2' } }],
      },
      participant: [
        { individual: { reference: 'Practitioner/3' } },
        { individual: { reference: `${base}/Practitioner/4/_history/1` } },
      ],
      contained: [{ resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/5' } }],
    })
    expect(found).toEqual([
      { path: 'subject', type: 'Patient', id: '1' },
      { path: 'subject.extension.valueReference', type: 'Device', id: '2' },
      { path: 'participant.individual', type: 'Practitioner', id: '3' },
      { path: 'participant.individual', type: 'Practitioner', id: '4' },
      { path: 'contained.medicationReference', type: 'Medication', id: '5' },
    ])
  })

  it('gives the same target once for each path', () => {
    const found = read({
      resourceType: 'Observation',
      performer: [
        { reference: 'Patient/1' },
        { reference: `${base}/Patient/1` },
        { reference: 'Patient/1#x' },
      ],
      subject: { reference: 'Patient/1' },
    })
    expect(found).toEqual([
      { path: 'performer', type: 'Patient', id: '1' },
      { path: 'subject', type: 'Patient', id: '1' },
    ])
  })

  it('leaves out what points elsewhere or is no text', () => {
    const references = ['#a', 'urn:uuid:1', 'http://other/Patient/1', 1, null, true, {}, ['Patient/1']]
    expect(
      read({ resourceType: 'List', entry: references.map((reference) => ({ item: { reference } })) }),
    ).toEqual([])
  })

  it('finds an element called reference that is a Reference', () => {
    const found = read({ resourceType: 'CarePlan', activity: [{ reference: { reference: 'Task/1' } }] })
    expect(found).toEqual([{ path: 'activity.reference', type: 'Task', id: '1' }])
  })

  it('takes no uri and no canonical for a reference', () => {
    const uri = 'Patient/1'
    const detected = { resourceType: 'DetectedIssue', reference: uri }
    const expression = { language: 'text/cql', reference: uri }
    expect(read(detected)).toEqual([])
    expect(
      read({ resourceType: 'Basic', contained: [detected], extension: [{ valueExpression: expression }] }),
    ).toEqual([])
    expect(read({ resourceType: 'Immunization', education: [{ reference: uri }] })).toEqual([])
    expect(read({ resourceType: 'CarePlan', instantiatesUri: [uri], instantiatesCanonical: [uri] })).toEqual(
      [],
    )
  })

  it('refuses nesting that is deeper than 200 levels, of objects and of arrays', () => {
    const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
    const arrays = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    for (const nest of [objects, arrays]) {
      expect(read(JSON.parse(nest(200)))).toEqual([])
      for (const levels of [201, 100_000]) {
        expect(() => read(JSON.parse(nest(levels)))).toThrow(expect.objectContaining({ code: 'invalid' }))
      }
    }
  })

  it('reads a member called __proto__ like any other', () => {
    const found = read(JSON.parse('{"resourceType":"Basic","__proto__":{"reference":"Patient/1"}}'))
    expect(found).toEqual([{ path: '__proto__', type: 'Patient', id: '1' }])
  })
})
