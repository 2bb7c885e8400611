import { type Code, concept, reference } from './codes.ts'
import type { Resource } from './fhir-value.ts'
import { hasIllness, type Person } from './person.ts'
import { referenceMs } from './time.ts'

const devices: readonly { readonly name: string; readonly illness: string; readonly code: Code }[] = [
  { name: 'glucose-meter', illness: 'diabetes', code: ['snomed', '337414009', 'Blood glucose meter'] },
  { name: 'nebulizer', illness: 'asthma', code: ['snomed', '170615005', 'Home nebulizer'] },
]

/** What somebody with a disease has at home. */
export const deviceResources = (person: Person): readonly Resource[] =>
  devices
    .filter(({ illness }) => hasIllness(person, illness, referenceMs))
    .map(({ name, code }) => ({
      resourceType: 'Device',
      id: `${person.id}-${name}`,
      status: person.deathMs === undefined ? 'active' : 'inactive',
      serialNumber: `SN-${person.draw.whole(100_000, 999_999)}`,
      deviceName: [{ name: code[2], type: 'user-friendly-name' }],
      type: concept(code),
      patient: reference('Patient', person.id),
    }))
