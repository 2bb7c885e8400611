import { describe, expect, test } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import {
  allGrants,
  coversScope,
  type Grants,
  grantScopes,
  reachOf,
  type SecurityLabel,
} from '../../worker/fhir/scope/grants.ts'
import { exportRights, freezeGrants } from '../../worker/fhir/scope/job-authorization.ts'
import { reachAsFar } from '../../worker/fhir/scope/reach-as-far.ts'
import { compileReach } from '../../worker/fhir/scope/reach-filter.ts'
import { allRights, parseScope, type Right, type Scope, showScope } from '../../worker/fhir/scope/scope.ts'
import fc from '../support/fast-check.ts'

const context = { serverBase: 'http://127.0.0.1:8080/fhir', nowMs: Date.parse('2026-01-01') }
const parse = (text: string): Scope => parseScope(text, context)
const parseAll = (text: string): readonly Scope[] =>
  text
    .split(' ')
    .filter((one) => one !== '')
    .map(parse)
const grant = (requested: string, allowed: string): string =>
  grantScopes(parseAll(requested), parseAll(allowed)).map(showScope).join(' ')

describe('A scope', () => {
  test.each([
    ['system/Patient.read', 'rs', 1],
    ['system/Patient.write', 'cud', 1],
    ['system/*.*', 'cruds', 1],
    ['system/*.rs', 'rs', 2],
    ['system/Patient.cruds', 'cruds', 2],
    ['system/Patient.r', 'r', 2],
    ['system/Patient.s', 's', 2],
    ['system/Patient.cud', 'cud', 2],
    ['system/Observation.rs?category=laboratory', 'rs', 2],
    ['system/*.rs?_tag=http://x.example|y', 'rs', 2],
  ])('%s is read, and told as it was written', (text, rights, version) => {
    expect(parse(text)).toMatchObject({ rights: [...rights], version })
    expect(showScope(parse(text))).toBe(text)
  })

  test.each([
    ['of another context', 'patient/Patient.rs'],
    ['of a user', 'user/Patient.rs'],
    ['with rights out of order', 'system/Patient.sr'],
    ['with a right twice', 'system/Patient.rrs'],
    ['with an unknown right', 'system/Patient.x'],
    ['without rights', 'system/Patient.'],
    ['without a dot', 'system/Patient'],
    ['of no type', 'system/.rs'],
    ['of an unknown type', 'system/Patients.rs'],
    ['of a type in another case', 'system/patient.rs'],
    ['of a member of every object', 'system/constructor.rs'],
    ['of an abstract type', 'system/Resource.rs'],
    ['with words of both versions', 'system/Patient.readrs'],
    ['with words in another case', 'system/Patient.READ'],
    ['of an extra part', 'system/Patient.rs/x'],
    ['with a blank', 'system/Patient.rs '],
    ['on two lines', 'system/Patient.rs\nsystem/*.rs'],
    ['of another kind', 'openid'],
    ['that is empty', ''],
    ['with an empty constraint', 'system/Patient.rs?'],
    ['with a constraint in the words of version 1', 'system/Patient.read?_id=a'],
    ['with a constraint that is no search', 'system/Patient.rs?&'],
    ['with a constraint without a value', 'system/Observation.rs?category='],
    ['with a constraint without a name', 'system/Observation.rs?=laboratory'],
    ['with an unknown parameter', 'system/Observation.rs?colour=red'],
    ['with a parameter of another type', 'system/Patient.rs?category=laboratory'],
    ['with the modifier :in', 'system/Observation.rs?code:in=http://x.example/ValueSet/y'],
    ['with the modifier :not-in', 'system/Observation.rs?code:not-in=http://x.example/ValueSet/y'],
    ['with an unknown modifier', 'system/Observation.rs?category:foo=laboratory'],
    ['with a chain', 'system/Observation.rs?subject.name=x'],
    ['with a typed chain', 'system/Observation.rs?subject:Patient.name=x'],
    ['with a reverse chain', 'system/Patient.rs?_has:Observation:patient:code=x'],
    ['with _filter', 'system/Observation.rs?_filter=category eq x'],
    ['with _query', 'system/Observation.rs?_query=x'],
    ['with _text', 'system/Observation.rs?_text=x'],
    ['with _content', 'system/Observation.rs?_content=x'],
    ['with _list', 'system/Observation.rs?_list=x'],
    ['with _sort', 'system/Observation.rs?_sort=date'],
    ['with _count', 'system/Observation.rs?_count=1'],
    ['with _include', 'system/Observation.rs?_include=Observation:subject'],
    ['with _elements', 'system/Observation.rs?_elements=id'],
    ['with _summary beside a search', 'system/Observation.rs?category=laboratory&_summary=true'],
    ['of every type, with a parameter of some', 'system/*.rs?category=laboratory'],
    ['of every type, with a modifier of some', 'system/*.rs?_tag:in=x'],
    ['with a bad escape', 'system/Observation.rs?category=a\\b'],
    ['with a blank in its constraint', 'system/Observation.rs?category=a b'],
    ['with NUL in its constraint', 'system/Patient.rs?name=a\0&gender=female'],
    ['with a control character in its constraint', 'system/Patient.rs?name=a\u0001'],
    ['with a quote in its constraint', 'system/Observation.rs?category="a"'],
    ['with a bad date', 'system/Observation.rs?date=yesterday'],
  ])('%s is refused', (_, text) => {
    const refusal = (() => {
      try {
        return parse(text)
      } catch (error) {
        return error
      }
    })()
    expect(refusal).toBeInstanceOf(SluiceError)
    expect(refusal).toMatchObject({ code: 'invalid-scope' })
  })

  test('is not echoed with what would break a log', () => {
    const text = `system/Patient.rs\r\n\u202e${'x'.repeat(1000)}`
    const refusal = (() => {
      try {
        return parse(text)
      } catch (error) {
        return error instanceof Error ? error.message : ''
      }
    })()
    expect(refusal).toMatch(/^[\x20-\x7e…]{1,200}$/)
  })
})

