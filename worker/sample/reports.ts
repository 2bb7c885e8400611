import { organizationId } from './clinic.ts'
import { concept, hl7, reference } from './codes.ts'
import { binaryAttachment, pdfBinary } from './documents.ts'
import type { Resource } from './fhir-value.ts'
import { type LabPanel, labPanels } from './labs.ts'
import { observationOf } from './observation.ts'
import type { Person, Visit } from './person.ts'
import { dateTimeOf, instantOf, minuteMs } from './time.ts'

/** Of each panel its results and then the report on them; some reports also as a printed page in a Binary. */
export const reportResources = (person: Person, visit: Visit): readonly Resource[] =>
  labPanels(person, visit).flatMap((panel) => panelResources(person, visit, panel))

const panelResources = (person: Person, visit: Visit, panel: LabPanel): readonly Resource[] => {
  const results = panel.findings.map((finding) => observationOf(person, visit, finding))
  const id = `${visit.id}-${panel.name}`
  const page = person.draw.chance(0.3)
    ? pdfBinary(person, `${id}-page`, pageLines(person, visit, panel))
    : undefined
  const report: Resource = {
    resourceType: 'DiagnosticReport',
    id,
    status: 'final',
    category: [hl7('v2-0074', 'LAB', 'Laboratory')],
    code: concept(panel.code),
    subject: reference('Patient', person.id),
    encounter: reference('Encounter', visit.id),
    effectiveDateTime: dateTimeOf(visit.startMs + 5 * minuteMs),
    issued: instantOf(visit.endMs),
    performer: [reference('Organization', organizationId(person.clinic))],
    result: results.map((result) => reference('Observation', result.id)),
    presentedForm: page && [binaryAttachment(page, 'Laboratory report', visit.endMs)],
  }
  return [...results, ...(page ? [page.resource] : []), report]
}

const pageLines = (person: Person, visit: Visit, panel: LabPanel): readonly string[] => [
  panel.code[2],
  `Record ${person.number}, ${dateTimeOf(visit.startMs)}`,
  ...panel.findings.map(({ code }) => code[2]),
]
