import type { Faker } from '@faker-js/faker'
import { clinicOf } from './clinic.ts'
import { acuteDiseases, type ChronicDisease, chronicDiseases, type Disease } from './diseases.ts'
import { type Draw, drawFrom } from './draw.ts'
import { type Locale, seededLocale } from './locales.ts'
import { dayMs, minuteMs, referenceMs, yearMs } from './time.ts'

/** Who a patient is, before any resource is made of it. */
export type Person = {
  readonly number: number
  /** The id of the Patient, with which all of its ids begin. */
  readonly id: string
  readonly clinic: number
  readonly locale: Locale
  readonly faker: Faker
  readonly draw: Draw
  /** What the body goes by. */
  readonly sex: 'female' | 'male'
  readonly family: string
  readonly given: readonly string[]
  readonly birthMs: number
  readonly deathMs: number | undefined
  /** How tall and how heavy beside others of the age; 1 is the mean. */
  readonly stature: number
  readonly girth: number
  readonly smoking: 'never' | 'former' | 'daily'
  readonly illnesses: readonly Illness[]
  readonly visits: readonly Visit[]
}

export type Illness = { readonly disease: ChronicDisease; readonly onsetMs: number }

export type Visit = {
  readonly id: string
  readonly number: number
  readonly isLast: boolean
  readonly kind: 'checkup' | 'illness' | 'emergency' | 'video'
  readonly startMs: number
  readonly endMs: number
  /** Which of the practitioners of the clinic. */
  readonly practitioner: number
  readonly disease: Disease | undefined
}

/** The `number`th person of a seed, the same however many others there are. */
export const createPerson = (number: number, seed: number): Person => {
  const locale = seededLocale(seed, 'patient', number)
  const { faker } = locale
  const draw = drawFrom(faker)
  const sex = draw.oneOf(['female', 'male'] as const)
  const birthMs = drawBirth(draw)
  const lifeMs = referenceMs - birthMs
  const deathMs =
    lifeMs > 60 * yearMs && draw.chance(0.2)
      ? draw.instant(referenceMs - 3 * yearMs, referenceMs - dayMs)
      : undefined
  const endMs = deathMs ?? referenceMs
  const id = `p${number}`
  return {
    number,
    id,
    clinic: clinicOf(number),
    locale,
    faker,
    draw,
    sex,
    family: faker.person.lastName(sex),
    given: Array.from({ length: draw.chance(0.3) ? 2 : 1 }, () => faker.person.firstName(sex)),
    birthMs,
    deathMs,
    stature: draw.bell(1, 0.04),
    girth: draw.bell(1.08, 0.15),
    smoking: lifeMs > 18 * yearMs ? draw.oneOf(['never', 'never', 'never', 'former', 'daily']) : 'never',
    illnesses: drawIllnesses(draw, birthMs, endMs),
    visits: drawVisits(draw, id, Math.max(birthMs + 5 * dayMs, endMs - 5 * yearMs), endMs),
  }
}

/** All ages, few very old; never within the last month. */
const drawBirth = (draw: Draw): number => {
  const oldest = draw.chance(0.75) ? 65 : 95
  return Math.floor(draw.instant(referenceMs - oldest * yearMs, referenceMs - 30 * dayMs) / dayMs) * dayMs
}

/** A disease sets in at some age from its least one to 90, if one has it at all. */
const drawIllnesses = (draw: Draw, birthMs: number, endMs: number): readonly Illness[] =>
  chronicDiseases.flatMap((disease) => {
    const onsetMs = draw.instant(birthMs + disease.fromAge * yearMs, birthMs + 90 * yearMs)
    return draw.chance(disease.lifetimeRisk * 1.5) && onsetMs < endMs - 30 * dayMs
      ? [{ disease, onsetMs }]
      : []
  })

/** In order of time: each falls into a slot of its own. The first and every other are check-ups. */
const drawVisits = (draw: Draw, id: string, fromMs: number, toMs: number): readonly Visit[] => {
  const count = draw.whole(3, 6)
  const slotMs = (toMs - fromMs) / count
  return Array.from({ length: count }, (_, index) => {
    const dayOfVisit =
      Math.floor((fromMs + slotMs * index + draw.whole(0, 79) * 0.01 * slotMs) / dayMs) * dayMs
    const kind =
      index % 2 === 0 ? 'checkup' : draw.oneOf(['illness', 'illness', 'emergency', 'video'] as const)
    const startMs = dayOfVisit + draw.whole(8 * 4, 17 * 4) * 15 * minuteMs
    return {
      id: `${id}-visit-${index + 1}`,
      number: index + 1,
      isLast: index === count - 1,
      kind,
      startMs,
      endMs: startMs + draw.whole(2, kind === 'emergency' ? 20 : 6) * 10 * minuteMs,
      practitioner: draw.whole(1, 4),
      disease: kind === 'checkup' ? undefined : draw.oneOf(acuteDiseases),
    }
  })
}

export const ageAt = ({ birthMs }: Pick<Person, 'birthMs'>, ms: number): number => (ms - birthMs) / yearMs

export const hasIllness = ({ illnesses }: Person, name: string, ms: number): boolean =>
  illnesses.some(({ disease, onsetMs }) => disease.name === name && onsetMs <= ms)