describe('What is granted', () => {
  test.each([
    ['as it was asked for, of what is allowed', 'system/Patient.rs', 'system/*.cruds', 'system/Patient.rs'],
    [
      'in the words of version 1, where all of it is',
      'system/Patient.read',
      'system/*.rs',
      'system/Patient.read',
    ],
    ['as less, in words of version 2', 'system/Patient.*', 'system/*.read', 'system/Patient.rs'],
    ['not in fewer words', 'system/Patient.rs', 'system/Patient.read', 'system/Patient.rs'],
    [
      'narrowed to a type',
      'system/*.rs',
      'system/Patient.rs system/Group.r',
      'system/Patient.rs system/Group.r',
    ],
    [
      'with the constraint of the registration',
      'system/*.read',
      'system/Observation.rs?category=laboratory',
      'system/Observation.rs?category=laboratory',
    ],
    [
      'with that of the request',
      'system/Observation.rs?category=laboratory',
      'system/*.rs',
      'system/Observation.rs?category=laboratory',
    ],
    [
      'with both',
      'system/Observation.rs?category=laboratory',
      'system/Observation.rs?status=final',
      'system/Observation.rs?category=laboratory&status=final',
    ],
    [
      'with one where it has the other',
      'system/Observation.rs?status=final&category=laboratory',
      'system/Observation.rs?category=laboratory',
      'system/Observation.rs?status=final&category=laboratory',
    ],
    ['once', 'system/Patient.rs system/Patient.read system/*.rs', 'system/Patient.rs', 'system/Patient.rs'],
    [
      'without what another one covers',
      'system/Observation.rs?status=final system/*.rs',
      'system/*.rs',
      'system/*.rs',
    ],
    ['not, of another type', 'system/Patient.rs', 'system/Group.cruds', ''],
    ['not, of other rights', 'system/Patient.rs', 'system/Patient.cud', ''],
  ])('is %s', (_, requested, allowed, granted) => {
    expect(grant(requested, allowed)).toBe(granted)
  })
})

