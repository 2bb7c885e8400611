import { describe, expect, it } from 'vitest'
import { compileSearch, type DefinedParameter } from '../../worker/fhir/r4/compile-search.ts'
import { valueSetSystems } from '../../worker/fhir/r4/value-set-systems.ts'

const element = (path: string, ...codes: string[]) => ({
  path,
  type: codes.map((code) => ({ code })),
  contentReference: '',
  valueSet: '',
})
const elements = [
  element('Thing.name', 'string'),
  element('Thing.state', 'code'),
  element('Thing.subject', 'Reference'),
  element('Thing.value[x]', 'Quantity', 'string', 'dateTime'),
  element('Thing.part', 'BackboneElement'),
  element('Thing.part.code', 'CodeableConcept'),
  element('Thing.part.type', 'code'),
  { ...element('Thing.part.part'), contentReference: '#Thing.part' },
  element('Thing.extension', 'Extension'),
  element('Extension.value[x]', 'string', 'Quantity'),
]
const parameter = (type: string, expression: string): DefinedParameter => ({
  url: 'http://example.org/p',
  code: 'p',
  type,
  base: ['Thing'],
  expression,
  target: [],
  component: [],
})
const compile = (...parameters: readonly DefinedParameter[]) =>
  compileSearch(parameters, elements, ['Thing'])[0]?.[1]
const pathsOf = (type: string, expression: string) => compile(parameter(type, expression))?.[0]?.paths

describe('compileSearch', () => {
  it.each([
    ['a path', 'string', 'Thing.name', ['name:string']],
    ['branches of other types', 'string', 'Other.name | Thing.name|Thinger.name', ['name:string']],
    ['a choice', 'quantity', 'Thing.value', ['valueQuantity:Quantity']],
    ['a cast', 'date', '(Thing.value as dateTime)', ['valueDateTime:dateTime']],
    ['a cast by function', 'string', 'Thing.value.as(string)', ['valueString:string']],
    ['a cast that is misspelt', 'date', 'Thing.value.as(DateTime)', ['valueDateTime:dateTime']],
    ['a condition', 'token', "Thing.part.where(type='x').code", ['part[type=x].code:CodeableConcept']],
    [
      'a type of target',
      'reference',
      'Thing.subject.where(resolve() is Other)',
      ['subject[->Other]:Reference'],
    ],
    ['an index', 'token', 'Thing.part[0].code', ['part[0].code:CodeableConcept']],
    ['content that repeats', 'token', 'Thing.part.part.code', ['part.part.code:CodeableConcept']],
    [
      'an extension',
      'string',
      "Thing.extension('http://x.org/y')",
      ['extension[url=http://x.org/y].valueString:string'],
    ],
    [
      'a question',
      'token',
      'Thing.value.exists() and Thing.value != false',
      ['valueQuantity,valueString,valueDateTime!:boolean'],
    ],
  ])('understands %s', (_, type, expression, paths) => {
    expect(pathsOf(type, expression)).toEqual(paths)
  })

  it.each([
    ['a function that it does not know', 'string', 'Thing.name.first()'],
    ['a condition that it does not know', 'token', "Thing.part.where(type!='x').code"],
    ['a path that is no element', 'string', 'Thing.nowhere'],
    ['a parameter without a branch for its type', 'string', 'Other.name'],
    ['what cannot be searched as its kind', 'date', 'Thing.name'],
    ['another form', 'string', 'Thing.name + Thing.name'],
  ])('refuses %s', (_, type, expression) => {
    expect(() => pathsOf(type, expression)).toThrow('Cannot compile search parameter')
  })

  it('refuses a parameter that is defined twice, and leaves out those that are special or examples', () => {
    const name = parameter('string', 'Thing.name')
    expect(() => compile(name, { ...name, url: 'http://example.org/q' })).toThrow(
      'it is defined more than once',
    )
    const example = { ...name, url: 'http://hl7.org/fhir/SearchParameter/example-extension' }
    expect(compile({ ...name, type: 'special' }, example, { ...name, expression: '' })).toEqual([])
  })

  it('puts a composite together, and refuses one with a component that finds nothing', () => {
    const state = { ...parameter('token', 'Thing.state'), url: 'http://example.org/state', code: 'state' }
    const whole = (expression: string): DefinedParameter => ({
      ...parameter('composite', 'Thing'),
      component: [{ definition: state.url, expression }],
    })
    expect(compile(state, whole('state'))?.[0]).toEqual({
      code: 'p',
      type: 'composite',
      paths: [''],
      components: [{ type: 'token', paths: ['state:code'] }],
    })
    expect(() => compile(state, whole('subject'))).toThrow('subject is nothing to search as token')
    expect(() => compile(whole('state'))).toThrow('it has no http://example.org/state')
  })
})

describe('valueSetSystems', () => {
  const part = (system: string | undefined, codes: readonly string[] = [], valueSet: string[] = []) => ({
    system,
    valueSet,
    concept: codes.map((code) => ({ code })),
  })
  const systemsOf = valueSetSystems(
    [
      { url: 'one', compose: { include: [part('a', ['x', 'y'])] } },
      { url: 'two', compose: { include: [part('a', ['x']), part('b'), part('c')] } },
      { url: 'nested', compose: { include: [part(undefined, [], ['one|4.0'])] } },
      { url: 'odd', compose: { include: [part('a', ['x y']), part('b')] } },
    ],
    [
      { url: 'b', content: 'complete', concept: [{ code: 'p', concept: [{ code: 'q' }] }] },
      { url: 'c', content: 'fragment', concept: [{ code: 'z' }] },
    ],
  )

  it('names the system of a value set, and the codes of each where there are several', () => {
    expect(systemsOf('one')).toEqual(['a'])
    expect(systemsOf('one|4.0.1')).toEqual(['a'])
    expect(systemsOf('nested')).toEqual(['a'])
    expect(systemsOf('two')).toEqual(['a#x', 'b#p,q', 'c'])
    expect(systemsOf('unknown')).toEqual([])
  })

  it('refuses codes that the lists of the generated file cannot hold', () => {
    expect(() => systemsOf('odd')).toThrow('Cannot compile code "x y"')
  })
})
