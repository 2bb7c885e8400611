import { locationId, practitionerId } from './clinic.ts'
import { concept, hl7, quantity, reference } from './codes.ts'
import { decimal, type Resource } from './fhir-value.ts'
import type { Person } from './person.ts'
import { dateOf, dayMs, referenceMs, yearMs } from './time.ts'

type Vaccine = {
  readonly name: string
  readonly cvx: string
  readonly display: string
  /** Age at each dose. */
  readonly months: readonly number[]
}

/** After the schedule of the CDC, in large. */
const schedule: readonly Vaccine[] = [
  { name: 'hepatitis-b', cvx: '08', display: 'Hep B, adolescent or pediatric', months: [0, 1, 6] },
  { name: 'rotavirus', cvx: '119', display: 'rotavirus, monovalent', months: [2, 4] },
  { name: 'dtap', cvx: '20', display: 'DTaP', months: [2, 4, 6, 15, 48] },
  { name: 'hib', cvx: '49', display: 'Hib (PRP-OMP)', months: [2, 4, 12] },
  { name: 'pneumococcal', cvx: '133', display: 'Pneumococcal conjugate PCV 13', months: [2, 4, 6, 12] },
  { name: 'polio', cvx: '10', display: 'IPV', months: [2, 4, 6, 48] },
  { name: 'mmr', cvx: '03', display: 'MMR', months: [12, 48] },
  { name: 'varicella', cvx: '21', display: 'varicella', months: [12, 48] },
  { name: 'hepatitis-a', cvx: '83', display: 'Hep A, ped/adol, 2 dose', months: [12, 18] },
  { name: 'tdap', cvx: '115', display: 'Tdap', months: [132] },
  { name: 'meningococcal', cvx: '114', display: 'meningococcal MCV4P', months: [132, 192] },
  { name: 'td', cvx: '113', display: 'Td (adult) preservative free', months: [252, 372, 492, 612, 732, 852] },
  { name: 'zoster', cvx: '121', display: 'zoster live', months: [720] },
]
const influenza = {
  name: 'influenza',
  cvx: '140',
  display: 'Influenza, seasonal, injectable, preservative free',
}

/** Records of vaccinations go back this far. */
const recordedMs = 16 * yearMs
const monthMs = yearMs / 12

export const immunizationResources = (person: Person): readonly Resource[] => {
  const endMs = person.deathMs ?? referenceMs
  const isRecorded = ({ atMs }: Dose) => atMs > referenceMs - recordedMs && atMs < endMs
  return [...scheduledDoses(person), ...influenzaDoses(person)]
    .filter(isRecorded)
    .sort((a, b) => a.atMs - b.atMs)
    .map((dose) => immunization(person, dose))
}

type Dose = Pick<Vaccine, 'name' | 'cvx' | 'display'> & {
  readonly id: string
  readonly number: number | undefined
  readonly atMs: number
}

/** A few days after it is due. */
const scheduledDoses = ({ id, birthMs, draw }: Person): readonly Dose[] =>
  schedule.flatMap((vaccine) =>
    vaccine.months.map((months, index) => ({
      ...vaccine,
      id: `${id}-${vaccine.name}-${index + 1}`,
      number: index + 1,
      atMs: Math.floor((birthMs + months * monthMs) / dayMs + draw.whole(0, 12)) * dayMs,
    })),
  )

/** In October, for those who come. */
const influenzaDoses = ({ id, birthMs, draw }: Person): readonly Dose[] =>
  [2021, 2022, 2023, 2024, 2025].flatMap((year) => {
    const atMs = Date.UTC(year, 9, draw.whole(1, 31))
    if (!draw.chance(0.45) || atMs < birthMs + 6 * monthMs) return []
    return [{ ...influenza, id: `${id}-influenza-${year}`, number: undefined, atMs }]
  })

const immunization = ({ id: patientId, clinic, draw }: Person, dose: Dose): Resource => {
  const isDone = !draw.chance(0.03)
  return {
    resourceType: 'Immunization',
    id: dose.id,
    status: isDone ? 'completed' : 'not-done',
    statusReason: isDone ? undefined : hl7('v3-ActReason', 'PATOBJ', 'patient objection'),
    vaccineCode: concept(['cvx', dose.cvx, dose.display]),
    patient: reference('Patient', patientId),
    occurrenceDateTime: dateOf(dose.atMs),
    primarySource: true,
    location: reference('Location', locationId(clinic)),
    ...(isDone && {
      lotNumber: `L${draw.whole(10_000, 99_999)}`,
      doseQuantity: quantity(decimal(0.5, 2), 'mL'),
      performer: [{ actor: reference('Practitioner', practitionerId(clinic, draw.whole(1, 4))) }],
      protocolApplied: dose.number === undefined ? undefined : [{ doseNumberPositiveInt: dose.number }],
    }),
  }
}