type Resource = { resourceType: 'Patient' | 'Observation'; meta: object; status: string }
const scope = fc
  .record({
    type: fc.constantFrom('Patient', 'Observation', '*'),
    words: fc.oneof(
      fc.constantFrom('read', 'write', '*'),
      fc.subarray([...allRights], { minLength: 1 }).map((rights) => rights.join('')),
    ),
    parts: fc.subarray(['_tag=a', '_tag=b', '_tag=a,b', '_tag:not=a', '_security=x|N'], { maxLength: 2 }),
    status: fc.constantFrom('', '', 'status=final'),
  })
  .map(({ type, words, parts, status }) => {
    const isOfVersion1 = ['read', 'write', '*'].includes(words)
    const query = [...parts, ...(type === 'Observation' && status !== '' ? [status] : [])].join('&')
    return parse(`system/${type}.${words}${isOfVersion1 || query === '' ? '' : `?${query}`}`)
  })
const scopes = fc.array(scope, { maxLength: 4 })
const right = fc.constantFrom(...allRights)
const rights = fc.subarray([...allRights], { minLength: 1 })
const label: fc.Arbitrary<SecurityLabel> = fc.record({
  token: fc.constantFrom('x|N', 'x|R', 'y|N', 'x|N,R', 'x|'),
  rights,
})
const grants: fc.Arbitrary<Grants> = fc.record({
  scopes,
  labels: fc.option(fc.array(label, { maxLength: 3 }), { nil: undefined }),
})
const codes = (system: string | undefined, ...all: readonly string[]) =>
  fc.subarray([...all]).map((some) => some.map((code) => ({ ...(system && { system }), code })))
const resource: fc.Arbitrary<Resource> = fc
  .record({
    resourceType: fc.constantFrom('Patient' as const, 'Observation' as const),
    tag: codes(undefined, 'a', 'b'),
    x: codes('x', 'N', 'R', 'N,R'),
    y: codes('y', 'N'),
    status: fc.constantFrom('final', 'preliminary'),
  })
  .map(({ resourceType, tag, x, y, status }) => ({
    resourceType,
    meta: { tag, security: [...x, ...y] },
    status,
  }))

const reaches = (of: Grants, given: Resource, ...wanted: readonly Right[]): boolean =>
  compileReach(of, context)(given.resourceType, ...wanted)?.holds(JSON.stringify(given)) ?? false

