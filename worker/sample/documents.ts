import { encodeBase64 } from '../fhir/base64.ts'
import { organizationId, practitionerId } from './clinic.ts'
import { concept, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import { pdfPage } from './pdf-page.ts'
import { ageAt, type Person, type Visit } from './person.ts'
import { dateOf, instantOf } from './time.ts'

/** The note on a visit, inline; after some, a letter to the patient too, whose content is a Binary. */
export const documentResources = (person: Person, visit: Visit): readonly Resource[] => {
  const note = documentReference(person, visit, `${visit.id}-note`, {
    type: concept(['loinc', '34109-9', 'Note']),
    content: [{ attachment: inlineNote(person, visit) }],
  })
  if (!person.draw.chance(0.35)) return [note]
  const letterId = `${visit.id}-letter`
  const letter = pdfBinary(person, `${letterId}-page`, [
    'Summary of your visit',
    `on ${dateOf(visit.startMs)}`,
    'Please bring this page with you next time.',
  ])
  const type = concept(['loinc', '68608-9', 'Summary note'])
  const content = [{ attachment: binaryAttachment(letter, 'Letter to the patient', visit.endMs) }]
  return [note, letter.resource, documentReference(person, visit, letterId, { type, content })]
}

const documentReference = (person: Person, visit: Visit, id: string, document: FhirObject): Resource => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  docStatus: 'final',
  subject: reference('Patient', person.id),
  date: instantOf(visit.endMs),
  author: [reference('Practitioner', practitionerId(person.clinic, visit.practitioner))],
  custodian: reference('Organization', organizationId(person.clinic)),
  ...document,
  context: { encounter: [reference('Encounter', visit.id)] },
})

const inlineNote = (person: Person, visit: Visit): FhirObject => {
  const bytes = new TextEncoder().encode(noteText(person, visit))
  return {
    contentType: 'text/plain; charset=utf-8',
    language: 'en-US',
    data: encodeBase64(bytes),
    size: bytes.length,
    title: `Visit ${visit.number}`,
    creation: instantOf(visit.endMs),
  }
}

const noteText = (person: Person, visit: Visit): string => {
  const { family, given, illnesses, draw } = person
  const known = illnesses.filter(({ onsetMs }) => onsetMs <= visit.startMs)
  return [
    `${family}, ${given.join(' ')}, ${Math.floor(ageAt(person, visit.startMs))} years, seen on ${dateOf(visit.startMs)}.`,
    `Reason: ${visit.disease ? visit.disease.codes[0][2] : 'check-up'}.`,
    `Known: ${known.map(({ disease }) => disease.codes[0][2]).join(', ') || 'nothing'}.`,
    draw.oneOf(assessments),
    draw.oneOf(plans),
    '',
  ].join('\n')
}

const assessments = [
  'Feels well. Sleep and appetite are good. Examination without findings.',
  'Tired in the evenings. Lungs clear, heart sounds normal, abdomen soft.',
  'Symptoms have grown less since last week. No fever at the time of examination.',
] as const
const plans = [
  'Plan: go on as before, come back when something changes.',
  'Plan: more exercise — 30 minutes a day —, control in six months.',
  'Plan: medicine as prescribed, drink enough, rest for three days.',
] as const

export type BinaryPage = { readonly resource: Resource; readonly bytes: number }

export const pdfBinary = (person: Person, id: string, lines: readonly string[]): BinaryPage => {
  const bytes = new TextEncoder().encode(pdfPage(lines))
  const resource: Resource = {
    resourceType: 'Binary',
    id,
    contentType: 'application/pdf',
    securityContext: reference('Patient', person.id),
    data: encodeBase64(bytes),
  }
  return { resource, bytes: bytes.length }
}

/** By a URL relative to the base, as references are. */
export const binaryAttachment = (
  { resource, bytes }: BinaryPage,
  title: string,
  atMs: number,
): FhirObject => ({
  contentType: 'application/pdf',
  url: `Binary/${resource.id}`,
  size: bytes,
  title,
  creation: instantOf(atMs),
})
