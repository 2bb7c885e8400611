import { concept, hl7, reference } from './codes.ts'
import type { FhirObject, Resource } from './fhir-value.ts'
import { seededLocale } from './locales.ts'
import { manufacturerId } from './medicines.ts'

/** So many patients share a clinic, whatever their number: nobody's clinic depends on how many there are. */
export const clinicPatients = 50
export const clinicPractitioners = 4

export const clinicOf = (patient: number): number => Math.ceil(patient / clinicPatients)

export const organizationId = (clinic: number): string => `clinic-${clinic}`
export const locationId = (clinic: number): string => `clinic-${clinic}-rooms`
export const practitionerId = (clinic: number, number: number): string => `clinic-${clinic}-doctor-${number}`
export const roleId = (clinic: number, number: number): string => `${practitionerId(clinic, number)}-role`

export const insurers = ['insurer-harbor', 'insurer-meadow', 'insurer-summit'] as const
const networkId = 'network'

/** Organizations that all clinics share. */
export const sharedOrganizations = (): readonly Resource[] => [
  organization(networkId, 'Sample Health Network', 'prov', 'Healthcare Provider'),
  organization(manufacturerId, 'Sample Pharmaceuticals', 'bus', 'Non-Healthcare Business or Corporation'),
  ...insurers.map((id) =>
    organization(id, `${id.slice(8, 9).toUpperCase()}${id.slice(9)} Health Plan`, 'ins', 'Insurance Company'),
  ),
]

const organization = (id: string, name: string, code: string, display: string): Resource => ({
  resourceType: 'Organization',
  id,
  active: true,
  type: [hl7('organization-type', code, display)],
  name,
})

export const clinicResources = (clinic: number, seed: number): readonly Resource[] => {
  const { faker } = seededLocale(seed, 'clinic', clinic)
  const city = faker.location.city()
  const address = {
    use: 'work',
    line: [faker.location.streetAddress()],
    city,
    state: faker.location.state(),
    postalCode: faker.location.zipCode(),
    country: 'US',
  }
  return [
    {
      ...organization(organizationId(clinic), `${city} Family Clinic`, 'prov', 'Healthcare Provider'),
      telecom: [{ system: 'phone', value: faker.phone.number(), use: 'work' }],
      address: [address],
      partOf: reference('Organization', networkId),
    },
    ...locations(clinic, city, address),
    ...Array.from({ length: clinicPractitioners }, (_, index) => {
      const sex = faker.person.sexType()
      const name = {
        use: 'official',
        family: faker.person.lastName(sex),
        given: [faker.person.firstName(sex)],
      }
      return practitioner(clinic, index + 1, { name: [{ ...name, prefix: ['Dr.'] }], gender: sex })
    }).flat(),
  ]
}

const locations = (clinic: number, city: string, address: FhirObject): readonly Resource[] => {
  const building: Resource = {
    resourceType: 'Location',
    id: `clinic-${clinic}-building`,
    status: 'active',
    name: `${city} Family Clinic`,
    mode: 'instance',
    address,
    physicalType: hl7('location-physical-type', 'bu', 'Building'),
    managingOrganization: reference('Organization', organizationId(clinic)),
  }
  return [
    building,
    {
      resourceType: 'Location',
      id: locationId(clinic),
      status: 'active',
      name: 'Consulting rooms',
      mode: 'instance',
      physicalType: hl7('location-physical-type', 'ro', 'Room'),
      partOf: reference('Location', building.id),
    },
  ]
}

const specialties = [
  ['snomed', '419772000', 'Family practice'],
  ['snomed', '419192003', 'Internal medicine'],
  ['snomed', '394537008', 'Pediatric specialty'],
  ['snomed', '394579002', 'Cardiology'],
] as const

const practitioner = (clinic: number, number: number, person: FhirObject): readonly Resource[] => {
  const id = practitionerId(clinic, number)
  return [
    {
      resourceType: 'Practitioner',
      id,
      meta: { tag: [{ system: 'https://example.org/sample', code: 'clinic-staff' }] },
      identifier: [{ system: 'https://example.org/doctors', value: `D-${clinic}-${number}` }],
      active: true,
      ...person,
    },
    {
      resourceType: 'PractitionerRole',
      id: roleId(clinic, number),
      active: true,
      period: { start: '2015-01-01' },
      practitioner: reference('Practitioner', id),
      organization: reference('Organization', organizationId(clinic)),
      code: [concept(['snomed', '59058001', 'General physician'])],
      specialty: specialties.slice(number - 1, number).map((code) => concept(code)),
      location: [reference('Location', locationId(clinic))],
      availableTime: [
        {
          daysOfWeek: ['mon', 'tue', 'wed', 'thu'],
          availableStartTime: '08:00:00',
          availableEndTime: '17:30:00',
        },
      ],
    },
  ]
}