describe('Over any scopes and resources', () => {
  const runs = { numRuns: 1500 }

  test('what is granted reaches nothing that was not both asked for and allowed, with whatever rights', () => {
    fc.assert(
      fc.property(scopes, scopes, resource, rights, (requested, allowed, given, wanted) => {
        const granted = grantScopes(requested, allowed)
        if (!reaches({ scopes: granted }, given, ...wanted)) return
        expect(reaches({ scopes: requested }, given, ...wanted)).toBe(true)
        expect(reaches({ scopes: allowed }, given, ...wanted)).toBe(true)
      }),
      runs,
    )
  })

  test('with one right it reaches all that was both asked for and allowed', () => {
    fc.assert(
      fc.property(scopes, scopes, resource, right, (requested, allowed, given, wanted) => {
        const both =
          reaches({ scopes: requested }, given, wanted) && reaches({ scopes: allowed }, given, wanted)
        expect(reaches({ scopes: grantScopes(requested, allowed) }, given, wanted)).toBe(both)
      }),
      runs,
    )
  })

  test('every granted scope is covered by an allowed one, and can be told and read again', () => {
    fc.assert(
      fc.property(scopes, scopes, (requested, allowed) => {
        for (const granted of grantScopes(requested, allowed)) {
          expect(coversScope(allowed, granted)).toBe(true)
          expect(coversScope(requested, granted)).toBe(true)
          expect(parse(showScope(granted))).toEqual(granted)
        }
      }),
      runs,
    )
  })

  test('what is asked for again is granted as it was', () => {
    fc.assert(
      fc.property(scopes, scopes, (requested, allowed) => {
        const once = grantScopes(requested, allowed)
        expect(grantScopes(once, allowed)).toEqual(once)
        expect(grantScopes(requested, [])).toEqual([])
        expect(grantScopes([], allowed)).toEqual([])
      }),
      runs,
    )
  })

  test('more rights at once reach less, and labels never more', () => {
    fc.assert(
      fc.property(grants, resource, rights, (of, given, wanted) => {
        if (!reaches(of, given, ...wanted)) return
        for (const one of wanted) expect(reaches(of, given, one)).toBe(true)
        expect(reaches({ scopes: of.scopes }, given, ...wanted)).toBe(true)
        expect(of.scopes.some((each) => wanted.every((one) => each.rights.includes(one)))).toBe(true)
      }),
      runs,
    )
  })

  test('with labels a resource is reached only when it carries the code of one of them', () => {
    fc.assert(
      fc.property(fc.array(label, { maxLength: 3 }), resource, rights, (labels, given, wanted) => {
        const tokens = labels
          .filter((each) => wanted.every((one) => each.rights.includes(one)))
          .map(({ token }) => token)
        const carried = JSON.stringify(given.meta)
        const carries = tokens.some((token) => {
          const [system, code] = token.split('|')
          return carried.includes(JSON.stringify({ system, code }))
        })
        expect(reaches({ ...allGrants, labels }, given, ...wanted)).toBe(carries)
      }),
      runs,
    )
  })

  test('grants that reach as far as others reach all that those do', () => {
    fc.assert(
      fc.property(grants, grants, resource, rights, (of, others, given, wanted) => {
        if (!reachAsFar(of, others, given.resourceType, ...wanted)) return
        if (reaches(others, given, ...wanted)) expect(reaches(of, given, ...wanted)).toBe(true)
      }),
      runs,
    )
  })

  test('all grants reach as far as any, and any as far as themselves', () => {
    fc.assert(
      fc.property(grants, fc.constantFrom(...resourceTypes), rights, (of, type, wanted) => {
        expect(reachAsFar(allGrants, of, type, ...wanted)).toBe(true)
        expect(reachAsFar(of, of, type, ...wanted)).toBe(true)
        expect(reachAsFar({ scopes: [] }, allGrants, type, ...wanted)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('frozen in a job they reach what they reached for an export, and give no other right', () => {
    fc.assert(
      fc.property(grants, resource, (of, given) => {
        const frozen = freezeGrants(of, ['Patient', 'Observation'])
        const again: typeof frozen = frozen && JSON.parse(JSON.stringify(frozen))
        expect(reaches(again ?? allGrants, given, ...exportRights)).toBe(reaches(of, given, ...exportRights))
        for (const other of ['c', 'u', 'd'] as const)
          if (again !== undefined) expect(reaches(again, given, other)).toBe(false)
      }),
      runs,
    )
  })
})

describe('A security label', () => {
  test('is looked for as it is, whatever it is made of', () => {
    const hostile = ['a,b', 'a|b', 'a$b', 'a\\', 'a&_tag=b', 'a%2Cb', 'a+b', 'a b', 'a#b', ',', '|', '*', 'ä']
    for (const code of hostile) {
      const of: Grants = { ...allGrants, labels: [{ token: `http://x.example|${code}`, rights: allRights }] }
      const carrying = (system: string, other: string) =>
        JSON.stringify({ resourceType: 'Patient', meta: { security: [{ system, code: other }] } })
      const isReached = (line: string) => compileReach(of, context)('Patient', 'r')?.holds(line)
      expect(isReached(carrying('http://x.example', code))).toBe(true)
      for (const other of ['a', 'b', '', 'c'])
        expect(isReached(carrying('http://x.example', other))).toBe(false)
      expect(isReached(carrying('http://y.example', code))).toBe(false)
      expect(isReached(carrying('http://y.example', 'b'))).toBe(false)
    }
  })

  test.each(['http://x.example|', 'http://x.example', '|', ''])('without a code, as %j, is none', (token) => {
    expect(reachOf({ ...allGrants, labels: [{ token, rights: allRights }] }, 'Patient', 'r')).toEqual({
      kind: 'nothing',
    })
  })

  test('is none for what cannot be read', () => {
    const of: Grants = { ...allGrants, labels: [{ token: 'x|N', rights: allRights }] }
    const isReached = (line: string) => compileReach(of, context)('Patient', 'r')?.holds(line)
    for (const line of ['', '{', '[]', 'null', '"x"', '{"meta":']) expect(isReached(line)).toBe(false)
  })
})
