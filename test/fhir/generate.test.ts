import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileAttachmentElements } from '../../worker/fhir/r4/compile-attachments.ts'
import { compilePatientCompartment } from '../../worker/fhir/r4/compile-compartment.ts'
import { compileRootElements, type DefinedRootElement } from '../../worker/fhir/r4/compile-root-elements.ts'
import {
  appendTypes,
  readDefinitions,
  readElements,
  readRootElements,
  renderAttachmentElements,
  renderPatientCompartment,
  renderResourceTypes,
  renderRootElements,
} from '../../worker/fhir/r4/generate.ts'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'

const generated = (name: string) =>
  readFileSync(new URL(`../../worker/fhir/r4/${name}.generated.ts`, import.meta.url), 'utf8')

describe('the generated files', () => {
  const definitions = readDefinitions()

  it('are what the generator makes of the official definitions', () => {
    expect(generated('resource-types')).toBe(renderResourceTypes(definitions, resourceTypes))
    expect(generated('patient-compartment')).toBe(renderPatientCompartment(definitions))
    expect(generated('attachment-elements')).toBe(renderAttachmentElements(readElements()))
    expect(generated('root-elements')).toBe(renderRootElements(readRootElements(), resourceTypes))
  })

  it('hold the 146 concrete types of R4 in alphabetical order', () => {
    expect(generated('resource-types')).toBe(renderResourceTypes(definitions, []))
    expect(resourceTypes).toHaveLength(146)
  })
})

describe('appendTypes', () => {
  it('puts new types behind the frozen ones', () => {
    expect(appendTypes(['Patient', 'Account'], ['Group', 'Account', 'Binary', 'Patient'])).toEqual([
      'Patient',
      'Account',
      'Binary',
      'Group',
    ])
  })

  it('refuses to drop a type, which would move others', () => {
    expect(() => appendTypes(['Account', 'Gone', 'Patient'], ['Account', 'Patient'])).toThrow(
      'Cannot drop resource type "Gone"',
    )
  })
})

describe('compileAttachmentElements', () => {
  const element = (path: string, ...codes: string[]) => ({ path, type: codes.map((code) => ({ code })) })
  const elements = [
    element('Attachment.url', 'url'),
    element('Link.url', 'url'),
    element('Thing.photo', 'Attachment'),
    element('Thing.value[x]', 'string', 'Attachment'),
  ]

  it('names elements as JSON does', () => {
    expect(compileAttachmentElements(elements)).toEqual(['photo', 'valueAttachment'])
    expect(compileAttachmentElements([...elements, element('Other.photo', 'string')])).toHaveLength(2)
  })

  it.each([
    [[element('Other.photo', 'Link')]],
    [[element('Other.photo', 'BackboneElement'), element('Other.photo.url', 'url')]],
  ])('refuses %j, which the name would not tell from an attachment', (more) => {
    expect(() => compileAttachmentElements([...elements, ...more])).toThrow(
      'Cannot compile element "Other.photo"',
    )
  })
})

describe('compileRootElements', () => {
  const element = (path: string, min = 0, isModifier = false, ...codes: string[]) => ({
    path,
    min,
    isModifier,
    type: codes.map((code) => ({ code })),
  })
  const define = (type: string, ...element: DefinedRootElement[]) => ({ type, snapshot: { element } })
  const resource = define('Resource', element('Resource'), element('Resource.id'))
  const domain = define('DomainResource', element('DomainResource.id'), element('DomainResource.text'))
  const compile = (...elements: DefinedRootElement[]) =>
    compileRootElements([define('Thing', ...elements)], resource, domain)
  const [id, text] = [element('Thing.id'), element('Thing.text')]

  it('marks what is mandatory or a modifier, and names the types of a choice', () => {
    const { own } = compile(
      element('Thing'),
      id,
      text,
      element('Thing.status', 1),
      element('Thing.part'),
      element('Thing.part.code', 1),
      element('Thing.isNot', 0, true),
      element('Thing.value[x]', 1, false, 'dateTime', 'Quantity'),
    )
    expect(own.get('Thing')).toBe('!status part !isNot !value:DateTime,Quantity')
  })

  it('says once what all have, and which types have less', () => {
    expect(compile(id, text)).toMatchObject({ resource: 'id', domainResource: 'text', bare: [] })
    expect(compile(id)).toMatchObject({ bare: ['Thing'], own: new Map([['Thing', '']]) })
  })

  it('refuses a type without what all have, and names that its text could not hold', () => {
    expect(() => compile(text)).toThrow('Cannot compile the root elements of "Thing": it has no id')
    expect(() => compile(id, text, element('Thing.a:b'))).toThrow('"Thing.a:b": its name')
  })
})

