import { organizationId, practitionerId } from './clinic.ts'
import { hl7, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import type { Person } from './person.ts'
import { dateOf, dateTimeOf, referenceMs, yearMs } from './time.ts'

export const patientResource = (person: Person): Resource => {
  const { id, number, draw, faker, locale, birthMs, deathMs, clinic, sex } = person
  const isAdult = referenceMs - birthMs > 18 * yearMs
  return {
    resourceType: 'Patient',
    id,
    text: narrative(person),
    extension: [birthPlace(person)],
    identifier: [
      {
        use: 'usual',
        type: hl7('v2-0203', 'MR', 'Medical record number'),
        system: 'https://example.org/records',
        value: `MR-${String(number).padStart(7, '0')}`,
      },
    ],
    active: deathMs === undefined,
    name: names(person),
    telecom: [
      { system: 'phone', value: faker.phone.number(), use: 'home', rank: 1 },
      ...(isAdult ? [{ system: 'email', value: `${id}@example.org` }] : []),
    ],
    // What somebody is called in records need not be what his body goes by.
    gender: draw.chance(0.02) ? draw.oneOf(['other', 'unknown']) : sex,
    birthDate: dateOf(birthMs),
    ...(deathMs === undefined ? { deceasedBoolean: false } : { deceasedDateTime: dateTimeOf(deathMs) }),
    address: [address(person)],
    maritalStatus: isAdult
      ? draw.oneOf([hl7('v3-MaritalStatus', 'M', 'Married'), hl7('v3-MaritalStatus', 'S', 'Never Married')])
      : undefined,
    contact: isAdult ? undefined : [parent(person)],
    communication: [
      {
        language: { coding: [{ system: 'urn:ietf:bcp:47', code: locale.language, display: locale.display }] },
        preferred: true,
      },
    ],
    generalPractitioner: [reference('Practitioner', practitionerId(clinic, draw.whole(1, 4)))],
    managingOrganization: reference('Organization', organizationId(clinic)),
  }
}

const narrative = ({ family, given, birthMs }: Person): FhirObject => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml"><p><b>${escaped(family)}</b>, ${escaped(given.join(' '))}, born ${dateOf(birthMs)}</p></div>`,
})

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const birthPlace = ({ faker, locale }: Person): FhirObject => ({
  url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
  valueAddress: { city: faker.location.city(), country: locale.country },
})

const names = ({ family, given, faker, draw, sex }: Person): readonly FhirObject[] => [
  { use: 'official', family, given },
  ...(sex === 'female' && draw.chance(0.2)
    ? [{ use: 'maiden', family: faker.person.lastName(sex), given }]
    : []),
]

const address = ({ faker, locale }: Person): FhirObject => ({
  use: 'home',
  line: [faker.location.streetAddress()],
  city: faker.location.city(),
  postalCode: faker.location.zipCode(),
  country: locale.country,
})

const parent = ({ faker, family, draw }: Person): FhirObject => {
  const gender = draw.oneOf(['female', 'male'] as const)
  return {
    relationship: [hl7('v3-RoleCode', 'PRN', 'parent')],
    name: { family, given: [faker.person.firstName(gender)] },
    gender,
  }
}
