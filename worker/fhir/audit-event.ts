import { type AuditKind, kindOf } from './audit-kind.ts'
import { formatInstant } from './instant.ts'

/** A row of the audit, as far as FHIR has words for it. */
export type RecordedEvent = {
  readonly eventId: number
  /** Milliseconds since the epoch. */
  readonly recordedAt: number
  readonly action: string
  readonly outcome: 'success' | 'failure' | 'refused'
  readonly actor: {
    readonly kind: 'open' | 'client' | 'administrator' | 'system' | 'stranger'
    readonly id?: string | undefined
    readonly name?: string | undefined
    readonly source?: string | undefined
  }
  readonly jobId?: string | undefined
  readonly target?: string | undefined
  readonly detail: Readonly<Record<string, unknown>>
}

/** A row as an AuditEvent (FHIR R4). `site` is the URL of the service that has recorded it. */
export const auditEventOf = (event: RecordedEvent, site: string): object => {
  const kind = kindOf(event.action)
  return {
    resourceType: 'AuditEvent',
    id: `audit-${event.eventId}`,
    type: kind.type,
    subtype: [kind.subtype],
    action: kind.action,
    recorded: formatInstant(event.recordedAt),
    ...outcomes[event.outcome],
    agent: [agentOf(event)],
    source: {
      site,
      observer: { display: 'Sluice', identifier: { system: 'urn:ietf:rfc:3986', value: site } },
      type: [{ system: `${terminology}/security-source-type`, code: '4', display: 'Application Server' }],
    },
    entity: entitiesOf(event, kind),
  }
}

const terminology = 'http://terminology.hl7.org/CodeSystem'
const dicom = 'http://dicom.nema.org/resources/ontology/DCM'

/** Codes of http://hl7.org/fhir/audit-event-outcome. A refusal did what it should, and nobody got anything. */
const outcomes = {
  success: { outcome: '0' },
  refused: { outcome: '4', outcomeDesc: 'The request was refused' },
  failure: { outcome: '8', outcomeDesc: 'It was tried, and failed' },
} as const

const agentOf = ({ actor: { kind, id, name, source } }: RecordedEvent): object => ({
  type: { coding: [kind === 'administrator' ? human : application] },
  who: { ...(id === undefined ? {} : { identifier: { value: id } }), display: name ?? id ?? unnamed[kind] },
  ...(id === undefined ? {} : { altId: id }),
  name: name ?? unnamed[kind],
  requestor: kind !== 'system',
  ...(source === undefined ? {} : { network: { address: source, type: ipAddress.test(source) ? '2' : '1' } }),
})

const human = { system: `${terminology}/extra-security-role-type`, code: 'humanuser', display: 'human user' }
const application = { system: dicom, code: '110150', display: 'Application' }
const ipAddress = /^(?:[\d.]+|[\da-f.]*:[\da-f:.]*)$/i

const unnamed: Readonly<Record<RecordedEvent['actor']['kind'], string>> = {
  open: 'Anybody on the machine of the service',
  client: 'A client',
  administrator: 'An administrator',
  system: 'Sluice',
  stranger: 'A stranger',
}

/** What it was done to; and what there is besides, by name, at the first. An AuditEvent always has one, which says the action. */
const entitiesOf = ({ action, jobId, target, detail }: RecordedEvent, kind: AuditKind): readonly object[] => {
  const things = [
    ...(jobId === undefined ? [] : [entityOf(jobId, 'An export job', job)]),
    ...(target === undefined ? [] : [targetOf(target, kind)]),
  ]
  const [first = {}, ...others] = things
  const details = [
    { type: 'action', valueString: action },
    ...Object.entries(detail).map(([type, value]) => ({ type, valueString: textOf(value) })),
  ].filter(({ valueString }) => valueString !== '')
  return [{ ...first, detail: details }, ...others]
}

type Role = { readonly code: string; readonly display: string }
const job: Role = { code: '20', display: 'Job' }
const group: Role = { code: '4', display: 'Domain Resource' }

const entityOf = (value: string, name: string, role: Role, what: object = { identifier: { value } }) => ({
  what: { ...what, display: value },
  type: { system: `${terminology}/audit-entity-type`, code: '2', display: 'System Object' },
  role: { system: `${terminology}/object-role`, ...role },
  name,
})

const targetOf = (target: string, { targetRole, targetName }: AuditKind): object => {
  if (!target.startsWith('Group/')) return entityOf(target, targetName, targetRole)
  return {
    ...entityOf(target, 'A Group of patients', group, { reference: target }),
    type: { system: 'http://hl7.org/fhir/resource-types', code: 'Group', display: 'Group' },
  }
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''))