describe('compilePatientCompartment', () => {
  const element = (path: string, ...codes: string[]) => ({ path, type: codes.map((code) => ({ code })) })
  const structures = [
    {
      type: 'Thing',
      snapshot: {
        element: [
          element('Thing.subject', 'Reference'),
          element('Thing.agent', 'BackboneElement'),
          element('Thing.agent.who[x]', 'CodeableConcept', 'Reference'),
          element('Thing.note', 'string'),
        ],
      },
    },
  ]
  const compile = (...expressions: string[]) =>
    compilePatientCompartment({
      compartment: {
        resource: [
          { code: 'Thing', param: ['patient'] },
          { code: 'Other', param: [] },
        ],
      },
      searchParameters: expressions.map((expression) => ({ code: 'patient', base: ['Thing'], expression })),
      structures,
    })

  it.each([
    ['a path', 'Thing.subject', ['subject']],
    ['a restriction to patients', 'Thing.subject.where(resolve() is Patient)', ['subject']],
    ['a cast', '(Thing.agent.who as Reference)', ['agent.whoReference']],
    ['a cast without parentheses', 'Thing.agent.who as Reference', ['agent.whoReference']],
    ['a cast by function', 'Thing.agent.who.as(Reference)', ['agent.whoReference']],
    ['a filter by type', 'Thing.agent.who.ofType(Reference)', ['agent.whoReference']],
    [
      'a cast with a restriction',
      '(Thing.agent.who as Reference).where(resolve() is Patient)',
      ['agent.whoReference'],
    ],
    ['branches of other types', 'Other.a.b | Thing.subject | Thinger.subject', ['subject']],
    [
      'a union, each path once',
      'Thing.subject|Thing.agent.who | Thing.subject.where(resolve() is Patient)',
      ['agent.whoReference', 'subject'],
    ],
  ])('understands %s', (_, expression, paths) => {
    expect(compile(expression)).toEqual([['Thing', paths]])
  })

  it.each([
    ['a restriction to another type', 'Thing.subject.where(resolve() is Group)'],
    ['another filter', "Thing.agent.where(type='x').who"],
    ['another cast', '(Thing.agent.who as uri)'],
    ['an extension', "Thing.extension('http://example.org')"],
    ['an index', 'Thing.agent[0].who'],
    ['a union inside parentheses', '(Thing.subject | Thing.agent.who).where(resolve() is Patient)'],
    ['one branch of many that it cannot read', 'Thing.subject | %resource.subject'],
    ['a branch for every type', 'Thing.subject | DomainResource.subject'],
    ['no expression', ''],
    ['a path that is no element', 'Thing.nowhere'],
    ['an element that holds no reference', 'Thing.note'],
    ['no branch for the type', 'Other.subject'],
  ])('refuses %s', (_, expression) => {
    expect(() => compile(expression)).toThrow('Cannot compile')
  })

  it('refuses a parameter that is not defined, or twice', () => {
    expect(() => compile()).toThrow('"Thing?patient": it is not defined')
    expect(() => compile('Thing.subject', 'Thing.subject')).toThrow('it is defined more than once')
  })
})
