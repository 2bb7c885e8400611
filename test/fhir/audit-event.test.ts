import { describe, expect, test } from 'vitest'
import { auditEventOf, type RecordedEvent } from '../../worker/fhir/audit-event.ts'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { auditActions } from '../../worker/platform/audit-action.ts'
import { problemsOf } from '../sample/structure-check.ts'
import { objectsOf, readPackageFile, textOf } from './r4-package.ts'

const site = 'https://sluice.example'
const event: RecordedEvent = {
  eventId: 41,
  recordedAt: Date.parse('2026-11-20T10:26:46.123Z'),
  action: 'export.kick-off',
  outcome: 'success',
  actor: { kind: 'client', id: 'research', name: 'Research', source: '203.0.113.7' },
  jobId: '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
  target: 'Group/diabetes',
  detail: { level: 'group', types: ['Patient', 'Observation'], filters: 2, since: undefined },
}
const asJson = (given: RecordedEvent): JsonObject => {
  const json: Json = JSON.parse(JSON.stringify(auditEventOf(given, site)))
  if (!isJsonObject(json)) throw new Error('no object')
  return json
}

describe('A row of the audit as an AuditEvent', () => {
  const actors: readonly RecordedEvent['actor'][] = [
    { kind: 'open', source: '127.0.0.1' },
    event.actor,
    { kind: 'administrator', id: 'a', name: 'Ada', source: '2001:db8::1' },
    { kind: 'system' },
    { kind: 'stranger', source: 'laptop.example' },
  ]
  const targets = [undefined, 'Group/g', 'Patient-1.ndjson', 'research']

  test.each([...auditActions, 'some.day'])(
    'has the structure of R4, whoever did %s and to what',
    (action) => {
      for (const actor of actors)
        for (const target of targets)
          for (const outcome of ['success', 'failure', 'refused'] as const)
            for (const jobId of [undefined, event.jobId])
              expect(problemsOf(asJson({ ...event, action, actor, target, outcome, jobId }))).toEqual([])
    },
  )

  test.each(['AuditEvent-example-rest.json', 'AuditEvent-example-login.json'])(
    'is checked by what HL7 says of its own %s, and would not pass without what is required',
    (name) => {
      const { text: _, ...example } = readPackageFile(name)
      expect(problemsOf(example)).toEqual([])
      const { recorded: _recorded, ...without } = example
      expect(problemsOf(without)).toHaveLength(1)
    },
  )

  test('has codes that there are in the code systems they are from, with their own displays', () => {
    const displays = new Map<string, string>()
    const gather = (system: string, concepts: readonly JsonObject[]): void => {
      for (const concept of concepts) {
        displays.set(`${system} ${textOf(concept.code)}`, textOf(concept.display))
        gather(system, objectsOf(concept.concept))
      }
    }
    for (const name of [
      'dicom-dcim',
      'restful-interaction',
      'audit-event-type',
      'audit-entity-type',
      'object-role',
    ])
      gatherFile(gather, name)
    const unknown: string[] = []
    for (const action of auditActions) {
      const { type, subtype, entity } = asJson({ ...event, action, target: 'x' })
      const codings = [
        type,
        ...objectsOf(subtype),
        ...objectsOf(entity).flatMap(({ type, role }) => [type, role]),
      ]
      for (const coding of codings) {
        if (!isJsonObject(coding ?? null)) continue
        const { system, code, display } = coding as JsonObject
        if (displays.get(`${textOf(system)} ${textOf(code)}`) !== textOf(display))
          unknown.push(JSON.stringify(coding))
      }
    }
    expect(unknown).toEqual([])
  })

  test('says who, from where, what, to whom, and how it ended', () => {
    expect(asJson(event)).toMatchObject({
      id: 'audit-41',
      type: { code: '110106' },
      subtype: [{ code: 'operation' }],
      action: 'E',
      recorded: '2026-11-20T10:26:46.123Z',
      outcome: '0',
      agent: [
        {
          who: { identifier: { value: 'research' }, display: 'Research' },
          altId: 'research',
          name: 'Research',
          requestor: true,
          network: { address: '203.0.113.7', type: '2' },
        },
      ],
      source: { site, observer: { display: 'Sluice' } },
      entity: [
        {
          what: { identifier: { value: event.jobId } },
          role: { code: '20' },
          detail: [
            { type: 'action', valueString: 'export.kick-off' },
            { type: 'level', valueString: 'group' },
            { type: 'types', valueString: 'Patient, Observation' },
            { type: 'filters', valueString: '2' },
          ],
        },
        { what: { reference: 'Group/diabetes' }, type: { code: 'Group' } },
      ],
    })
    expect(asJson({ ...event, outcome: 'refused' })).toMatchObject({ outcome: '4' })
    expect(asJson({ ...event, outcome: 'failure' })).toMatchObject({ outcome: '8' })
    expect(asJson({ ...event, actor: { kind: 'stranger', source: '2001:db8::1' } })).toMatchObject({
      agent: [{ network: { type: '2' } }],
    })
  })
})

const gatherFile = (
  gather: (system: string, concepts: readonly JsonObject[]) => void,
  name: string,
): void => {
  const { url, concept } = readPackageFile(`CodeSystem-${name}.json`)
  gather(textOf(url), objectsOf(concept))
}
